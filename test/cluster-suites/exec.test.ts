/*
 * What kubectl makes of streams through the gateway, on a real cluster: over WebSocket (1.30 and later) and over SPDY (1.27), which kubectl also falls
 * back to when a WebSocket is refused.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { ExchangeBegun, ExchangeEnded } from '../../src/recording/event.ts';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const KUBECTLS = [
  'kubectl-1.27',
  'kubectl-1.30',
  'kubectl-1.35',
  'kubectl-1.37',
] as const satisfies readonly ClientName[];
const BYTES = 64 << 20;
const NAMESPACE = 'streams';

/** How often a client asks before it gives up: over WebSocket where it has it, and then over SPDY. */
const TRIES = {
  'kubectl-1.27': { exec: 1, portforward: 1 },
  'kubectl-1.30': { exec: 2, portforward: 1 },
  'kubectl-1.35': { exec: 2, portforward: 2 },
  'kubectl-1.37': { exec: 2, portforward: 2 },
} as const;

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: shell, namespace: ${NAMESPACE}}
spec:
  terminationGracePeriodSeconds: 0
  containers: [{name: main, image: registry.test/busybox:1, imagePullPolicy: Never, command: [sleep, "1000000"]}]
`;

/** Everything, and no way into pods: what a refused exec looks like. */
const noExec = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'no-exec' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  rules: [{ id: 'resources', effect: 'allow', verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
};

const cluster = await sharedCluster('exec, cp and port-forward of real clients');
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
  return new Promise((resolve, reject) => {
    const child = spawn(programs.get(client) as string, ['--kubeconfig', kubeconfig, '-n', NAMESPACE, ...args]);
    const [out, said]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, out: Buffer.concat(out), said: Buffer.concat(said).toString() }));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

const digest = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

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

  const bytes = randomBytes(BYTES);
  for (const client of KUBECTLS) {
    const kubectl = (args: readonly string[], input?: Buffer | string) => run(client, gateway.kubeconfig, args, input);

    test(`T40: ${client} exec: 64 MiB in and out are the same bytes, and the end of the input ends the command`, async () => {
      const { code, out, said } = await kubectl(['exec', '-i', 'shell', '--', 'cat'], bytes);
      assert.equal(code, 0, `${said}; the journal says ${JSON.stringify(lastEndOf(gateway.journalFolder, 'exec'))}`);
      assert.equal(out.length, BYTES);
      assert.equal(digest(out), digest(bytes));
    });

    test(`T40: ${client} exec: a tar out of the pod is whole, and exit codes are the command’s own`, async () => {
      const script = 'head -c 3000000 /dev/urandom > /tmp/f; sha256sum < /tmp/f >&2; tar cf - -C /tmp f';
      const { code, out, said } = await kubectl(['exec', 'shell', '--', 'sh', '-c', script]);
      assert.equal(code, 0, said);
      assert.ok(said.includes(digest(out.subarray(512, 512 + 3_000_000))));
      for (const expected of [0, 17, 137]) {
        assert.equal((await kubectl(['exec', 'shell', '--', 'sh', '-c', `exit ${expected}`])).code, expected);
      }
    });

    test(`T36: ${client}: a refused exec and port-forward is one clear sentence, and every try of it is refused and recorded`, async () => {
      const closed = await startGatewayInFront(real, { policy: [noExec] });
      try {
        for (const [args, what] of [
          [['exec', 'shell', '--', 'true'], 'exec'],
          [['port-forward', '--address', '127.0.0.1', 'pod/shell', ':80'], 'portforward'],
        ] as const) {
          const { code, said } = await run(client, closed.kubeconfig, args);
          assert.equal(code, 1);
          const lines = said.trimEnd().split('\n');
          assert.equal(lines.length, 1, said);
          assert.match(said, /may not .*shell/);
          const tries = TRIES[client][what];
          const outcomes = await outcomesOf(closed.journalFolder, what, tries);
          assert.deepEqual(outcomes, Array(tries).fill('refused 403'), said);
        }
      } finally {
        await closed.stop();
      }
    });
  }

  test('T41: a port-forward, an exec and a log end when their pod is gone, without a word of their callers, and their exchanges with them', async (t) => {
    const child = spawn(programs.get('kubectl-1.35') as string, [
      ...['--kubeconfig', gateway.kubeconfig, '-n', NAMESPACE],
      ...['port-forward', '--address', '127.0.0.1', 'pod/shell', ':80'],
    ]);
    let said = '';
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    const line = await new Promise<Buffer>((resolve) => child.stdout.once('data', resolve));
    assert.match(String(line), /127\.0\.0\.1:\d+/);
    const others = [
      ['exec', 'shell', '--', 'sh', '-c', 'echo begun; sleep 100000'],
      ['logs', '-f', 'shell'],
    ].map((args) => run('kubectl-1.35', gateway.kubeconfig, args));
    await begunOf(gateway.journalFolder, ['exec', 'log']);
    const deleted = run('kubectl-1.35', real.adminKubeconfig(), [
      'delete',
      'pod',
      'shell',
      '--grace-period=0',
      '--force',
    ]);
    await deleted;
    const goneAt = Date.now();
    await Promise.all([ended, ...others]);
    assert.match(said, /lost connection to pod/);
    const outcomes = await outcomesOf(gateway.journalFolder, 'portforward', 1);
    assert.match(outcomes.join(), /101/);
    for (const subresource of ['portforward', 'exec', 'log']) {
      const end = lastEndOf(gateway.journalFolder, subresource);
      t.diagnostic(`${subresource}: ${(end?.at ?? 0) - goneAt} ms behind the pod: ${JSON.stringify(end?.outcome)}`);
      if (subresource === 'portforward')
        assert.equal(
          end !== undefined && 'reason' in end.outcome && end.outcome.reason,
          'what it leads into has ended',
        );
    }
  });
}

/** How each exchange of that subresource ended, once there are `count` of them, in a journal that another process writes. */
async function outcomesOf(folder: string, subresource: string, count: number): Promise<readonly string[]> {
  for (;;) {
    const events = eventsOf(folder);
    const asked = new Set(
      events.flatMap((event) =>
        event.type === 'exchange.begun' && event.operation?.subresource === subresource ? [event.exchange] : [],
      ),
    );
    const outcomes = events.flatMap((event) => {
      if (event.type !== 'exchange.ended' || !asked.has(event.exchange)) return [];
      const { outcome } = event;
      return [`${outcome.kind} ${'status' in outcome ? outcome.status : ''}`];
    });
    if (outcomes.length >= Math.max(count, asked.size)) return outcomes;
    await new Promise(setImmediate);
  }
}

/** Waits until exchanges of these subresources are under way. */
async function begunOf(folder: string, subresources: readonly string[]): Promise<void> {
  const isBegun = (subresource: string) => {
    const events = eventsOf(folder);
    const ended = new Set(events.flatMap((event) => (event.type === 'exchange.ended' ? [event.exchange] : [])));
    return events.some(
      (event) =>
        event.type === 'exchange.begun' && event.operation?.subresource === subresource && !ended.has(event.exchange),
    );
  };
  while (!subresources.every(isBegun)) await new Promise(setImmediate);
}

/** How the exchange of a subresource that began last has ended. */
function lastEndOf(folder: string, subresource: string): ExchangeEnded | undefined {
  const events = eventsOf(folder);
  const begun = events.findLast(
    (event) => event.type === 'exchange.begun' && event.operation?.subresource === subresource,
  );
  return events.find(
    (event): event is ExchangeEnded => event.type === 'exchange.ended' && event.exchange === begun?.exchange,
  );
}

/** What the journal holds in whole lines. */
function eventsOf(folder: string): readonly (ExchangeBegun | ExchangeEnded)[] {
  const files = readdirSync(folder).filter((name) => name.endsWith('.jsonl'));
  const text = files
    .sort()
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ExchangeBegun | ExchangeEnded);
}
