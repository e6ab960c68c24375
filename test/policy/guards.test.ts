import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decide } from '../../src/policy/decide.ts';
import type { Facts } from '../../src/policy/facts.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import type { GuardExample, GuardId } from '../../src/policy/guards/guard.ts';
import { GUARDS } from '../../src/policy/guards/table.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ALLOW_ALL, ruleOf } from '../support/rule.ts';
import { ALL_CLOSED, APPLY, ask, JSON_PATCH, MERGE, outcome, STRATEGIC, template } from './ask-guards.ts';

suite('each guard', () => {
  for (const guard of GUARDS) {
    test(`${guard.id} stops its example and passes its near miss`, () => {
      assert.equal(outcome(ask(ALL_CLOSED, guard.stops)), `guard ${guard.id}`);
      assert.equal(outcome(ask(ALL_CLOSED, guard.passes)), 'allow');
    });

    test(`a refusal by ${guard.id} names it as a guard, and where it is opened`, () => {
      const decision = ask(ALL_CLOSED, guard.stops);
      assert.ok(decision.effect === 'deny');
      assert.ok(decision.reason.startsWith(`the guard \`${guard.id}\` stops it: ${guard.reason}`), decision.reason);
      assert.ok(decision.advice.includes(`under \`unsafe.openGuards\`, by its id \`${guard.id}\``), decision.advice);
    });

    test(`${guard.id} is opened by its own name alone`, () => {
      const others = new Set(GUARDS.map(({ id }) => id).filter((id) => id !== guard.id));
      assert.equal(outcome(ask(compileRules([ALLOW_ALL], { unsafe: others }), guard.stops)), `guard ${guard.id}`);
      assert.equal(outcome(ask(compileRules([ALLOW_ALL], { unsafe: new Set([guard.id]) }), guard.stops)), 'allow');
    });
  }
});

test('a guard that lacks a fact is named as a guard too, and where it is opened', () => {
  const exec = { method: 'POST', uri: '/api/v1/namespaces/shop/pods/web/exec?command=id' } as const;
  const rules = compileRules([ALLOW_ALL, ruleOf({ powers: ['exec'] })], { unsafe: new Set() });
  const decision = ask(rules, exec, { pod: 'unknown' });
  assert.ok(decision.effect === 'deny' && decision.by === 'incomplete');
  assert.match(decision.reason, /^the guard `privileged-exec` needs the pod, which could not be looked up$/);
  assert.match(decision.advice, /under `unsafe\.openGuards`, by its id `privileged-exec`/);
});

const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/web';
const CRD = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com';
const privileged = { name: 'web', securityContext: { privileged: true } };

/** What a request comes to under all guards: each route and each patch type. */
const ROUTES: readonly (readonly [string, GuardExample, string])[] = [
  [
    'T25: a Role by patch',
    {
      method: 'PATCH',
      uri: '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/roles/r',
      mediaType: JSON_PATCH,
      body: [],
    },
    'guard rbac',
  ],
  [
    'T25: a RoleBinding by update',
    { method: 'PUT', uri: '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings/r', body: {} },
    'guard rbac',
  ],
  [
    'T25: a CSR by create',
    { method: 'POST', uri: '/apis/certificates.k8s.io/v1/certificatesigningrequests', body: {} },
    'guard certificates',
  ],
  [
    'T25: a signature by CSR status',
    { method: 'PUT', uri: '/apis/certificates.k8s.io/v1/certificatesigningrequests/r/status', body: {} },
    'guard certificates',
  ],
  [
    'T25: an APIService by create',
    { method: 'POST', uri: '/apis/apiregistration.k8s.io/v1/apiservices', body: {} },
    'guard admission',
  ],
  [
    'T25: a webhook that converts, by merge patch',
    { method: 'PATCH', uri: CRD, mediaType: MERGE, body: { spec: { conversion: { strategy: 'Webhook' } } } },
    'guard admission',
  ],
  [
    'T25: the address of a webhook that converts, by JSON patch',
    {
      method: 'PATCH',
      uri: CRD,
      mediaType: JSON_PATCH,
      body: [{ op: 'replace', path: '/spec/conversion/webhook/clientConfig/url', value: 'https://example.com' }],
    },
    'guard admission',
  ],
  [
    'a definition that nothing converts',
    { method: 'PATCH', uri: CRD, mediaType: MERGE, body: { spec: { conversion: { strategy: 'None' } } } },
    'allow',
  ],
  [
    'T25: whose certificates aggregated servers believe',
    {
      method: 'PATCH',
      uri: '/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication',
      mediaType: MERGE,
      body: { data: { 'requestheader-client-ca-file': 'x' } },
    },
    'guard certificates',
  ],
  [
    'T25: where the API server finds a kubelet, by create of its node',
    {
      method: 'POST',
      uri: '/api/v1/nodes',
      body: { status: { addresses: [{ type: 'InternalIP', address: '127.0.0.1' }] } },
    },
    'guard status',
  ],
  ['a node by hand', { method: 'POST', uri: '/api/v1/nodes', body: { status: {} } }, 'guard nodes'],
  [
    'T26: privileged by the revision that a stateful set goes back to',
    {
      method: 'POST',
      uri: '/apis/apps/v1/namespaces/shop/controllerrevisions',
      body: { data: template({ $patch: 'replace', containers: [privileged] }) },
    },
    'guard privileged-pods',
  ],
  [
    'T25: webhooks by deletecollection',
    { method: 'DELETE', uri: '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations' },
    'guard admission',
  ],
  [
    'T25: aws-auth by create',
    { method: 'POST', uri: '/api/v1/namespaces/kube-system/configmaps', body: { metadata: { name: 'aws-auth' } } },
    'guard aws-auth',
  ],
  [
    'T31: aws-auth by a generated name',
    { method: 'POST', uri: '/api/v1/namespaces/kube-system/configmaps', body: { metadata: { generateName: 'aws-' } } },
    'guard aws-auth',
  ],
  [
    'another ConfigMap of the control plane by create',
    { method: 'POST', uri: '/api/v1/namespaces/kube-system/configmaps', body: { metadata: { name: 'x' } } },
    'guard cluster-configuration',
  ],
  [
    'T29: aws-auth by deletecollection',
    { method: 'DELETE', uri: '/api/v1/namespaces/kube-system/configmaps' },
    'guard aws-auth',
  ],
  [
    'T25: pods/status by update',
    { method: 'PUT', uri: '/api/v1/namespaces/shop/pods/web/status', body: {} },
    'guard status',
  ],
  [
    'T9: kubelet exec by GET',
    { method: 'GET', uri: '/api/v1/nodes/n1/proxy/exec/shop/web/web?command=id' },
    'guard kubelet',
  ],
  ['T9: the legacy proxy', { method: 'GET', uri: '/api/v1/proxy/nodes/n1/pods' }, 'guard kubelet'],
  [
    'T26: a token by Secret stays under its guard',
    { method: 'POST', uri: '/api/v1/namespaces/shop/secrets', body: { type: 'kubernetes.io/service-account-token' } },
    'guard tokens',
  ],
  [
    'T26: privileged by update',
    { method: 'PUT', uri: DEPLOYMENT, body: template({ containers: [privileged] }) },
    'guard privileged-pods',
  ],
  [
    'T26: privileged by merge patch',
    { method: 'PATCH', uri: DEPLOYMENT, mediaType: MERGE, body: template({ containers: [privileged] }) },
    'guard privileged-pods',
  ],
  [
    'T26: privileged by strategic patch',
    { method: 'PATCH', uri: DEPLOYMENT, mediaType: STRATEGIC, body: template({ initContainers: [privileged] }) },
    'guard privileged-pods',
  ],
  [
    'T26: privileged by apply',
    { method: 'PATCH', uri: DEPLOYMENT, mediaType: APPLY, body: template({ containers: [privileged] }) },
    'guard privileged-pods',
  ],
  [
    'T26: privileged by JSON patch of the field',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'add', path: '/spec/template/spec/containers/0/securityContext/privileged', value: true }],
    },
    'guard privileged-pods',
  ],
  [
    'T26: privileged by JSON patch of an ancestor',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'replace', path: '/spec', value: { template: { spec: { containers: [privileged] } } } }],
    },
    'guard privileged-pods',
  ],
  [
    'T26: privileged by JSON patch of the root',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'replace', path: '', value: template({ containers: [privileged] }) }],
    },
    'guard privileged-pods',
  ],
  [
    'T26: a capability by JSON patch',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [
        {
          op: 'add',
          path: '/spec/template/spec/containers/0/securityContext/capabilities/add/-',
          value: 'cap_sys_admin',
        },
      ],
    },
    'guard privileged-pods',
  ],
  ...['-1', '+0'].map((place): (typeof ROUTES)[number] => [
    `T26: privileged by JSON patch, at the place ${place}`,
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'add', path: `/spec/template/spec/containers/${place}/securityContext/privileged`, value: true }],
    },
    'guard privileged-pods',
  ]),
  ...(
    [
      [
        'an SELinux type without bounds',
        { containers: [{ name: 'web', securityContext: { seLinuxOptions: { type: 'spc_t' } } }] },
      ],
      ['an SELinux role for the pod', { securityContext: { seLinuxOptions: { role: 'system_r' } } }],
      ['no seccomp', { securityContext: { seccompProfile: { type: 'Unconfined' } } }],
      [
        'no AppArmor for a container',
        { initContainers: [{ name: 'web', securityContext: { appArmorProfile: { type: 'Unconfined' } } }] },
      ],
      ['a kernel parameter of the node', { securityContext: { sysctls: [{ name: 'kernel.msgmax', value: '1' }] } }],
    ] as const
  ).map(([name, spec]): (typeof ROUTES)[number] => [
    `T26: ${name}`,
    { method: 'PATCH', uri: DEPLOYMENT, mediaType: STRATEGIC, body: template(spec) },
    'guard privileged-pods',
  ]),
  [
    'T26: no AppArmor, by annotation',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: MERGE,
      body: template({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/web': 'unconfined' } }),
    },
    'guard privileged-pods',
  ],
  [
    'what Baseline leaves a pod',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: MERGE,
      body: template({
        securityContext: {
          seccompProfile: { type: 'RuntimeDefault' },
          seLinuxOptions: { type: 'container_t', level: 's0:c1,c2' },
          sysctls: [{ name: 'net.ipv4.tcp_syncookies', value: '1' }],
        },
      }),
    },
    'allow',
  ],
  [
    'a critical priority by JSON patch',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'add', path: '/spec/template/spec/priorityClassName', value: 'system-cluster-critical' }],
    },
    'guard critical-pods',
  ],
  [
    'T26: a copy that only the server can follow',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'copy', from: '/metadata/annotations', path: '/spec/template/spec/securityContext' }],
    },
    'incomplete privileged-pods',
  ],
  [
    'a copy elsewhere',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'copy', from: '/metadata/labels/a', path: '/metadata/labels/b' }],
    },
    'allow',
  ],
  [
    'T26: an unknown JSON patch operation',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: JSON_PATCH,
      body: [{ op: 'Add', path: '/spec/template/spec/hostPID', value: true }],
    },
    'incomplete privileged-pods',
  ],
  [
    'T26: hostPID of a cron job',
    {
      method: 'POST',
      uri: '/apis/batch/v1/namespaces/shop/cronjobs',
      body: { spec: { jobTemplate: template({ hostPID: true }) } },
    },
    'guard host-namespaces',
  ],
  [
    'T26: hostPath by strategic patch',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: STRATEGIC,
      body: template({ volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
    },
    'guard host-path',
  ],
  [
    'T26: hostPath behind a persistent volume',
    { method: 'POST', uri: '/api/v1/persistentvolumes', body: { spec: { hostPath: { path: '/' } } } },
    'guard host-path',
  ],
  [
    'T26: another service account by patch',
    { method: 'PATCH', uri: DEPLOYMENT, mediaType: MERGE, body: template({ serviceAccountName: 'admin' }) },
    'guard service-accounts',
  ],
  [
    'T26: another service account by its old name',
    { method: 'PATCH', uri: DEPLOYMENT, mediaType: MERGE, body: template({ serviceAccount: 'admin' }) },
    'guard service-accounts',
  ],
  [
    'T27: a privileged ephemeral container',
    {
      method: 'PATCH',
      uri: '/api/v1/namespaces/shop/pods/web/ephemeralcontainers',
      mediaType: STRATEGIC,
      body: { spec: { ephemeralContainers: [privileged] } },
    },
    'guard privileged-pods',
  ],
  [
    'T27: attach to a privileged pod',
    { method: 'GET', uri: '/api/v1/namespaces/shop/pods/web/attach', podDangers: ['x'] },
    'guard privileged-exec',
  ],
  [
    'T27: an ephemeral container in a privileged pod',
    {
      method: 'PATCH',
      uri: '/api/v1/namespaces/shop/pods/web/ephemeralcontainers',
      mediaType: STRATEGIC,
      body: { spec: {} },
      podDangers: ['x'],
    },
    'guard privileged-exec',
  ],
  [
    'T28: a CRD by deletecollection',
    { method: 'DELETE', uri: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions' },
    'guard deletions',
  ],
  [
    'T28: a namespace by finalize',
    { method: 'PUT', uri: '/api/v1/namespaces/shop/finalize', body: {} },
    'guard deletions',
  ],
  ['T28: a persistent volume by delete', { method: 'DELETE', uri: '/api/v1/persistentvolumes/v' }, 'guard deletions'],
  [
    'kubectl set image',
    {
      method: 'PATCH',
      uri: DEPLOYMENT,
      mediaType: STRATEGIC,
      body: template({ containers: [{ name: 'web', image: 'web:2' }] }),
    },
    'allow',
  ],
  [
    'kubectl label',
    { method: 'PATCH', uri: DEPLOYMENT, mediaType: MERGE, body: { metadata: { labels: { a: 'b' } } } },
    'allow',
  ],
  [
    'kubectl scale',
    { method: 'PATCH', uri: `${DEPLOYMENT}/scale`, mediaType: MERGE, body: { spec: { replicas: 3 } } },
    'allow',
  ],
];

suite('each route', () => {
  for (const [name, example, expected] of ROUTES)
    test(name, () => assert.equal(outcome(ask(ALL_CLOSED, example)), expected));
});

test('T26: a rule that names the service account, allow or hold, answers for it', () => {
  const example: GuardExample = {
    method: 'PATCH',
    uri: DEPLOYMENT,
    mediaType: MERGE,
    body: template({ serviceAccountName: 'builder' }),
  };
  const patch = { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments'], serviceAccounts: ['builder'] };
  const named = (effect: 'allow' | 'hold') =>
    compileRules([ALLOW_ALL, ruleOf({ ...patch, effect })], { unsafe: new Set() });
  assert.equal(outcome(ask(named('allow'), example)), 'allow');
  assert.equal(outcome(ask(named('hold'), example)), 'hold');
  const elsewhere = ruleOf({ ...patch, namespaces: [{ name: 'other' }] });
  assert.equal(
    outcome(ask(compileRules([ALLOW_ALL, elsewhere], { unsafe: new Set() }), example)),
    'guard service-accounts',
  );
});

test('T56: a known result is judged in place of the patch, whatever the patch says', () => {
  const image: GuardExample = {
    method: 'PATCH',
    uri: DEPLOYMENT,
    mediaType: STRATEGIC,
    body: template({ containers: [{ name: 'web', image: 'web:2' }] }),
  };
  const result = template({ containers: [privileged] }) as Facts['result'];
  assert.equal(outcome(ask(ALL_CLOSED, image, { result: result as never })), 'guard privileged-pods');
});

test('T31: a result without what the patch brings in is the result of that moment', () => {
  const body = [
    { op: 'add', path: '/spec/template/spec/containers/-', value: privileged },
    { op: 'remove', path: '/spec/template/spec/containers/1' },
  ];
  const patch: GuardExample = { method: 'PATCH', uri: DEPLOYMENT, mediaType: JSON_PATCH, body };
  const result = template({ containers: [{ name: 'web' }] }) as Facts['result'];
  assert.equal(outcome(ask(ALL_CLOSED, patch, { result: result as never })), 'guard privileged-pods');
});

test('T56: where results can be looked up, a patch of what a workload runs needs its result, and a label does not', () => {
  const rules = compileRules([ALLOW_ALL], { unsafe: new Set<GuardId>(), judgesResult: true });
  const patch = (body: object) => operationOf({ method: 'PATCH', uri: DEPLOYMENT, mediaType: STRATEGIC, body });
  const image = patch(template({ containers: [{ name: 'web', image: 'web:2' }] }));
  assert.deepEqual(factsNeeded(rules, callerOf(), image, 0), ['result']);
  assert.deepEqual(factsNeeded(rules, callerOf(), patch({ metadata: { labels: { a: 'b' } } }), 0), []);
});

test('T26: a body that cannot be read is stopped where a guard would look into it', () => {
  const read = operationOf({ method: 'POST', uri: '/api/v1/namespaces/shop/pods', body: {} });
  const operation = {
    ...read,
    body: { mediaType: 'text/plain', bytes: Buffer.from('x'), object: undefined, patch: undefined },
  };
  const decision = decide(ALL_CLOSED, { caller: callerOf(), operation, facts: {}, nowMs: 0 });
  assert.equal(outcome(decision), 'incomplete privileged-pods');
});

test('an exec whose pod could not be looked up is stopped', () => {
  const operation = operationOf({ method: 'POST', uri: '/api/v1/namespaces/shop/pods/web/exec?command=id' });
  const decision = decide(ALL_CLOSED, { caller: callerOf(), operation, facts: { pod: 'unknown' }, nowMs: 0 });
  assert.equal(outcome(decision), 'incomplete privileged-exec');
  assert.deepEqual(factsNeeded(ALL_CLOSED, callerOf(), operation, 0), ['pod']);
});
