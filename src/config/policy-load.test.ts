import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import type { Rule } from '../policy/rule.ts';
import { formatFinding } from './finding.ts';
import { parsePolicies } from './parse-policies.ts';

function policy(rules: string, head = 'callers: [{ groups: [bots] }]\ntargets: [demo]'): string {
  return `apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\n${head}\nrules:\n${rules}\n`;
}

const GOOD = '  - { effect: allow, verbs: [get], apiGroups: [""], resources: [pods] }';

function rulesOf(text: string): readonly Rule[] {
  const parsed = parsePolicies([{ path: 'p.yaml', text }]);
  assert.ok('rules' in parsed, 'findings' in parsed ? parsed.findings.map(formatFinding).join('\n') : '');
  return parsed.rules;
}

function mistakesOf(...texts: readonly string[]): readonly string[] {
  const parsed = parsePolicies(texts.map((text, i) => ({ path: `${'abc'[i]}.yaml`, text })));
  return 'findings' in parsed ? parsed.findings.map(formatFinding) : [];
}

/** A document, and each of its mistakes with its place. */
const MISTAKES: readonly (readonly [string, string, ...string[]])[] = [
  ...(
    [
      ['`In` without values', '{ key: a, operator: In }'],
      ['`NotIn` of nothing', '{ key: a, operator: NotIn, values: [] }'],
      ['`Exists` with values', '{ key: a, operator: Exists, values: [b] }'],
    ] as const
  ).map(
    ([name, expression]) =>
      [
        name,
        policy(GOOD.replace('}', `, namespaces: [{ selector: { matchExpressions: [${expression}] } }] }`)),
        'a.yaml:7:119: rules[0].namespaces[0].selector.matchExpressions[0]: `In` and `NotIn` have `values`, `Exists` and `DoesNotExist` have none',
      ] as const,
  ),
  [
    'a label key that no object has',
    policy(GOOD.replace('}', ', namespaces: [{ selector: { matchLabels: { "a b": c } } }] }')),
    'a.yaml:7:115: rules[0].namespaces[0].selector.matchLabels.a b: expected a key such as `app.kubernetes.io/name`',
  ],
  [
    'any further arguments, and then one',
    policy('  - { effect: deny, powers: [exec], exec: { argv: [{ globs: [rm, "**", /] }] } }'),
    'a.yaml:7:54: rules[0].exec.argv[0].globs: `**` is any further arguments, and stands last',
  ],
  [
    'a proxied path that begins with no slash',
    policy('  - { effect: deny, powers: [pods-proxy], proxy: { paths: [admin] } }'),
    'a.yaml:7:60: rules[0].proxy.paths[0]: expected a path such as `/api/*`',
  ],
  ...(
    [
      [
        '{ query: { key: propagationPolicy, max: 1 } }',
        83,
        '.query',
        'expected a whole number; of `propagationPolicy` a `value`: `Background`, `Foreground` or `Orphan`',
      ],
      [
        '{ query: { key: limit, value: many } }',
        83,
        '.query',
        'expected a whole number; of `propagationPolicy` a `value`: `Background`, `Foreground` or `Orphan`',
      ],
      [
        '{ set: { path: /metadata/name, value: x } }',
        90,
        '.set.path',
        'what an object is, and what it is called, cannot be amended',
      ],
      [
        '{ remove: { path: /a~2b } }',
        93,
        '.remove.path',
        'expected a path such as `/spec/replicas`, with `~1` for a `/` within a key',
      ],
      ['{ set: { path: /a, value: [9007199254740993] } }', 100, '.set.value', 'expected whole numbers below 2^53'],
      [
        '{ label: { key: a, value: "b c" } }',
        100,
        '.label.value',
        'expected at most 63 letters, digits, `-`, `_` and `.`, beginning and ending with a letter or digit',
      ],
    ] as const
  ).map(
    ([edit, column, path, message]) =>
      [
        `an edit that no request takes: ${edit}`,
        policy(GOOD.replace('}', `, amend: [${edit}] }`)),
        `a.yaml:7:${column}: rules[0].amend[0]${path}: ${message}`,
      ] as const,
  ),
  [
    'a misspelt key',
    policy('  - { effect: deny, verb: [get], powers: [exec] }'),
    'a.yaml:7:21: rules[0].verb: unknown key `verb`; did you mean `verbs`?',
  ],
  [
    'an unknown effect',
    policy(GOOD.replace('allow', 'permit')),
    'a.yaml:7:7: rules[0].effect: expected one of `deny`, `hold`, `allow`, `request`',
  ],
  ['nobody', policy(GOOD, 'targets: [demo]'), 'a.yaml:6:5: rules[0]: expected `callers`, here or on the policy'],
  [
    'no target',
    policy(GOOD, 'callers: [{ everyone: true }]'),
    'a.yaml:6:5: rules[0]: expected `targets`, here or on the policy',
  ],
  [
    'a caller without a condition',
    policy(GOOD, 'callers: [{}]\ntargets: [demo]'),
    'a.yaml:4:11: callers[0]: expected a condition, or `everyone: true`',
  ],
  [
    'everyone and more',
    policy(GOOD, 'callers: [{ everyone: true, kind: person }]\ntargets: [demo]'),
    'a.yaml:4:11: callers[0]: `everyone` stands alone',
  ],
  [
    'nothing spoken of',
    policy('  - { effect: allow }'),
    'a.yaml:7:5: rules[0]: expected `resources`, `nonResourceURLs` or `powers`: a rule without them speaks of nothing',
  ],
  [
    'no verbs',
    policy('  - { effect: allow, apiGroups: [""], resources: [pods] }'),
    'a.yaml:7:5: rules[0]: expected `verbs`',
  ],
  [
    'no groups',
    policy('  - { effect: allow, verbs: [get], resources: [pods] }'),
    'a.yaml:7:5: rules[0]: expected `apiGroups`; the core group is `""`',
  ],
  [
    'paths and resources',
    policy(GOOD.replace('}', ', nonResourceURLs: [/x] }')),
    'a.yaml:7:73: rules[0].nonResourceURLs: a rule speaks of resources or of paths, not of both: make it two rules',
  ],
  [
    'two streams',
    policy('  - { effect: allow, powers: [exec], exec: { tty: true }, proxy: { paths: [/x] } }'),
    'a.yaml:7:59: rules[0].proxy: no request is `exec` and `proxy` at once: make it two rules',
  ],
  [
    'an amended deny',
    policy(GOOD.replace('allow', 'deny').replace('}', ', amend: [{ forceDryRun: true }] }')),
    'a.yaml:7:72: rules[0].amend: only an allow can amend, not a deny',
  ],
  [
    'an observed allow',
    policy(GOOD.replace('}', ', mode: observe }')),
    'a.yaml:7:73: rules[0].mode: only a deny or a hold can be observed: no `allow`, and silence, guards and masks are in force',
  ],
  [
    'a deny that shows output',
    policy(GOOD.replace('allow', 'deny').replace('}', ', output: { neutralise: false } }')),
    'a.yaml:7:72: rules[0].output: only an allow shows output, not a deny',
  ],
  [
    'a zone that is none',
    policy(GOOD.replace('}', ', times: { windows: [{ from: "09:00", to: "17:00", timeZone: Berlin }] } }')),
    'a.yaml:7:122: rules[0].times.windows[0].timeZone: expected a time zone such as `Europe/Berlin` or `UTC`',
  ],
  [
    'an hour that is none',
    policy(GOOD.replace('}', ', times: { windows: [{ from: "9", to: "25:00", timeZone: UTC }] } }')),
    'a.yaml:7:94: rules[0].times.windows[0].from: expected a time of day such as `09:30`',
    'a.yaml:7:105: rules[0].times.windows[0].to: expected a time of day such as `09:30`',
  ],
  [
    'an end before the start',
    policy(GOOD.replace('}', ', times: { startsAt: "2026-01-02T00:00:00Z", endsAt: "2026-01-01T00:00:00Z" } }')),
    'a.yaml:7:73: rules[0].times: `endsAt` is not after `startsAt`',
  ],
  [
    'an id twice',
    policy(`${GOOD.replace('{', '{ id: x,')}\n${GOOD.replace('{', '{ id: x,')}`),
    'a.yaml:8:7: rules[1].id: `p/x` stands in a.yaml:7 too; an id stands once',
  ],
  [
    'CEL in one line',
    policy(GOOD.replace('}', ', when: "caller.subjec == 1" }')),
    'a.yaml:7:86: rules[0].when: `caller` has no field `subjec`; it has subject, groups, issuer, kind, labels',
  ],
  [
    'CEL over lines',
    policy('  - effect: deny\n    powers: [exec]\n    when: |\n      caller.subject == "a"\n        && nope'),
    'a.yaml:11:12: rules[0].when: `nope` is no variable; there are `caller`, `operation`, `object`, `existing`, `now`',
  ],
  ['another kind', policy(GOOD).replace('Policy', 'Role'), 'a.yaml:2:1: kind: expected `Policy`'],
  [
    'no YAML',
    'rules: [',
    'a.yaml:1:9: flow sequence in block collection must be sufficiently indented and end with a ]',
  ],
];

suite('a mistake is told with its place', () => {
  for (const [name, text, ...expected] of MISTAKES) {
    test(name, () => {
      assert.deepEqual(mistakesOf(text), expected);
    });
  }

  test('all mistakes of all documents and files are told at once', () => {
    const bad = policy('  - { effect: allow }');
    assert.equal(mistakesOf(`${bad}---\n${bad}`, bad, policy(GOOD)).length, 6);
  });

  test('an id that stands in two files is told where it stands first', () => {
    assert.deepEqual(mistakesOf(policy(GOOD), policy(GOOD)), [
      'b.yaml:7:5: rules[0].id: `p/1` stands in a.yaml:7 too; an id stands once',
    ]);
  });
});

suite('what is loaded', () => {
  test('a rule of a Role can be pasted in, and gets an effect', () => {
    const [rule] = rulesOf(
      policy(
        '  - verbs: ["*"]\n    apiGroups: [apps]\n    resources: [deployments, "*/scale"]\n    resourceNames: [web]\n    effect: allow',
      ),
    );
    assert.equal(rule?.id, 'p/1');
    assert.deepEqual(rule?.source, { file: 'p.yaml', line: 7 });
    assert.deepEqual(rule?.resources, ['deployments', '*/scale']);
  });

  test('a rule’s own callers and targets stand in place of the policy’s', () => {
    const [rule] = rulesOf(policy(GOOD.replace('}', ', callers: [{ everyone: true }], targets: ["*"] }')));
    assert.deepEqual(rule?.callers, [{}]);
    assert.deepEqual(rule?.targets, ['*']);
  });

  test('times are instants, and minutes of a week', () => {
    const times =
      '{ endsAt: "2026-01-01T01:00:00+01:00", windows: [{ days: [mon, sun], from: "22:00", to: "24:00", timeZone: UTC }] }';
    const [rule] = rulesOf(policy(GOOD.replace('}', `, times: ${times} }`)));
    const window = { days: [1, 0], fromMinute: 1320, toMinute: 1440, timeZone: 'UTC' };
    assert.deepEqual(rule?.times, { endsAt: Date.parse('2026-01-01T00:00:00Z'), windows: [window] });
  });

  test('amendments are read whole', () => {
    const amend =
      '[{ forceDryRun: true }, { query: { key: limit, max: 50 } }, { set: { path: /metadata/annotations/a~1b, value: { x: 1 } } }, { label: { key: a, value: b } }]';
    const [rule] = rulesOf(policy(GOOD.replace('}', `, amend: ${amend} }`)));
    assert.deepEqual(rule?.amend, [
      { kind: 'force-dry-run' },
      { kind: 'cap-query', key: 'limit', max: 50 },
      { kind: 'set-field', path: ['metadata', 'annotations', 'a/b'], value: { x: 1 } },
      { kind: 'add-label', key: 'a', value: 'b' },
    ]);
  });

  test('a set without rules is a set, which silence answers for', () => {
    assert.deepEqual(rulesOf('# nothing yet\n'), []);
  });

  test('rules are frozen, at every depth', () => {
    const [rule] = rulesOf(policy(GOOD));
    assert.ok(Object.isFrozen(rule) && Object.isFrozen(rule?.callers[0]));
  });
});

test('the example policies load, as one set', () => {
  const folder = join(import.meta.dirname, '../../examples/policies');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml') && !name.endsWith('.test.yaml'));
  assert.ok(files.length >= 5);
  const parsed = parsePolicies(files.map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') })));
  assert.deepEqual('findings' in parsed ? parsed.findings.map(formatFinding) : [], []);
  if ('rules' in parsed) compileRules(parsed.rules, { unsafe: new Set() });
});
