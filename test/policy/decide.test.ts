import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compileRules } from '../support/compile-rules.ts';
import { ALL, ask, EVERYTHING, NAMESPACE, outcome, rulesOf } from './ask.ts';

/** Rules, a request, and what it comes to. */
const ROWS: readonly (readonly [name: string, rules: string, request: string, expected: string])[] = [
  [
    'silence denies',
    '  - { effect: allow, verbs: [get], apiGroups: [""], resources: [pods] }',
    `GET ${NAMESPACE}/services/a`,
    'silence',
  ],
  [
    'deny beats allow',
    `${ALL}  - { effect: deny, verbs: [get], apiGroups: [""], resources: [pods] }`,
    `GET ${NAMESPACE}/pods/a`,
    'rule p/2',
  ],
  [
    'hold beats allow',
    `${ALL}  - { effect: hold, verbs: [get], apiGroups: [""], resources: [pods] }`,
    `GET ${NAMESPACE}/pods/a`,
    'hold p/2',
  ],
  [
    'deny beats hold',
    `  - { effect: hold, powers: [exec] }\n  - { effect: deny, powers: [exec] }`,
    `POST ${NAMESPACE}/pods/a/exec?command=ls`,
    'rule p/2',
  ],
  [
    'request decides nothing',
    '  - { effect: request, verbs: [get], apiGroups: [""], resources: [pods] }',
    `GET ${NAMESPACE}/pods/a`,
    'silence',
  ],
  [
    'an allow without edits stands before one with',
    `${ALL.replace('}', ', amend: [{ forceDryRun: true }] }')}${ALL}`,
    `GET ${NAMESPACE}/pods/a`,
    'allow p/2',
  ],

  ['T9: a wildcard reaches no node proxy by GET', ALL, 'GET /api/v1/nodes/n1/proxy/exec/shop/web/web', 'silence'],
  ['T9: nor a pod proxy by POST', ALL, `POST ${NAMESPACE}/pods/web:8080/proxy/ {}`, 'silence'],
  ['T9: nor a service proxy by PUT', ALL, `PUT ${NAMESPACE}/services/https:web:443/proxy/x {}`, 'silence'],
  [
    'T9: `*/proxy` is a wildcard too',
    '  - { effect: allow, verbs: [get], apiGroups: [""], resources: ["*/proxy"] }',
    `GET ${NAMESPACE}/pods/web/proxy/`,
    'silence',
  ],
  [
    'T9: a proxy that is named is reached',
    '  - { effect: allow, verbs: [get], apiGroups: [""], resources: [services/proxy] }',
    `GET ${NAMESPACE}/services/web/proxy/`,
    'allow p/1',
  ],
  [
    'T10: a WebSocket exec is not had for `get`',
    '  - { effect: allow, verbs: [get, list, watch], apiGroups: [""], resources: [pods, pods/exec] }',
    `GET ${NAMESPACE}/pods/web/exec?command=ls`,
    'silence',
  ],
  [
    'T10: it is had for `create`, as its POST is',
    '  - { effect: allow, verbs: [create], apiGroups: [""], resources: [pods/exec] }',
    `GET ${NAMESPACE}/pods/web/exec?command=ls`,
    'allow p/1',
  ],
  [
    'T10: a verb by wildcard is no name',
    '  - { effect: allow, verbs: ["*"], apiGroups: [""], resources: [pods/exec] }',
    `POST ${NAMESPACE}/pods/web/exec?command=ls`,
    'silence',
  ],
  [
    'a wildcard that denies reaches powers',
    `  - { effect: allow, powers: [exec] }\n  - { effect: deny, verbs: ["*"], apiGroups: ["*"], resources: ["*"] }`,
    `POST ${NAMESPACE}/pods/web/exec?command=ls`,
    'rule p/2',
  ],
  [
    'T15: namespaces/finalize is no resource in the namespace',
    `  - { effect: allow, verbs: [update], apiGroups: [""], resources: [namespaces] }`,
    `PUT ${NAMESPACE}/finalize {}`,
    'silence',
  ],
  [
    'T15: to read namespaces/finalize deletes nothing',
    `  - { effect: allow, verbs: [get], apiGroups: [""], resources: [namespaces/finalize] }\n  - { effect: deny, verbs: [delete], apiGroups: [""], resources: [namespaces, pods] }`,
    `GET ${NAMESPACE}/finalize`,
    'allow p/1',
  ],
  [
    'T16: `pods` never implies `pods/log`',
    '  - { effect: allow, verbs: [get], apiGroups: [""], resources: [pods] }',
    `GET ${NAMESPACE}/pods/web/log`,
    'silence',
  ],
  [
    'T16: `pods/*` is no wildcard in RBAC',
    '  - { effect: allow, verbs: [get], apiGroups: [""], resources: ["pods/*"] }',
    `GET ${NAMESPACE}/pods/web/log`,
    'silence',
  ],
  [
    'T17: a namespaced rule reaches no list over all',
    '  - { effect: allow, verbs: [list], apiGroups: [""], resources: [pods], namespaces: ["*"] }',
    'GET /api/v1/pods',
    'silence',
  ],
  [
    'T17: nor what is in no namespace',
    `${EVERYTHING.replace(' }', ', namespaces: ["*"] }')}`,
    'GET /api/v1/nodes/n1',
    'silence',
  ],
  [
    'T19: a named rule takes a list by exact name',
    '  - { effect: allow, verbs: [list], apiGroups: [""], resources: [pods], resourceNames: [web] }',
    `GET ${NAMESPACE}/pods?fieldSelector=metadata.name%3Dweb`,
    'allow p/1',
  ],
  [
    'T19: and no other list',
    '  - { effect: allow, verbs: [list], apiGroups: [""], resources: [pods], resourceNames: [web] }',
    `GET ${NAMESPACE}/pods?fieldSelector=metadata.name!%3Dweb`,
    'silence',
  ],
  [
    'T20: an unknown group is nobody’s',
    '  - { effect: allow, verbs: [get], apiGroups: ["", apps], resources: ["*"] }',
    '/apis/example.com/v1/widgets/a'.replace(/^/, 'GET '),
    'silence',
  ],
  [
    'T21: /metrics by wildcard',
    '  - { effect: allow, verbs: [get], nonResourceURLs: ["*", "/metrics*", "/metrics/*"] }',
    'GET /metrics',
    'silence',
  ],
  [
    'T21: /metrics by name',
    '  - { effect: allow, verbs: [get], nonResourceURLs: [/metrics] }',
    'GET /metrics',
    'allow p/1',
  ],
  [
    'T21: /logs by wildcard',
    '  - { effect: allow, verbs: [get], nonResourceURLs: [/logs/*] }',
    'GET /logs/kubelet.log',
    'silence',
  ],
  [
    'T21: how a server was started, by wildcard',
    '  - { effect: allow, verbs: [get], nonResourceURLs: ["*", "/flagz*", "/f*"] }',
    'GET /flagz',
    'silence',
  ],
  [
    'T21: what a server is now, by wildcard',
    '  - { effect: allow, verbs: [get], nonResourceURLs: ["*", "/statusz/*"] }',
    'GET /statusz/x',
    'silence',
  ],
  [
    'T21: how a server was started, by name',
    '  - { effect: allow, verbs: [get], nonResourceURLs: [/flagz] }',
    'GET /flagz',
    'allow p/1',
  ],
  [
    'another path by wildcard',
    '  - { effect: allow, verbs: [get], nonResourceURLs: [/livez/*] }',
    'GET /livez/ping',
    'allow p/1',
  ],
  ['discovery is open', '', 'GET /apis/apps/v1', 'allow builtin:discovery'],
  ['OpenAPI is open', '', 'GET /openapi/v3/apis/apps/v1?hash=x', 'allow builtin:discovery'],
  ['a configured health path is open', '', 'GET /healthz', 'allow builtin:discovery'],
  ['another is not', '', 'GET /livez', 'silence'],
  ['T21: what only begins as a path of discovery does is not', '', 'GET /versions', 'silence'],
  ['T21: nor what lies behind it', '', 'GET /version/x', 'silence'],
  ['T21: nor what has a prefix of its own', '', 'GET /apisx/apps', 'silence'],
  ['discovery is open to reading alone', '', 'POST /apis {}', 'silence'],
  [
    'what one may do oneself can be asked',
    '',
    'POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews {}',
    'allow builtin:self-review',
  ],
  ['what others may do cannot', '', 'POST /apis/authorization.k8s.io/v1/subjectaccessreviews {}', 'silence'],
  [
    'a deny closes even discovery',
    '  - { effect: deny, verbs: [get], nonResourceURLs: [/openapi/*] }',
    'GET /openapi/v3',
    'rule p/1',
  ],

  [
    'T27: a deny of exec covers attach',
    '  - { effect: allow, powers: [attach] }\n  - { effect: deny, powers: [exec] }',
    `GET ${NAMESPACE}/pods/web/attach`,
    'rule p/2',
  ],
  [
    'T27: and ephemeral containers',
    '  - { effect: allow, powers: [ephemeralcontainers] }\n  - { effect: deny, verbs: [create], apiGroups: [""], resources: [pods/exec] }',
    `PATCH ${NAMESPACE}/pods/web/ephemeralcontainers {}`,
    'rule p/2',
  ],
  [
    'T27: and the kubelet’s own, whatever the namespace',
    '  - { effect: allow, powers: [nodes-proxy] }\n  - { effect: deny, powers: [exec], namespaces: [shop] }',
    'GET /api/v1/nodes/n1/proxy/exec/shop/web/web',
    'rule p/2',
  ],
  [
    'T27: unless it says otherwise',
    '  - { effect: allow, powers: [attach] }\n  - { effect: deny, powers: [exec], equivalents: false }',
    `GET ${NAMESPACE}/pods/web/attach`,
    'allow p/1',
  ],
  [
    'T28: a deny of delete covers an eviction',
    `${ALL}  - { effect: deny, verbs: [delete], apiGroups: [""], resources: [pods] }`,
    `POST ${NAMESPACE}/pods/web/eviction {}`,
    'rule p/2',
  ],
  [
    'T28: and deletecollection',
    `${ALL}  - { effect: deny, verbs: [delete], apiGroups: [""], resources: [pods] }`,
    `DELETE ${NAMESPACE}/pods`,
    'rule p/2',
  ],
  [
    'T28: and the namespace around',
    `${ALL}  - { effect: deny, verbs: [delete], apiGroups: [apps], resources: [deployments], namespaces: [shop] }`,
    `DELETE ${NAMESPACE}`,
    'rule p/2',
  ],
  [
    'T28: but not another namespace',
    `${ALL}  - { effect: deny, verbs: [delete], apiGroups: [apps], resources: [deployments], namespaces: [bank] }`,
    `DELETE ${NAMESPACE}`,
    'allow p/1',
  ],
  [
    'T28: nor for what is in none',
    `${ALL}  - { effect: deny, verbs: [delete], apiGroups: [""], resources: [nodes] }`,
    `DELETE ${NAMESPACE}`,
    'allow p/1',
  ],
  [
    'T28: a hold covers them as well',
    `${ALL}  - { effect: hold, verbs: [delete], apiGroups: [""], resources: [pods] }`,
    `POST ${NAMESPACE}/pods/web/eviction {}`,
    'hold p/2',
  ],
  [
    'T28: an allow covers none',
    '  - { effect: allow, verbs: [delete], apiGroups: [""], resources: [pods] }',
    `POST ${NAMESPACE}/pods/web/eviction {}`,
    'silence',
  ],
  [
    'T29: a deny by name covers the collection',
    `${ALL}  - { effect: deny, verbs: [delete], apiGroups: [""], resources: [pods], resourceNames: [web] }`,
    `DELETE ${NAMESPACE}/pods`,
    'rule p/2',
  ],
  [
    'T29: an allow by name does not',
    '  - { effect: allow, verbs: [delete, deletecollection], apiGroups: [""], resources: [pods], resourceNames: [web] }',
    `DELETE ${NAMESPACE}/pods`,
    'silence',
  ],
  [
    'a deny by namespace covers a list over all',
    `${ALL}  - { effect: deny, verbs: [list], apiGroups: [""], resources: [configmaps], namespaces: [bank] }`,
    'GET /api/v1/configmaps',
    'rule p/2',
  ],
  [
    'T31: a deny by name covers a create of that name',
    `${ALL}  - { effect: deny, verbs: [create], apiGroups: [""], resources: [pods], resourceNames: [web] }`,
    `POST ${NAMESPACE}/pods {"metadata":{"name":"web"}}`,
    'rule p/2',
  ],
  [
    'T31: and of one that could become it',
    `${ALL}  - { effect: deny, verbs: [create], apiGroups: [""], resources: [pods], resourceNames: [web-a1b2c] }`,
    `POST ${NAMESPACE}/pods {"metadata":{"generateName":"web-"}}`,
    'rule p/2',
  ],
  [
    'T31: and not of another',
    `${ALL}  - { effect: deny, verbs: [create], apiGroups: [""], resources: [pods], resourceNames: [web] }`,
    `POST ${NAMESPACE}/pods {"metadata":{"name":"web2"}}`,
    'allow p/1',
  ],
  [
    'T31: an allow by name reaches no create',
    '  - { effect: allow, verbs: [create], apiGroups: [""], resources: [pods], resourceNames: [web] }',
    `POST ${NAMESPACE}/pods {"metadata":{"name":"web"}}`,
    'silence',
  ],

  [
    'a dry run alone',
    '  - { effect: allow, verbs: [create], apiGroups: [""], resources: [pods], query: { dryRun: true } }',
    `POST ${NAMESPACE}/pods?dryRun=All {}`,
    'allow p/1',
  ],
  [
    'and nothing that runs',
    '  - { effect: allow, verbs: [create], apiGroups: [""], resources: [pods], query: { dryRun: true } }',
    `POST ${NAMESPACE}/pods {}`,
    'silence',
  ],
  [
    'a propagation policy',
    `${ALL}  - { effect: deny, verbs: [delete], apiGroups: ["*"], resources: ["*"], query: { propagation: [Orphan] } }`,
    `DELETE ${NAMESPACE}/pods/web?propagationPolicy=Orphan`,
    'rule p/2',
  ],
  [
    'a broken condition denies',
    `${ALL}  - { effect: deny, verbs: [get], apiGroups: [""], resources: [pods], when: "object.spec.x == 1" }`,
    `GET ${NAMESPACE}/pods/web`,
    'rule p/2',
  ],
  [
    'a broken condition allows nothing',
    `${ALL.replace('}', ', when: "object.spec.x == 1" }')}`,
    `GET ${NAMESPACE}/pods/web`,
    'silence',
  ],
  [
    'a broken condition holds',
    `${ALL}  - { effect: hold, verbs: [get], apiGroups: [""], resources: [pods], when: "object.spec.x == 1" }`,
    `GET ${NAMESPACE}/pods/web`,
    'hold p/2',
  ],
];

suite('a decision', () => {
  for (const [name, rules, request, expected] of ROWS) {
    test(name, () =>
      assert.equal(
        outcome(
          ask(
            rules === '' ? compileRules([], { unsafe: new Set(), healthPaths: ['/healthz'] }) : rulesOf(rules),
            request,
          ),
        ),
        expected,
      ),
    );
  }
});

test('safe output counts before raw output, whatever the order of the rules that allow', () => {
  const rule = (output: string) => `${ALL.replace('}\n', `${output} }\n`)}`;
  const [safe, raw] = [rule(', output: { neutralise: true }'), rule(', output: { neutralise: false }')];
  const rows: readonly (readonly [string, boolean | undefined])[] = [
    [ALL, undefined],
    [raw, false],
    [`${ALL}${raw}`, false],
    [`${raw}${safe}`, true],
    [`${safe}${raw}`, true],
  ];
  for (const [rules, expected] of rows) {
    const decision = ask(rulesOf(rules), `GET ${NAMESPACE}/pods/a/log`);
    assert.equal(decision.effect === 'allow' && decision.neutralise, expected, rules);
  }
});
