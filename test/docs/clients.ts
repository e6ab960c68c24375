import { readFileSync } from 'node:fs';
import { END_CAUSES, type EndCause, endings } from '../clients/ending.ts';
import type { EndsMeasured } from '../clients/measure-ends.ts';

const measured: Readonly<Record<EndCause, EndsMeasured>> = JSON.parse(
  readFileSync(new URL('../vectors/client-ends.json', import.meta.url), 'utf8'),
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

/** The reference page of clients, out of what they did when they were measured. */
export function clientsPage(): string {
  return `# How clients take an end

What the gateway says when it ends a stream, and what the caller's program makes of it. Each cell was measured: the client followed the stream through the gateway to a real pod, the gateway ended it, and
this is what the client said; a dash is a cell that nobody has measured yet. \`npm run test:cluster -- test/cluster-suites/client-ends.test.ts\` does it again and compares; \`node test/clients/measure.ts\` writes what it
finds to [test/vectors/client-ends.json](../../test/vectors/client-ends.json), from which this page is made (\`npm run docs\`).

*The token ends*: the caller's token is over, and a new one lies where its kubeconfig names it. *Access is taken away*: an operator stops the caller (\`sallyport kill\`), or its grant ends. *The gateway stops*: SIGTERM, and it is
started anew at the same address.

## What to know

* Nothing that the gateway ends looks like a success to a client that reads the error channel; who reads only the output cannot tell an end from the program's own: the Python client's \`stream()\` returns what came so far, and the
  official Java client's port-forward ends like one that the pod closed.
* \`kubectl get --watch\` exits with 0 however a watch ends. A script that must know looks at the clock, or asks for the object again.
* \`Log\` of the JavaScript client pipes its reply without listening for errors: a log that is cut ends the whole program, whoever cuts it
  ([shown without us](../../findings/javascript-client-log-cut.sh)). Programs that follow logs with it need
  \`process.on('uncaughtException')\`, or read the reply themselves.
* What was said and got lost in a client is in the journal (\`sallyport sessions show\`), under the id of the exchange.
${KINDS.map(([title, kinds, note]) => section(title, kinds, note)).join('')}`;
}

function section(title: string, kinds: readonly string[], note: string): string {
  const rows = kinds.flatMap((kind) => {
    const byCells = new Map<string, string[]>();
    for (const { name, kinds: own } of endings) {
      if (!own.includes(kind)) continue;
      const cells = END_CAUSES.map((cause) => cellOf(measured[cause][`${name} ${kind}`])).join(' | ');
      byCells.set(cells, [...(byCells.get(cells) ?? []), name]);
    }
    byCells.delete(END_CAUSES.map(() => '–').join(' | '));
    return [...byCells].map(([cells, names]) => `| ${kind} | ${names.map(nameOf).join(', ')} | ${cells} |`);
  });
  if (rows.length === 0) return '';
  const head = `| stream | client | ${END_CAUSES.map((cause) => CAUSES[cause]).join(' | ')} |\n|---|---|---|---|---|`;
  return `\n## ${title}\n\n${note}\n\n${head}\n${rows.join('\n')}\n`;
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
      /^(exit \d+|goes on)$/.test(line) ? line : `\`${line.replaceAll('|', '\\|').replaceAll('`', '’')}\``,
    )
    .join('<br>');
}
