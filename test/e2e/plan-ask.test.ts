// `sallyport plan --ask` with a real kubectl before the stand-in: one question about the whole command, and then the command, which meets no other.

import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { stringify } from 'yaml';
import { findKubectl } from '../../demo/kubectl.ts';
import { startChild } from '../support/child.ts';
import { controlApi } from '../support/control-api.ts';
import { type ControlWorld, startControlWorld } from '../support/control-world.ts';
import { CLI } from '../support/gateway-process.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: ["", apps], resources: [configmaps, deployments, deployments/scale, replicasets, pods] }
  - { id: maps, effect: allow, verbs: [create, delete], apiGroups: [""], resources: [configmaps], callers: [{ subjects: ["ci:bud"] }] }
  - { id: held, effect: hold, verbs: [patch, update], apiGroups: [apps], resources: [deployments, deployments/scale], mountableSecrets: [database], hold: { approvers: [{ groups: [leads] }], waitMax: 20s } }
  - { id: kept, effect: hold, verbs: [create, delete], apiGroups: [""], resources: [configmaps], callers: [{ subjects: ["ci:dev"] }], hold: { approvers: [{ groups: [leads] }], waitMax: 20s } }
budgets:
  - { id: deletes, callers: [{ subjects: ["ci:bud"] }], of: deletes, max: 1, per: 1d, over: deny }
  - { id: changes, callers: [{ subjects: ["ci:bud"] }], of: changes, max: 2, per: 1d, over: hold }
`;

let { world, people, dispatcher, stop } = {} as ControlWorld;
let kubectl: string;
let lead: string;
/** Requests that came to the target and are no reads. */
let writes: string[] = [];

before(async () => {
  kubectl = await findKubectl(() => {});
  ({ world, people, dispatcher, stop } = await startControlWorld(POLICY, {
    front: {
      onRequest({ method = '', url = '', headers }) {
        if (headers['impersonate-user'] !== 'sallyport:probe' && method !== 'GET' && !url.includes('dryRun=All'))
          writes.push(`${method} ${url.split('?')[0]}`);
        return false;
      },
    },
  }));
  lead = await people.tokenFor('lea', ['leads']);
  writeFileSync(join(world.folder, 'ca.pem'), world.caPem);
  for (const name of ['dev', 'bud']) {
    const token = await world.token(name);
    const cluster = {
      server: `${world.gateway.url}/k8s/demo`,
      'certificate-authority-data': Buffer.from(world.caPem).toString('base64'),
    };
    writeFileSync(join(world.folder, `token-${name}`), token);
    writeFileSync(
      join(world.folder, `kubeconfig-${name}`),
      stringify({
        apiVersion: 'v1',
        kind: 'Config',
        // The plan names the other one: so what runs goes by what was planned.
        'current-context': 'nowhere',
        clusters: [{ name: 'prod', cluster }],
        contexts: [{ name: 'prod', context: { cluster: 'prod', user: 'prod', namespace: 'shop' } }],
        users: [{ name: 'prod', user: { token } }],
      }),
    );
  }
});
after(() => stop());

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

function started(
  command: readonly string[],
  { as = 'dev', options = ['--ask'] }: { readonly as?: string; readonly options?: readonly string[] } = {},
) {
  const [program, ...cli] = CLI;
  const config = join(world.folder, `kubeconfig-${as}`);
  writes = [];
  return startChild(
    program,
    [...cli, 'plan', '--context', 'prod', '--kubeconfig', config, ...options, '--', ...command],
    {
      env: {
        ...process.env,
        XDG_RUNTIME_DIR: world.folder,
        SALLYPORT_SERVER: world.gateway.consoleUrl,
        SALLYPORT_TOKEN_FILE: join(world.folder, `token-${as}`),
        SALLYPORT_CA_FILE: join(world.folder, 'ca.pem'),
      },
      cwd: world.folder,
    },
  );
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

/** The question that a command has asked. */
async function asked(child: ReturnType<typeof started>): Promise<Json> {
  const [, id] = await child.until(/asked: approval (\S+) about/);
  return (await api(lead, 'GET', `/approvals/${id}`)).body;
}

const answer = (question: Json, said: 'approve' | 'reject', reason = '') =>
  api(lead, 'POST', `/approvals/${question.id}/${said}`, { digest: question.digest, reason });

const script = (text: string) => ['/bin/sh', '-ec', text];

/** What is held at the target, as its caller reads it. */
const replicas = async () => {
  const uri = '/apis/apps/v1/namespaces/shop/deployments/web';
  return JSON.parse((await world.ask({ uri, token: await world.token('dev') })).body).spec.replicas;
};

test('one question shows every held request whole; after the yes the command runs, and is asked about nothing else', async () => {
  const child = started(
    script(
      `${kubectl} scale deployment/web --replicas=5; ${kubectl} delete configmap settings; ${kubectl} create configmap made --from-literal=a=b`,
    ),
  );
  const question = await asked(child);
  assert.deepEqual(writes, [], 'nothing is done before the yes');
  const { planned } = question.shown;
  assert.deepEqual(
    planned.map(({ operation }: Json) => operation.replaceAll('`', '')),
    [
      'patch deployments/scale.apps web in namespace shop',
      'delete configmaps settings in namespace shop',
      'create configmaps in namespace shop',
    ],
  );
  assert.deepEqual([planned[0].scale, planned[0].asked.startsWith('PATCH ')], [{ from: 3, to: 5 }, true]);
  assert.match(planned[2].body, /"name": "made"/);
  assert.deepEqual([question.mayAnswer, question.rules.map(({ rule }: Json) => rule)], [true, ['p/held', 'p/kept']]);
  assert.equal((await answer(question, 'approve')).status, 200);
  assert.equal(await child.ended, 0, child.said());
  assert.match(child.said(), /is approved by p:lea/);
  assert.equal(
    child.said().match(/deployment\.apps\/web scaled/g)?.length,
    1,
    'what it says when it is planned is not true yet',
  );
  assert.deepEqual(writes, [
    'PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale',
    'DELETE /api/v1/namespaces/shop/configmaps/settings',
    'POST /api/v1/namespaces/shop/configmaps',
  ]);
  assert.equal(await replicas(), 5);
  const { items } = (await api(lead, 'GET', '/approvals')).body;
  const covered = items.filter(({ restOf }: Json) => restOf === question.id);
  assert.deepEqual(
    covered.map(({ state, exchange, status, answers }: Json) => [state, exchange, status, answers[0].subject]),
    [
      ['approved', 'answered', 201, 'p:lea'],
      ['approved', 'answered', 200, 'p:lea'],
      ['approved', 'answered', 200, 'p:lea'],
    ],
  );
  assert.equal(items.length, 4, 'nobody was asked anything else');
});

test('after a no, nothing is run: exit code 1, with the reason', async () => {
  const child = started([kubectl, 'scale', 'deployment/web', '--replicas=7']);
  await answer(await asked(child), 'reject', 'not today');
  assert.equal(await child.ended, 1, child.said());
  assert.match(child.said(), /is rejected by p:lea: “not today”/);
  assert.deepEqual([writes, await replicas()], [[], 5]);
});

test('what is asked for otherwise than planned is held as ever', async () => {
  const marker = join(world.folder, 'planned-once');
  const child = started(
    script(`n=6; if [ -f ${marker} ]; then n=9; fi; touch ${marker}; ${kubectl} scale deployment/web --replicas=$n`),
  );
  const question = await asked(child);
  await answer(question, 'approve');
  for (;;) {
    const { items } = (await api(lead, 'GET', '/approvals?state=pending')).body;
    const [other] = items.filter(({ preview }: Json) => preview !== 'looking');
    if (other === undefined) continue;
    assert.deepEqual([other.shown.planned, other.shown.scale], [undefined, { from: 5, to: 9 }]);
    await answer(other, 'reject');
    break;
  }
  assert.notEqual(await child.ended, 0, child.said());
  rmSync(marker);
  assert.deepEqual([writes, await replicas()], [[], 5]);
});

test('what would be refused is not asked about, and where nothing is held the command is run', async () => {
  const refused = started(script(`${kubectl} scale deployment/web --replicas=6; ${kubectl} delete pod web-1`));
  assert.equal(await refused.ended, 1, refused.said());
  assert.doesNotMatch(refused.said(), /asked: approval/);
  const read = started([kubectl, 'get', 'configmap', 'made', '-o', 'name']);
  assert.equal(await read.ended, 0, read.said());
  assert.match(read.said(), /^configmap\/made$/m);
  assert.deepEqual(writes, []);
});

test('budgets are added up over a plan: which one it is over, and from which call on', async () => {
  const [create, remove] = [`${kubectl} create configmap`, `${kubectl} delete configmap made`];
  const options = ['-o', 'table'];
  const held = started(script(`${create} one; ${create} two; ${create} three`), { as: 'bud', options });
  assert.equal(await held.ended, 0, held.said());
  assert.match(
    held.said(),
    /budget `p\/changes` \(2 changes in 1d\): 2 left, and the plan takes 3; over from call 3 on, for which a person is asked/,
  );
  const refused = started(script(`${remove}; ${kubectl} delete configmap kube-root-ca.crt --ignore-not-found`), {
    as: 'bud',
    options,
  });
  await refused.ended;
  assert.match(
    refused.said(),
    /budget `p\/deletes` \(1 deletes in 1d\): 1 left, and the plan takes 1; over from call 2 on, which is refused/,
  );
  assert.deepEqual(writes, []);
});
