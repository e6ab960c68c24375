/*
 * What is kept of streams on a real cluster: what a command said is what its client saw, byte for byte, with its exit code and the size of its terminal; over
 * WebSocket (1.30 and later) and over SPDY (1.27).
 */
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { readRecorded } from '../../src/catalog/read-pieces.ts';
import type { Event, ExchangeBegun, ExchangeRecorded } from '../../src/recording/event.ts';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, sharedCluster } from '../support/test-cluster.ts';

const KUBECTLS = ['kubectl-1.27', 'kubectl-1.35'] as const satisfies readonly ClientName[];
const BYTES = 4 << 20;
const NAMESPACE = 'recordings';

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: shell, namespace: ${NAMESPACE}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: registry.test/busybox:1, imagePullPolicy: Never, command: [sleep, "1000000"]}]
`;

const cluster = await sharedCluster('what is kept of exec, attach and port-forward');
const programs = new Map<ClientName, string>();
let gateway: GatewayInFront;

interface Ran {
  readonly code: number | null;
  readonly out: Buffer;
  readonly said: string;
}

function run(
  client: ClientName,
  kubeconfig: string,
  args: readonly string[],
  input: Buffer | string = '',
): Promise<Ran> {
  return ran(programs.get(client) as string, ['--kubeconfig', kubeconfig, '-n', NAMESPACE, ...args], input);
}

/** Without an `input` standard input stays open as long as the program runs. */
function ran(program: string, args: readonly string[], input?: Buffer | string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args);
    const [out, said]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out: Buffer.concat(out), said: Buffer.concat(said).toString() }));
    child.stdin.on('error', () => {});
    if (input !== undefined) child.stdin.end(input);
  });
}

if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  before(async () => {
    await bindCaller(real);
    for (const name of KUBECTLS) programs.set(name, join(await clientNamed(name).prepare(), 'kubectl'));
    const admin = (args: readonly string[], input = '') => run('kubectl-1.35', real.adminKubeconfig(), args, input);
    await admin(['create', 'namespace', NAMESPACE]);
    // The service account of a new namespace is there a moment after it.
    while ((await admin(['apply', '-f', '-'], POD)).code !== 0);
    const { code, said } = await admin(['wait', '--for=condition=Ready', 'pod/shell', '--timeout=120s']);
    assert.equal(code, 0, said);
    gateway = await startGatewayInFront(real);
  });
  after(async () => {
    await gateway.stop();
    await run('kubectl-1.35', real.adminKubeconfig(), ['delete', 'namespace', NAMESPACE, '--wait=false']);
  });

  for (const client of KUBECTLS) {
    const kubectl = (args: readonly string[], input?: Buffer | string) => run(client, gateway.kubeconfig, args, input);

    test(`${client} exec: what is kept is what the client saw, and of what it sent the number of bytes and their digest`, async () => {
      const bytes = randomBytes(BYTES);
      const script = 'cat; echo done >&2; exit 17';
      const { code, out, said } = await kubectl(['exec', '-i', 'shell', '--', 'sh', '-c', script], bytes);
      assert.equal(code, 17, said);
      assert.ok(out.equals(bytes));
      const { lines, end } = await lastKept('events');
      assert.ok(of(lines, 'stdout').equals(out));
      assert.match(said, new RegExp(of(lines, 'stderr').toString()));
      assert.deepEqual(lines.at(-1)?.slice(1), ['exit', '17']);
      const key = Buffer.from(readFileSync(join(gateway.dataFolder, 'journal.key'), 'latin1').trim(), 'hex');
      const digest = `hmac-sha256:${createHmac('sha256', key).update(bytes).digest('hex')}`;
      assert.deepEqual(
        { ...end, bytes: 0 },
        { isWhole: true, bytes: 0, exitCode: 17, stdin: { bytes: BYTES, digest } },
      );
    });

    test(`${client} exec -it: a terminal is kept as asciicast with its size, and replay plays it`, async () => {
      const exec = `${programs.get(client)} --kubeconfig ${gateway.kubeconfig} -n ${NAMESPACE} exec -it shell --`;
      const command = `stty cols 101 rows 33; ${exec} sh -c 'printf "\\033[1mbold\\033[0m\\n"; exit 3'`;
      const { out } = await ran('script', ['-qec', command, '/dev/null']);
      const { lines, end, exchange } = await lastKept('terminal');
      const [head] = lines as unknown as readonly { version: number; term: { cols: number; rows: number } }[];
      assert.deepEqual([head?.version, head?.term.cols, head?.term.rows], [3, 101, 33]);
      const kept = of(lines, 'o').toString();
      assert.equal(kept, '\u001b[1mbold\u001b[0m\r\n');
      assert.ok(out.toString().includes(kept));
      assert.deepEqual([lines.at(-1)?.slice(1), end?.exitCode], [['x', '3'], 3]);
      const cli = join(import.meta.dirname, '..', '..', 'src', 'main', 'cli.ts');
      const replay = ['sessions', 'replay', exchange, '--journal', gateway.journalFolder, '--text'];
      assert.match(execFileSync(process.execPath, [cli, ...replay], { encoding: 'utf8' }), /bold\n$/);
    });

    test(`${client} cp, both ways: an archive is kept as its number of bytes and their digest, its files by name, size, mode and digest`, async () => {
      await kubectl(['exec', 'shell', '--', 'sh', '-c', 'head -c 3000000 /dev/urandom > /tmp/f; chmod 640 /tmp/f']);
      const local = join(gateway.dataFolder, `f-${client}`);
      const { code, said } = await kubectl(['cp', 'shell:/tmp/f', local]);
      assert.equal(code, 0, said);
      const { lines, end, exchange } = await lastKept('events');
      assert.ok((end?.archive?.bytes ?? 0) > 3_000_000);
      assert.equal(of(lines, 'stdout').length, 0);
      const [fetched] = end?.files?.first ?? [];
      const { digest } = fetched ?? {};
      assert.deepEqual(fetched, { path: 'tmp/f', kind: 'file', bytes: 3_000_000, mode: '0640', digest });
      assert.match(digest ?? '', /^hmac-sha256:[0-9a-f]{64}$/);
      const sent = await kubectl(['cp', local, 'shell:/tmp/sent']);
      assert.equal(sent.code, 0, sent.said);
      const back = await lastKept('events');
      const put = back.end?.files?.first.find(({ kind }) => kind === 'file');
      // The same bytes have the same digest, whichever way they go.
      assert.deepEqual([put?.bytes, put?.digest], [3_000_000, digest]);
      const session = eventsOf(gateway.journalFolder).find(
        (event): event is ExchangeBegun => event.type === 'exchange.begun' && event.exchange === exchange,
      )?.session;
      const cli = join(import.meta.dirname, '..', '..', 'src', 'main', 'cli.ts');
      const show = [cli, 'sessions', 'show', session ?? '', '--journal', gateway.journalFolder];
      const shown = execFileSync(process.execPath, show, { encoding: 'utf8' });
      assert.match(shown, new RegExp(`file tmp/f {2}3000000 bytes {2}0640 {2}${digest}`));
    });
  }

  test('the journal and all that is kept beside it verify', async () => {
    const cli = join(import.meta.dirname, '..', '..', 'src', 'main', 'cli.ts');
    const verify = [cli, 'journal', 'verify', '--journal', gateway.journalFolder];
    assert.match(execFileSync(process.execPath, verify, { encoding: 'utf8' }), /the chain holds/);
  });
}

type Line = readonly [seconds: number, channel: string, data: string | { readonly base64: string }];

/** All that a channel said. */
function of(lines: readonly Line[], channel: string): Buffer {
  const said = lines.filter((line) => Array.isArray(line) && line[1] === channel);
  return Buffer.concat(
    said.map(([, , data]) => (typeof data === 'string' ? Buffer.from(data) : Buffer.from(data.base64, 'base64'))),
  );
}

/** What is kept of the stream that was begun last, once it is kept to its end. */
async function lastKept(form: ExchangeRecorded['form']) {
  for (;;) {
    const events = eventsOf(gateway.journalFolder);
    const streams = events.filter(
      (event): event is ExchangeBegun => event.type === 'exchange.begun' && event.operation?.subresource === 'exec',
    );
    // A try over WebSocket that was refused by the server is followed by one over SPDY.
    const exchange = streams.at(-1)?.exchange ?? '';
    const kept = events.filter(
      (event): event is ExchangeRecorded => event.type === 'exchange.recorded' && event.exchange === exchange,
    );
    const end = kept.at(-1)?.end;
    if (end !== undefined) {
      assert.equal(kept[0]?.form, form);
      const pieces: Buffer[] = [];
      for (const event of kept)
        for await (const piece of readRecorded(gateway.journalFolder, event)) pieces.push(piece);
      const text = Buffer.concat(pieces).toString().trimEnd().split('\n');
      const lines = text.filter((line) => !line.startsWith('#')).map((line) => JSON.parse(line) as Line);
      return { exchange, end, lines };
    }
    await new Promise(setImmediate);
  }
}

/** What the journal holds in whole lines. */
function eventsOf(folder: string): readonly Event[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const text = files
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Event);
}
