import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { formatFinding } from '../../src/config/finding.ts';
import { parsePolicies } from '../../src/config/policy-load.ts';
import type { Decision } from '../../src/model/decision.ts';
import type { Operation } from '../../src/model/operation.ts';
import { decide } from '../../src/policy/decide.ts';
import type { Facts } from '../../src/policy/facts.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import type { Question } from '../../src/policy/question.ts';
import { compileRules, type RuleSet } from '../../src/policy/rule-set.ts';
import { callerOf, operationOf } from '../support/operation.ts';

/** The rules of one policy for everyone, without guards unless a test closes them. */
function rulesOf(rules: string, unsafe = GUARD_IDS as ReadonlySet<GuardId>): RuleSet {
  const text = `apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\ncallers: [{ everyone: true }]\ntargets: [demo]\nrules:\n${rules}`;
  const parsed = parsePolicies([{ path: 'p.yaml', text }]);
  if ('findings' in parsed) throw new Error(parsed.findings.map(formatFinding).join('\n'));
  return compileRules(parsed.rules, { unsafe, healthPaths: ['/healthz'] });
}

function ask(rules: RuleSet, request: string | Operation, part: Partial<Question> = {}): Decision {
  const operation = typeof request === 'string' ? read(request) : request;
  return decide(rules, { caller: callerOf(), operation, facts: {}, nowMs: 0, ...part });
}

function read(request: string): Operation {
  const [method = '', uri = '', ...body] = request.split(' ');
  return operationOf({ method, uri, ...(body.length > 0 ? { body: JSON.parse(body.join(' ')) } : {}) });
}

function outcome(decision: Decision): string {
  return decision.effect === 'deny' ? `${decision.by} ${decision.rule}`.trim() : `${decision.effect} ${decision.rule}`;
}

const EVERYTHING = '  - { effect: allow, verbs: ["*"], apiGroups: ["*"], resources: ["*"] }';
const ALL = `${EVERYTHING}\n`;
const NAMESPACE = '/api/v1/namespaces/shop';

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
    'another path by wildcard',
    '  - { effect: allow, verbs: [get], nonResourceURLs: [/livez/*] }',
    'GET /livez/ping',
    'allow p/1',
  ],
  ['discovery is open', '', 'GET /apis/apps/v1', 'allow builtin:discovery'],
  ['OpenAPI is open', '', 'GET /openapi/v3/apis/apps/v1?hash=x', 'allow builtin:discovery'],
  ['a configured health path is open', '', 'GET /healthz', 'allow builtin:discovery'],
  ['another is not', '', 'GET /livez', 'silence'],
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
    'T43: argv exactly',
    '  - { effect: allow, powers: [exec], exec: { argv: [{ exact: [ls, -l] }], tty: false, stdin: false } }',
    `POST ${NAMESPACE}/pods/web/exec?command=ls&command=-l`,
    'allow p/1',
  ],
  [
    'T43: not with more behind it',
    '  - { effect: allow, powers: [exec], exec: { argv: [{ exact: [ls, -l] }] } }',
    `POST ${NAMESPACE}/pods/web/exec?command=ls&command=-l&command=/etc`,
    'silence',
  ],
  [
    'T43: not in one word, nor through a shell',
    '  - { effect: allow, powers: [exec], exec: { argv: [{ prefix: [ls] }] } }',
    `POST ${NAMESPACE}/pods/web/exec?command=sh&command=-c&command=ls`,
    'silence',
  ],
  [
    'T43: a glob is one argument’s',
    '  - { effect: allow, powers: [exec], exec: { argv: [{ globs: [cat, "/var/log/*"] }] } }',
    `POST ${NAMESPACE}/pods/web/exec?command=cat&command=/var/log/a&command=/etc/shadow`,
    'silence',
  ],
  [
    'T43: a last `**` is any further arguments',
    '  - { effect: allow, powers: [exec], exec: { argv: [{ globs: [grep, "**"] }] } }',
    `POST ${NAMESPACE}/pods/web/exec?command=grep&command=a&command=b`,
    'allow p/1',
  ],
  [
    'T43: with a terminal, where the rule has none',
    '  - { effect: allow, powers: [exec], exec: { argv: [{ exact: [ls] }], tty: false } }',
    `POST ${NAMESPACE}/pods/web/exec?command=ls&tty=true`,
    'silence',
  ],
  [
    'T43: an attach has no command that a rule could allow',
    '  - { effect: allow, powers: [exec, attach], exec: { argv: [{ prefix: [ls] }] } }',
    `POST ${NAMESPACE}/pods/web/attach`,
    'silence',
  ],
  [
    'T43: but could have one that a rule denies',
    '  - { effect: allow, powers: [attach] }\n  - { effect: deny, powers: [exec], exec: { argv: [{ prefix: [rm] }] } }',
    `POST ${NAMESPACE}/pods/web/attach`,
    'rule p/2',
  ],
  [
    'a container that is named',
    '  - { effect: allow, powers: [exec], exec: { containers: [app] } }',
    `POST ${NAMESPACE}/pods/web/exec?command=ls&container=app`,
    'allow p/1',
  ],
  [
    'a container that is not',
    '  - { effect: allow, powers: [exec], exec: { containers: [app] } }',
    `POST ${NAMESPACE}/pods/web/exec?command=ls`,
    'silence',
  ],
  [
    'a log by container',
    '  - { effect: allow, verbs: [get], apiGroups: [""], resources: [pods/log], log: { containers: ["app-*"] } }',
    `GET ${NAMESPACE}/pods/web/log?container=app-1`,
    'allow p/1',
  ],
  [
    'a condition on exec is silent on all else',
    '  - { effect: allow, verbs: [get], apiGroups: [""], resources: [pods], exec: { tty: false } }',
    `GET ${NAMESPACE}/pods/web`,
    'silence',
  ],
  [
    'a port that is allowed',
    '  - { effect: allow, powers: [portforward], portForward: { ports: [80, 443] } }',
    `POST ${NAMESPACE}/pods/web/portforward?ports=80`,
    'allow p/1',
  ],
  [
    'T41: ports that are named later cannot be allowed',
    '  - { effect: allow, powers: [portforward], portForward: { ports: [80] } }',
    `POST ${NAMESPACE}/pods/web/portforward`,
    'silence',
  ],
  [
    'T41: and are denied',
    '  - { effect: allow, powers: [portforward] }\n  - { effect: deny, powers: [portforward], portForward: { ports: [22] } }',
    `POST ${NAMESPACE}/pods/web/portforward`,
    'rule p/2',
  ],
  [
    'a proxy by path',
    '  - { effect: allow, powers: [services-proxy], proxy: { paths: ["/metrics", "/api/*"] } }',
    `GET ${NAMESPACE}/services/web/proxy/api/v1`,
    'allow p/1',
  ],
  [
    'a proxy by another path',
    '  - { effect: allow, powers: [services-proxy], proxy: { paths: ["/metrics"] } }',
    `GET ${NAMESPACE}/services/web/proxy/metrics/x`,
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
    'incomplete p/2',
  ],
  [
    'a broken condition allows nothing',
    `${ALL.replace('}', ', when: "object.spec.x == 1" }')}`,
    `GET ${NAMESPACE}/pods/web`,
    'incomplete p/1',
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

const DAY =
  '  - { effect: allow, verbs: [get], apiGroups: [""], resources: [pods], times: { windows: [{ days: [mon], from: "09:00", to: "17:00", timeZone: Europe/Berlin }] } }';
const NIGHT = DAY.replace('"09:00", to: "17:00"', '"22:00", to: "06:00"');
const GRANT = DAY.replace(
  /times: .*$/,
  'times: { startsAt: "2026-03-02T08:00:00Z", endsAt: "2026-03-02T09:00:00Z" } }',
);

/** Rules with hours, an instant, and whether the rule speaks then. */
const HOURS: readonly (readonly [string, string, string, boolean])[] = [
  ['inside, in winter', DAY, '2026-03-02T08:00:00Z', true],
  ['before, in winter', DAY, '2026-03-02T07:59:59Z', false],
  ['inside, in summer', DAY, '2026-07-06T07:00:00Z', true],
  ['at its end', DAY, '2026-03-02T16:00:00Z', false],
  ['on another day', DAY, '2026-03-03T10:00:00Z', false],
  ['in the night that began on the day', NIGHT, '2026-03-03T04:59:00Z', true],
  ['in the night before the day', NIGHT, '2026-03-02T04:59:00Z', false],
  ['at the first instant', GRANT, '2026-03-02T08:00:00Z', true],
  ['at the first instant after', GRANT, '2026-03-02T09:00:00Z', false],
];

suite('the hours of a rule', () => {
  for (const [name, rules, at, isOpen] of HOURS) {
    test(name, () => {
      const decision = ask(rulesOf(rules), `GET ${NAMESPACE}/pods/web`, { nowMs: Date.parse(at) });
      assert.equal(decision.effect === 'allow', isOpen);
    });
  }
});

const BY_LABELS =
  '  - { effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods], namespaces: [bank, { selector: { matchExpressions: [{ key: tier, operator: In, values: [gold] }] } }] }';
const FORWARD =
  '  - { effect: allow, powers: [portforward], portForward: { podLabels: { matchLabels: { app: web } }, services: [web] } }';

/** Rules, a request, facts, what it comes to, and which facts are asked for. */
const FACTS: readonly (readonly [string, string, string, Facts, string, readonly string[]])[] = [
  [
    'labels that match',
    BY_LABELS,
    `GET ${NAMESPACE}/pods/a`,
    { namespaceLabels: { tier: 'gold' } },
    'allow p/1',
    ['namespaceLabels'],
  ],
  [
    'labels that do not',
    BY_LABELS,
    `GET ${NAMESPACE}/pods/a`,
    { namespaceLabels: { tier: 'tin' } },
    'silence',
    ['namespaceLabels'],
  ],
  [
    'no such namespace',
    BY_LABELS,
    `GET ${NAMESPACE}/pods/a`,
    { namespaceLabels: null },
    'silence',
    ['namespaceLabels'],
  ],
  [
    'labels unknown',
    BY_LABELS,
    `GET ${NAMESPACE}/pods/a`,
    { namespaceLabels: 'unknown' },
    'incomplete p/1',
    ['namespaceLabels'],
  ],
  ['labels of a list over all', BY_LABELS, 'GET /api/v1/pods', {}, 'silence', []],
  ['a name that says it already', BY_LABELS, 'GET /api/v1/namespaces/bank/pods/a', {}, 'allow p/1', []],
  ['silence needs nothing', BY_LABELS, `DELETE ${NAMESPACE}/pods/a`, {}, 'silence', []],
  [
    'a static deny needs nothing',
    `${BY_LABELS}\n  - { effect: deny, verbs: [get], apiGroups: [""], resources: [pods] }`,
    `GET ${NAMESPACE}/pods/a`,
    {},
    'rule p/2',
    [],
  ],
  [
    'a static allow needs what could deny',
    `${ALL}${BY_LABELS.replace('allow', 'deny')}`,
    `GET ${NAMESPACE}/pods/a`,
    { namespaceLabels: 'unknown' },
    'incomplete p/2',
    ['namespaceLabels'],
  ],
  [
    'a static hold needs nothing for an allow',
    `${BY_LABELS}\n  - { effect: hold, verbs: [get], apiGroups: [""], resources: [pods] }`,
    `GET ${NAMESPACE}/pods/a`,
    {},
    'hold p/2',
    [],
  ],
  [
    'a forward to the pod of a service',
    FORWARD,
    `POST ${NAMESPACE}/pods/web/portforward`,
    { pod: { labels: { app: 'web' }, dangers: [] }, services: ['web'] },
    'allow p/1',
    ['pod', 'services'],
  ],
  [
    'a forward to another’s',
    FORWARD,
    `POST ${NAMESPACE}/pods/web/portforward`,
    { pod: { labels: { app: 'web' }, dangers: [] }, services: ['db'] },
    'silence',
    ['pod', 'services'],
  ],
  [
    'the live object',
    `${ALL.replace('}', ', when: "existing.kind == \'Pod\'" }')}`,
    `GET ${NAMESPACE}/pods/a`,
    { existing: { kind: 'Pod' } },
    'allow p/1',
    ['existing'],
  ],
];

suite('facts', () => {
  for (const [name, text, request, facts, expected, needed] of FACTS) {
    test(name, () => {
      const rules = rulesOf(text);
      assert.equal(outcome(ask(rules, request, { facts })), expected);
      assert.deepEqual(factsNeeded(rules, callerOf(), read(request), 0), needed);
    });
  }

  test('what could not be evaluated is told in notes, and to the caller without its inside', () => {
    const decision = ask(rulesOf(BY_LABELS), `GET ${NAMESPACE}/pods/a`, { facts: { namespaceLabels: 'unknown' } });
    assert.deepEqual(decision.notes, [{ rule: 'p/1', kind: 'fact', detail: '`namespaceLabels` is unknown' }]);
    const broken = ask(
      rulesOf(
        `${ALL}  - { effect: deny, verbs: [get], apiGroups: [""], resources: [pods], when: "object.x" }`.replace(
          'object.x',
          '1 / 0 == 1',
        ),
      ),
      `GET ${NAMESPACE}/pods/a`,
    );
    assert.equal(broken.notes?.[0]?.kind, 'condition');
  });
});

suite('advice', () => {
  const advice = (rules: string, request: string) => {
    const decision = ask(rulesOf(rules), request);
    return decision.effect === 'deny' ? decision.advice : '';
  };

  test('a list over all namespaces is told those that the caller may list', () => {
    const rules = '  - { effect: allow, verbs: [list], apiGroups: [""], resources: [pods], namespaces: [shop, bank] }';
    assert.equal(advice(rules, 'GET /api/v1/pods'), 'ask for one namespace: `bank`, `shop`');
  });

  test('a list without a name is told the names', () => {
    const rules =
      '  - { effect: allow, verbs: [list], apiGroups: [""], resources: [pods], namespaces: [shop], resourceNames: [web] }';
    assert.equal(advice(rules, `GET ${NAMESPACE}/pods`), 'ask by name: `web`');
  });

  test('T52: nothing is told of rules that are about others or other things', () => {
    const rules = '  - { effect: allow, verbs: [list], apiGroups: [""], resources: [services], namespaces: [shop] }';
    assert.equal(advice(rules, 'GET /api/v1/pods'), '');
  });

  test('a request rule says that access can be asked for', () => {
    const rules = '  - { effect: request, reason: ask for one pod, powers: [exec] }';
    assert.equal(
      advice(rules, `POST ${NAMESPACE}/pods/a/exec?command=ls`),
      'access can be requested: rule `p/1`, ask for one pod',
    );
  });
});

test('two rules with one id are refused', () => {
  const text =
    'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\ncallers: [{ everyone: true }]\ntargets: [demo]\nrules:\n  - { effect: allow, powers: [exec] }';
  const loaded = parsePolicies([{ path: 'p.yaml', text }]);
  assert.ok('rules' in loaded);
  assert.throws(
    () => compileRules([...loaded.rules, ...loaded.rules], { unsafe: new Set() }),
    /two rules have the id p\/1/,
  );
});
