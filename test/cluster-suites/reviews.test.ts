// T32: what real kubectls are told by `auth can-i` and `auth whoami` through the gateway, and that the same command then does just that. They ask in
// JSON or protobuf and read the reply by its type.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { Agent, type AgentOptions, request } from 'node:https';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { leftOut } from '../support/left-out.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const run = promisify(execFile);
const KUBECTLS: readonly ClientName[] = [
  'kubectl-1.27',
  'kubectl-1.30',
  'kubectl-1.33',
  'kubectl-1.35',
  'kubectl-1.36',
  'kubectl-1.37',
];

const policy = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'p' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  rules: [
    { id: 'read', effect: 'allow', verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'secrets', 'nodes'] },
    { id: 'write', effect: 'allow', verbs: ['*'], apiGroups: [''], resources: ['configmaps', 'namespaces'] },
    { id: 'id', effect: 'allow', powers: ['exec'], exec: { argv: [{ exact: ['id'] }] } },
    { id: 'no-web', effect: 'deny', reason: 'the site stays', verbs: ['delete'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['web'] },
    { id: 'held', effect: 'hold', verbs: ['delete'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['busy'] },
  ],
}; // biome-ignore format: a table

/** What `auth can-i` is asked, and what it prints. */
const ANSWERS: readonly (readonly [string, RegExp])[] = [
  ['get pods', /^yes\n$/],
  ['list nodes', /^yes\n$/],
  ['get pods --subresource=log', /^no - no rule of the gateway allows it\n$/],
  ['create deployments', /^no - no rule of the gateway allows it\n$/],
  ['get secrets', /^yes\n$/],
  ['delete secrets', /^no - no rule of the gateway allows it; `\*` does not reach it: a rule that allows it names `secrets` under `resources`\n$/],
  ['create configmaps', /^yes\n$/],
  ['delete configmaps', /^no - the gateway’s answer hangs on the request itself - incomplete: `p\/no-web` needs the name of the object\n$/],
  ['delete configmaps/web', /^no - the gateway’s rule `p\/no-web` denies it: the site stays\n$/],
  ['delete configmaps/busy', /^yes\n$/],
  ['delete configmaps/other', /^yes\n$/],
  ['create pods --subresource=exec', /^no - .* - incomplete: `p\/id` needs the command and its container\n$/],
  ['delete namespaces/x', /^no - the gateway’s rule `p\/no-web` denies it: the site stays\n$/],
  ['delete persistentvolumes/x', /^no - the gateway’s guard `deletions` denies it: /],
  ['* *', /^no - no rule of the gateway allows it\n$/],
  ['get /version', /^yes\n$/],
  ['get /metrics', /^no - no rule of the gateway allows it\n$/],
]; // biome-ignore format: a table

const METADATA = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const ACCEPTED = [
  '*/*',
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/yaml, application/json;q=0.5',
  `application/json${METADATA}`,
  `application/yaml${METADATA}`,
  `application/vnd.kubernetes.protobuf${METADATA}`,
  'application/json;as=Table;g=meta.k8s.io;v=v1',
  'text/html',
];

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** A review of oneself: whether one may delete Secrets, which the cluster allows and no rule does. */
function ask(server: string, tls: AgentOptions, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const attributes = { verb: 'delete', resource: 'secrets', namespace: 'default' };
  const kind = 'SelfSubjectAccessReview';
  const body = JSON.stringify({
    apiVersion: 'authorization.k8s.io/v1',
    kind,
    spec: { resourceAttributes: attributes },
  });
  const url = `${server}/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`;
  return new Promise((resolve, reject) => {
    const options = {
      agent: new Agent(tls),
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
    };
    const sent = request(url, options, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        const { statusCode = 0, headers: head } = reply;
        resolve({ status: statusCode, type: head['content-type'] ?? '', text: Buffer.concat(chunks).toString() });
      });
    });
    sent.on('error', reject).end(body);
  });
}

const cluster = await sharedCluster('what reviews of oneself are told through the gateway');
if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  let gateway: GatewayInFront;
  before(async () => {
    await bindCaller(cluster);
    gateway = await startGatewayInFront(cluster, { policy: [policy], openGuards: [] });
  });
  after(() => gateway?.stop());

  describe('whatever a client accepts, it is answered in the form that the API server answers in', () => {
    for (const accept of ACCEPTED) {
      test(accept, async () => {
        const token = readFileSync(join(dirname(gateway.kubeconfig), 'token'), 'utf8').trim();
        const through = await ask(
          `${gateway.url}/k8s/main`,
          { ca: readFileSync(gateway.caFile) },
          { accept, authorization: `Bearer ${token}` },
        );
        const pem = (end: string) => readFileSync(join(cluster.folder, 'pki', `admin.${end}`));
        const tls = { ca: cluster.caPem, cert: pem('crt'), key: pem('key') };
        const direct = await ask(cluster.server, tls, { accept });
        assert.deepEqual([through.status, through.type], [direct.status, direct.type]);
        if (!/json|yaml/.test(direct.type) || direct.status !== 201) return;
        assert.equal(parse(through.text).kind, parse(direct.text).kind);
        assert.equal(parse(direct.text).status?.allowed, /as=/.test(accept) ? undefined : true);
        assert.equal(parse(through.text).status?.allowed, /as=/.test(accept) ? undefined : false);
      });
    }
  });

  for (const name of KUBECTLS) {
    const { missing } = clientNamed(name);
    if (missing !== undefined) {
      leftOut(`reviews with ${name}`, missing);
      continue;
    }
    describe(name, () => {
      const kubectl = async (...args: string[]) => {
        const program = join(await clientNamed(name).prepare(), 'kubectl');
        const all = ['--kubeconfig', gateway.kubeconfig, ...args];
        return run(program, all).catch((error: { stdout: string; stderr: string }) => error);
      };

      for (const [asked, expected] of ANSWERS) {
        test(`auth can-i ${asked}`, async () => {
          const { stdout } = await kubectl('auth', 'can-i', ...asked.split(' '));
          assert.match(stdout, expected);
        });
      }

      test('auth can-i --list', async () => {
        const { stdout, stderr } = await kubectl('auth', 'can-i', '--list', '--no-headers');
        const lines = stdout.split('\n').map((line) => line.trim().split(/\s{2,}/));
        const verbsOf = (resource: string) => lines.find(([first]) => first === resource)?.at(-1);
        assert.match(verbsOf('pods') ?? '', /^\[(get list|list get)\]$/);
        assert.match(verbsOf('secrets') ?? '', /^\[(get list|list get)\]$/);
        assert.equal(verbsOf('pods/exec'), undefined);
        assert.match(verbsOf('configmaps') ?? '', /create/);
        assert.doesNotMatch(verbsOf('configmaps') ?? '', /delete|\*/);
        assert.match(stderr, /the list may be incomplete: .*left out: .*`p\/no-web` needs the name of the object/);
      });

      test('auth whoami is the caller, as it is impersonated', async () => {
        const { stdout, stderr } = await kubectl('auth', 'whoami', '-o', 'json');
        // 1.27 knows only versions of the review that the cluster does not serve any more, and says so, directly as well.
        if (name === 'kubectl-1.27') return assert.match(stderr, /API is not enabled in the cluster/);
        const { username, groups } = JSON.parse(stdout).status.userInfo;
        assert.deepEqual(
          { username, groups },
          { username: CALLER.user, groups: [...CALLER.groups, 'system:authenticated'] },
        );
      });

      test('what can-i said is what happens', async () => {
        const config = `web-${name.replace('.', '-')}`;
        assert.equal((await kubectl('get', 'pods')).stderr.includes('Forbidden'), false);
        assert.match((await kubectl('create', 'configmap', config)).stdout, /created/);
        assert.match((await kubectl('delete', 'configmap', config)).stdout, /deleted/);
        assert.match((await kubectl('delete', 'configmap', 'web')).stderr, /the site stays/);
        assert.equal((await kubectl('get', 'secrets')).stderr.includes('Forbidden'), false);
        assert.match((await kubectl('delete', 'secret', 'x')).stderr, /Forbidden/);
        assert.match((await kubectl('delete', 'namespace', 'x')).stderr, /Forbidden/);
      });
    });
  }
}
