import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parsePolicies } from '../../src/config/parse-policies.ts';
import type { Facts } from '../../src/policy/facts.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { ALL, ask, NAMESPACE, outcome, read, rulesOf } from './ask.ts';

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

  for (const [before, effect, operator, expected] of [
    ['', 'allow', '==', 'silence'],
    [ALL, 'deny', '!=', 'rule p/2'],
    [ALL, 'hold', '!=', 'hold p/2'],
  ] as const) {
    test(`T52: ${effect} by the labels of the object answers alike of one that is another's and of one that is not there`, () => {
      const when = `existing.metadata.labels.owner ${operator} caller.subject`;
      const rules = rulesOf(
        `${before}  - { effect: ${effect}, verbs: [get], apiGroups: [""], resources: [pods], when: "${when}" }`,
      );
      const answers = [{ metadata: { labels: { owner: 'another' } } }, { metadata: {} }, null].map((existing) => {
        const decision = ask(rules, `GET ${NAMESPACE}/pods/a`, { facts: { existing } });
        assert.equal(outcome(decision), expected);
        return { ...decision, notes: undefined };
      });
      for (const answer of answers) assert.deepEqual(answer, answers[0]);
    });
  }

  const OWN =
    '  - { effect: allow, verbs: [patch], apiGroups: [""], resources: [pods], when: "object.metadata.labels.owner == caller.subject" }';
  const REJECTED = { result: 'unknown', rejection: 'pods "a" not found' } as const;
  const ANOTHERS = { result: { metadata: { labels: { owner: 'another' } } } };
  const REJECTIONS: readonly (readonly [string, string, string])[] = [
    ['an object that only its condition allows', OWN, 'silence'],
    ['a deny by the result, where nothing permits', OWN.replace('allow', 'deny'), 'silence'],
    [
      'one that may be read',
      `${OWN}\n  - { effect: allow, verbs: [get], apiGroups: [""], resources: [pods] }`,
      'incomplete p/1',
    ],
    ['one that may be patched whatever comes of it', `${ALL}${OWN.replace('allow', 'deny')}`, 'incomplete p/2'],
  ];
  for (const [name, rules, expected] of REJECTIONS) {
    test(`T52: why the target rejects a patch is told to those who may see the object: ${name}`, () => {
      const mediaType = 'application/merge-patch+json';
      const patch = operationOf({ method: 'PATCH', uri: `${NAMESPACE}/pods/a`, mediaType, body: { metadata: {} } });
      const rejected = ask(rulesOf(rules), patch, { facts: REJECTED });
      assert.equal(outcome(rejected), expected);
      if (expected !== 'silence') return;
      const there = ask(rulesOf(rules), patch, { facts: ANOTHERS });
      assert.deepEqual({ ...rejected, notes: undefined }, { ...there, notes: undefined });
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
