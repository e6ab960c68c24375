/*
 * What a real pod says of the Secrets that it is given, read by real clients: `env`, a mounted file, a stack trace, base64, a printed kubeconfig; with
 * `kubectl logs` in its forms, and with `kubectl exec`, `attach` and `cp` and the Python client, over SPDY and WebSocket. The values occur nowhere else; the test searches all that came for each in every form that tools write.
 */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { encodingsOf } from '../../src/masking/text/encodings.ts';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, sharedCluster } from '../support/test-cluster.ts';

/** Over SPDY; over WebSocket, the fifth version of its channels. */
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
    child.on('close', (code) => resolve(code === 0 || until !== '' ? said : `${said}\nexit ${code}`));
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
    gateway = await startGatewayInFront(real, { podSecrets: [NAMESPACE], openMasks: [] });
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

  for (const client of KUBECTLS) {
    const exec = (command: string, args: readonly string[] = []) =>
      run(client, gateway.kubeconfig, ['exec', ...args, 'talks', '--', 'sh', '-c', command]);

    test(`T53: ${client} exec: no value on any channel, and all else; its exit code is the command’s own`, async () => {
      const said = await exec('echo begin; env; cat /files/*; cat /files/* | base64; env | gzip -c | wc -c; exit 17');
      assertNoCanary(said);
      assert.doesNotMatch(said, /FuYXJ5|5YXJ5|hbmFyeS/); // what is left of `canary` in base64, at each of the three places
      assert.match(said, /begin\n/);
      assert.match(said, /BY_ENV=masked-by-sallyport-secret\n/);
      assert.match(said, /exit 17$/);
      const errors = await exec(
        'echo begin >&2; cat /files/file /var/run/secrets/kubernetes.io/serviceaccount/token >&2',
      );
      assertNoCanary(errors);
      assert.doesNotMatch(errors, JWT_START);
      assert.match(errors, /begin\n.*masked-by-sallyport-secret.*masked-by-sallyport-jwt/);
    });

    test(`T53: ${client} exec: what comes in small pieces is masked, and what is no value comes at once`, async () => {
      const said = await exec(
        'cat; printf "%s" "$BY_ENV" | sed "s/./&\\n/g" | while read -r c; do printf "%s" "$c"; done; echo; echo end',
        ['-i'],
      );
      assertNoCanary(said);
      assert.match(said, /end\n$/);
    });

    test(`T53: ${client} exec: a program’s bytes are its own; with a value among them the stream ends with a sentence`, async () => {
      const whole = await exec('head -c 300000 /bin/busybox');
      assert.equal(whole, await admin(['exec', 'talks', '--', 'sh', '-c', 'head -c 300000 /bin/busybox']));
      const cut = await exec('printf "a\\0b"; cat /files/file; echo after');
      assertNoCanary(cut);
      assert.match(
        cut,
        /ended by the gateway: .*is not text, and a value that must be masked is in it[\s\S]*exit \d+$/,
      );
      assert.doesNotMatch(cut, /after/);
    });

    test(`T53: ${client} cp: an archive with a value is not passed, and one without is`, async () => {
      const folder = mkdtempSync(join(tmpdir(), 'sallyport-cp-'));
      try {
        await exec('mkdir -p /tmp/plain && echo nothing to hide > /tmp/plain/a');
        const copied = await run(client, gateway.kubeconfig, ['cp', 'talks:/tmp/plain', join(folder, 'plain')]);
        assert.equal(readFileSync(join(folder, 'plain/a'), 'latin1'), 'nothing to hide\n', copied);
        await exec('mkdir -p /tmp/secret && cp -L /files/file /tmp/secret/a');
        await run(client, gateway.kubeconfig, ['cp', '--retries=0', 'talks:/tmp/secret', join(folder, 'secret')]);
        for (const name of readdirSync(folder, { recursive: true, withFileTypes: true }))
          if (name.isFile()) assertNoCanary(readFileSync(join(name.parentPath, name.name), 'latin1'));
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  }

  test('T53: the Python client’s exec, over the fourth version of the channels: no value, and all else', async () => {
    const program = [
      'import sys; from kubernetes import client, config; from kubernetes.stream import stream',
      'config.load_kube_config(sys.argv[1]); core = client.CoreV1Api()',
      `print(stream(core.connect_get_namespaced_pod_exec, "talks", "${NAMESPACE}", command=["sh", "-c", "echo begin; env; cat /files/file >&2"], stdout=True, stderr=True, stdin=False, tty=False))`,
    ].join('\n');
    const python = join(await clientNamed('python').prepare(), 'python');
    const said = await new Promise<string>((resolve, reject) => {
      execFile(python, ['-c', program, gateway.kubeconfig], { encoding: 'latin1' }, (error, out, complaint) =>
        error ? reject(new Error(complaint)) : resolve(out),
      );
    });
    assertNoCanary(said);
    assert.match(said, /begin\n[\s\S]*BY_ENV=masked-by-sallyport-secret\n/);
  });

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
