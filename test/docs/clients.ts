import { readFileSync } from 'node:fs';
import {
  ANSWERS,
  type Answer,
  ASKED,
  type AskedKind,
  askings,
  OPEN_SECONDS,
  UPGRADE_SECONDS,
} from '../clients/asking.ts';
import { END_CAUSES, type EndCause, type Ending, endings } from '../clients/ending.ts';
import type { AnswersMeasured } from '../clients/measure-answers.ts';
import type { EndsMeasured } from '../clients/measure-ends.ts';

const measured: Readonly<Record<EndCause, EndsMeasured>> = JSON.parse(
  readFileSync(new URL('../vectors/client-ends.json', import.meta.url), 'utf8'),
);

const answered: Readonly<Partial<Record<Answer, AnswersMeasured>>> = JSON.parse(
  readFileSync(new URL('../vectors/client-answers.json', import.meta.url), 'utf8'),
);

const CAUSES: Readonly<Record<EndCause, string>> = {
  token: 'the token ends',
  access: 'access is taken away',
  stop: 'the gateway stops',
};

const KINDS: readonly (readonly [title: string, kinds: readonly string[], note: string])[] = [
  [
    'Exec and attach',
    ['exec', 'exec-spdy', 'exec-whole', 'attach'],
    'The gateway says a failed `Status` on the error channel, and then closes with another code than 1000; over SPDY it ends the error stream behind it. `exec-spdy` is client-go’s SPDY executor, `exec-whole` is `stream()` of the Python client as most programs use it.',
  ],
  [
    'A followed log',
    ['log'],
    'A log is cut, since one that ends in order looks whole. Over HTTP/2 that is a reset of the stream, over HTTP/1.1 a last chunk that is missing.',
  ],
  [
    'A watch',
    ['watch', 'watch-websocket'],
    'A watch ends in order with its token and with a stop, behind a whole event; where access was taken away an ERROR event with a 403 comes first.',
  ],
  [
    'What lists and watches by itself',
    ['informer', 'informer-websocket', 'watcher', 'operator'],
    'It is given a new token before the end; or its access back, after it was told no; or another gateway at the same address.',
  ],
  ['Port-forward', ['forward', 'forward-spdy'], 'The message is said on the error stream of each open connection.'],
];

const ANSWER_TITLES: Readonly<Record<Answer, string>> = {
  no: 'no',
  soon: 'yes, while the reply is held open',
  late: 'yes, after that',
  never: `nobody answers for ${OPEN_SECONDS} s`,
};

/** The reference page of clients, out of what they did when they were measured. */
export function clientsPage(): string {
  return `# How clients take a no, a wait, an end

${noAndWait()}
## An end

What the gateway says when it ends a stream, and what the caller's program makes of it. Each cell was measured: the client followed the stream through the gateway to a real pod, the gateway ended it, and
this is what the client said. \`npm run test:cluster -- test/cluster-suites/client-ends.test.ts\` does it again and compares; \`node test/clients/measure.ts\` writes what it
finds to [test/vectors/client-ends.json](../../test/vectors/client-ends.json), from which this page is made (\`npm run docs\`).

*The token ends*: the caller's token is over, and a new one lies where its kubeconfig names it. *Access is taken away*: an operator stops the caller (\`sallyport kill\`), or its grant ends. *The gateway stops*: SIGTERM, and it is
started anew at the same address.

### What to know of ends

* Nothing that the gateway ends looks like a success to a client that reads the error channel; who reads only the output cannot tell an end from the program's own: the Python client's \`stream()\` returns what came so far, and the
  official Java client's port-forward ends like one that the pod closed.
* \`kubectl get --watch\` exits with 0 however a watch ends. A script that must know looks at the clock, or asks for the object again.
* \`Log\` of the JavaScript client pipes its reply without listening for errors: a log that is cut ends the whole program, whoever cuts it
  ([shown without us](../../findings/javascript-client-log-cut.sh)). Programs that follow logs with it need
  \`process.on('uncaughtException')\`, or read the reply themselves.
* \`Watch\` of the JavaScript client gives a watch up that was silent for 30 s (\`requestTimeoutMs\`), and says \`TimeoutError\`: that end is its own. Its informer does not start again by itself after an error; programs call
  \`start()\` in their \`error\` handler.
* What was said and got lost in a client is in the journal (\`sallyport sessions show\`), under the id of the exchange.
${KINDS.map(([title, kinds, note]) => section(title, kinds, note)).join('')}`;
}

function noAndWait(): string {
  const head = `| client | ${ANSWERS.map((answer) => ANSWER_TITLES[answer]).join(' | ')} |\n|---|---|---|---|---|`;
  const tables = (Object.keys(ASKED) as AskedKind[]).map((kind) => {
    const rows = rowsOf(askings, kind, (name) =>
      ANSWERS.map((answer) => cellOf(answered[answer]?.[`${name} ${kind}`])),
    );
    return `\n### A client that ${ASKED[kind]}\n\n${head}\n${rows.map(([names, cells]) => `| ${names} | ${cells} |`).join('\n')}\n`;
  });
  return `What a client makes of a refusal, and of a request that a rule [holds for a person](../how-to/hold-for-a-person.md). Each cell was measured: the client asked through the gateway before a real cluster, and this is what it said (of a
program that prints, how it exits as well). \`asks N times\` is how often the request came to the gateway; where nothing is said it came once. \`npm run test:cluster -- test/cluster-suites/client-answers.test.ts\` does it again and
compares; \`node test/clients/measure.ts\` writes what it finds to [test/vectors/client-answers.json](../../test/vectors/client-answers.json), from which this page is made (\`npm run docs\`).

*No*: no rule allows it. *Yes, while the reply is held open*: a person says yes at once. *Yes, after that*: a person says yes only when the client has been told that it waits; a client that comes back by itself joins the same
question. *Nobody answers*: the question is open for ${OPEN_SECONDS} s (${UPGRADE_SECONDS} s for an exec). A read, and a watch over HTTP, is told 403 at once in each column but the first: clients time the head of a
list or watch. \`asks again\` is a client that comes back by itself until it is told yes.

### What to know of a no and a wait

* The sentence of a refusal reaches a person with kubectl, Helm, client-go, kube-rs and lightkube. With the Python, JavaScript and official Java clients it is in the body of the exception; a program that logs \`str(error)\` or
  \`getMessage()\` alone loses it in Java.
* It is lost where a stream is refused: by the JavaScript client's exec and watch, fabric8's exec and watch, lightkube's watch and the official Java client's exec. \`sallyport explain last\` says it again.
* Python's \`stream()\` raises an \`ApiException\` of status 0 for a refused exec; code and sentence are in its \`reason\`.
* kubectl asks for a refused exec twice, over WebSocket and then over SPDY; a hold makes one question of both. kr8s asks four times for whatever is refused.
* While the reply is held open nobody notices a wait: each client that changes something, runs a command or watches over WebSocket gets its answer, only later.
* After that kubectl, Helm, client-go and kr8s come back by themselves, join the same question and get its answer. The Python, JavaScript and Java clients, fabric8, lightkube and kube-rs are told 403 with the
  question's id in the sentence; the same call made again joins the question, and goes through once a person has said yes.
* An eviction that waits is told 403, never 429, which \`kubectl drain\` would take for a disruption budget and ask for without end: the drain ends, and is run again.
* A client that gives up before the gateway answers (\`--request-timeout=4s\`) says nothing of the question, which stays open: run it again without, or look at \`sallyport approvals list\`.
* An exec waits for ${UPGRADE_SECONDS} s here; what it is told then is lost where a refused exec is.
${tables.join('')}`;
}

/** What several clients say alike is one row. */
function rowsOf(
  all: readonly Ending[],
  kind: string,
  cellsOf: (name: string) => readonly string[],
): readonly (readonly [names: string, cells: string])[] {
  const byCells = new Map<string, string[]>();
  for (const { name, kinds } of all) {
    if (!kinds.includes(kind)) continue;
    const cells = cellsOf(name).join(' | ');
    byCells.set(cells, [...(byCells.get(cells) ?? []), name]);
  }
  return [...byCells].map(([cells, names]) => [names.map(nameOf).join(', '), cells]);
}

function section(title: string, kinds: readonly string[], note: string): string {
  const rows = kinds.flatMap((kind) => {
    const cells = rowsOf(endings, kind, (name) =>
      END_CAUSES.map((cause) => cellOf(measured[cause][`${name} ${kind}`])),
    );
    return cells.flatMap(([names, each]) => (/^[– |]*$/.test(each) ? [] : [`| ${kind} | ${names} | ${each} |`]));
  });
  if (rows.length === 0) return '';
  const head = `| stream | client | ${END_CAUSES.map((cause) => CAUSES[cause]).join(' | ')} |\n|---|---|---|---|---|`;
  return `\n### ${title}\n\n${note}\n\n${head}\n${rows.join('\n')}\n`;
}

const NAMES: Readonly<Record<string, string>> = {
  java: 'Java (official)',
  javascript: 'JavaScript',
  python: 'Python',
};

function nameOf(name: string): string {
  return NAMES[name] ?? name.replace('-1.', ' 1.');
}

function cellOf(words: readonly string[] | undefined): string {
  if (words === undefined) return '–';
  if (words.length === 0) return 'says nothing for a minute, and goes on with nothing';
  return words
    .map((line) =>
      /^(exit \d+|goes on|done|hangs|asks \d+ times)$/.test(line)
        ? line
        : `\`${line.replaceAll('|', '\\|').replaceAll('`', '’')}\``,
    )
    .join('<br>');
}
