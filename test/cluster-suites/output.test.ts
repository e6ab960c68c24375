/*
 * What a real pod says of the Secrets that it is given, read by real clients: `env`, a mounted file, a stack trace, base64, a printed kubeconfig; with
 * `kubectl logs` in its forms. The values occur nowhere else; the test searches all that came for each in every form that tools write.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodingsOf } from '../../src/masking/text/encodings.ts';
import { type ClientName, clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, sharedCluster } from '../support/test-cluster.ts';

const KUBECTLS = ['kubectl-1.27', 'kubectl-1.35'] as const satisfies readonly ClientName[];
const NAMESPACE = 'said';
const CANARIES = { env: 'canary by env/1+2="x"', file: 'canary-by-file-äöü', from: 'lettersalonecanary' };
const JWT_START = /eyJhbGciOi[A-Za-z0-9_-]+\.eyJ/;

const OBJECTS = JSON.stringify({
  apiVersion: 'v1',
  kind: 'List',
  items: [
    { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'canaries', namespace: NAMESPACE }, stringData: CANARIES },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'talks', namespace: NAMESPACE },
      spec: {
        terminationGracePeriodSeconds: 0,
        volumes: [{ name: 'files', secret: { secretName: 'canaries' } }],
        containers: [
          {
            name: 'main',
            image: 'registry.test/busybox:1',
            imagePullPolicy: 'Never',
            command: [
              'sh',
              '-c',
              [
                'echo begin',
                'env',
                'cat /files/file; echo',
                'cat /files/* | base64',
                'echo "panic: cannot use $BY_ENV at main.go:7"',
                'printf "%s" "$FROM_from" | hexdump -v -e \'/1 "%02x"\'; echo',
                'cat /var/run/secrets/kubernetes.io/serviceaccount/token; echo',
                'echo end',
                'sleep 1000000',
              ].join('; '),
            ],
            env: [{ name: 'BY_ENV', valueFrom: { secretKeyRef: { name: 'canaries', key: 'env' } } }],
            envFrom: [{ prefix: 'FROM_', secretRef: { name: 'canaries' } }],
            volumeMounts: [{ name: 'files', mountPath: '/files' }],
          },
        ],
      },
    },
  ],
});

const cluster = await sharedCluster('what a real pod says of its Secrets');
const programs = new Map<ClientName, string>();
let gateway: GatewayInFront;

function run(
  client: ClientName,
  kubeconfig: string,
  args: readonly string[],
  { input = '', until = '' } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(programs.get(client) as string, ['--kubeconfig', kubeconfig, '-n', NAMESPACE, ...args]);
    let said = '';
    const take = (chunk: Buffer) => {
      said += chunk.toString('latin1');
      if (until !== '' && said.includes(until)) child.kill();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', reject);
    child.on('close', () => resolve(said));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

function assertNoCanary(said: string): void {
  for (const value of Object.values(CANARIES))
    for (const { bytes } of encodingsOf(Buffer.from(value)))
      assert.ok(!said.includes(bytes.toString('latin1')), bytes.toString());
}

if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  const admin = (args: readonly string[], options = {}) => run('kubectl-1.35', real.adminKubeconfig(), args, options);
  before(async () => {
    await bindCaller(real);
    for (const name of KUBECTLS) programs.set(name, join(await clientNamed(name).prepare(), 'kubectl'));
    await admin(['create', 'namespace', NAMESPACE]);
    // The service account of a new namespace is there a moment after it.
    while (!(await admin(['apply', '-f', '-'], { input: OBJECTS })).includes('pod/talks'));
    await admin(['wait', '--for=condition=Ready', 'pod/talks', '--timeout=120s']);
    await admin(['logs', '-f', 'talks'], { until: 'end\n' });
    gateway = await startGatewayInFront(real, { podSecrets: [NAMESPACE] });
  });
  after(async () => {
    await gateway?.stop();
    await admin(['delete', 'namespace', NAMESPACE, '--wait=false']);
  });

  test('the pod says its values: without the gateway each is there', async () => {
    const said = await admin(['logs', 'talks']);
    for (const value of Object.values(CANARIES)) assert.ok(said.includes(Buffer.from(value).toString('latin1')), said);
    assert.match(said, JWT_START);
  });

  for (const client of KUBECTLS) {
    const forms: readonly (readonly string[])[] = [
      ['logs', 'talks'],
      ['logs', 'talks', '--timestamps'],
      ['logs', 'talks', '--tail=40', '--prefix'],
    ];
    for (const args of forms)
      test(`T53: ${client} ${args.join(' ')}: no value, and all else`, async () => {
        const said = await run(client, gateway.kubeconfig, args);
        assertNoCanary(said);
        assert.doesNotMatch(said, JWT_START);
        assert.match(said, /begin\n/);
        assert.match(said, /BY_ENV=masked-by-sallyport-secret\n/);
        assert.match(said, /panic: cannot use masked-by-sallyport-secret at main\.go:7\n/);
        assert.match(said, /masked-by-sallyport-jwt/);
        assert.match(said, /end\n$/);
      });

    test(`T53: ${client} logs -f: its last line is there while the pod runs`, async () => {
      const said = await run(client, gateway.kubeconfig, ['logs', '-f', 'talks'], { until: 'end\n' });
      assertNoCanary(said);
      assert.match(said, /end\n$/);
    });
  }

  test('the journal has each look-up by name, and no value', () => {
    const files = readdirSync(gateway.journalFolder).map((name) =>
      readFileSync(join(gateway.journalFolder, name), 'latin1'),
    );
    const journal = files.join('');
    assert.ok(journal.includes(`"secret ${NAMESPACE}/canaries"`));
    assertNoCanary(journal);
    assertNoCanary(gateway.log());
  });
}
