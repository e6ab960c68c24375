import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Rule } from '../../src/policy/rule.ts';
import { compileRules } from '../support/compile-rules.ts';
import { ruleOf } from '../support/rule.ts';
import { ask, NAMESPACE, outcome, rulesOf } from './ask.ts';

/** Rules, a request, and what it comes to. */
const ROWS: readonly (readonly [name: string, rules: string, request: string, expected: string])[] = [
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
  ...(
    [
      ['allow', '/a/b', '/a//b', 'silence'],
      ['allow', '/a//b', '/a//b', 'silence'],
      ['allow', '/a/*', '/a//b', 'allow p/2'],
      ['deny', '/a/b', '/a//b', 'rule p/2'],
      ['deny', '/a/b', '//a/b', 'rule p/2'],
    ] as const
  ).map(
    ([effect, path, asked, decided]) =>
      [
        `a proxy by a path in which some programs see one slash: ${effect} ${path} of ${asked}`,
        `  - { effect: allow, powers: [services-proxy], proxy: { paths: ["/none"] } }\n  - { effect: ${effect}, powers: [services-proxy], proxy: { paths: ["${path}"] } }`,
        `GET ${NAMESPACE}/services/web/proxy${asked}`,
        decided,
      ] as const,
  ),
  [
    'a proxy by another path',
    '  - { effect: allow, powers: [services-proxy], proxy: { paths: ["/metrics"] } }',
    `GET ${NAMESPACE}/services/web/proxy/metrics/x`,
    'silence',
  ],
];

suite('a decision on a stream', () => {
  for (const [name, rules, request, expected] of ROWS)
    test(name, () => assert.equal(outcome(ask(rulesOf(rules), request)), expected));
});

const forward = (ports: readonly number[], more: Partial<Rule> = {}) =>
  ruleOf({ powers: ['portforward'], portForward: ports.length === 0 ? {} : { ports }, ...more });
const deny = (ports: readonly number[], more: Partial<Rule> = {}) => forward(ports, { effect: 'deny', ...more });

/** Rules, and the ports that they leave where the connector holds a port-forward to them; `any` for no limit, or what denies. */
const PORTS: readonly (readonly [name: string, rules: readonly Rule[], expected: unknown])[] = [
  ['allows add up', [forward([443]), forward([80, 443])], { allowed: [80, 443] }],
  ['an allow without ports allows any', [forward([443]), forward([])], 'any'],
  ['a deny takes its own away', [forward([]), deny([22, 5432]), deny([22])], { denied: [22, 5432] }],
  ['also from what is allowed by port', [forward([80, 443]), deny([443])], { allowed: [80] }],
  ['what leaves none is denied', [forward([80]), deny([80], { id: 'p/no' })], 'rule p/no'],
  ['a deny without ports denies all', [forward([80]), deny([], { id: 'p/no' })], 'rule p/no'],
  ['a deny alone allows nothing', [deny([22])], 'silence'],
  ['a hold by port holds all', [forward([]), forward([22], { effect: 'hold', id: 'p/hold' })], 'hold p/hold'],
  [
    'a deny that hangs on an unknown fact counts',
    [forward([]), deny([22], { portForward: { ports: [22], podLabels: { matchLabels: { tier: 'db' } } } })],
    { denied: [22] },
  ],
  [
    'an edit belongs to the ports of its own rule',
    [forward([22], { id: 'p/a', amend: [{ kind: 'set-query', key: 'pretty', value: '1' }] }), forward([80])],
    { allowed: [80] },
  ],
];

suite('T41: where the connector holds a port-forward to its ports, they go with the decision', () => {
  const portsOf = (rules: readonly Rule[], request: string) => {
    const decision = ask(compileRules(rules, { unsafe: new Set(), limitsPorts: true }), request);
    return decision.effect === 'allow' ? (decision.ports ?? 'any') : outcome(decision);
  };
  for (const [name, rules, expected] of PORTS) {
    test(name, () => {
      assert.deepEqual(portsOf(rules, `POST ${NAMESPACE}/pods/web/portforward`), expected);
      assert.deepEqual(portsOf([...rules].reverse(), `POST ${NAMESPACE}/pods/web/portforward`), expected);
    });
  }

  test('ports that stand in the query are judged there', () => {
    const rules = [forward([]), deny([22], { id: 'p/no' })];
    assert.equal(portsOf(rules, `GET ${NAMESPACE}/pods/web/portforward?ports=80`), 'any');
    assert.equal(portsOf(rules, `GET ${NAMESPACE}/pods/web/portforward?ports=80&ports=22`), 'rule p/no');
  });
});
