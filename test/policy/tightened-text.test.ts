/* The patch of `policy tighten`: comments, order and form of the YAML stay, and what git would make of it is what was meant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tightenedText } from '../../src/cli/policy/tightened-text.ts';
import { unifiedPatch } from '../../src/cli/policy/unified-patch.ts';
import { parsePolicies } from '../../src/config/parse-policies.ts';
import { type NarrowedFields, narrowRule } from '../../src/policy/observed/narrow-rule.ts';
import { applyPatch } from '../support/apply-patch.ts';
import { operationOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { questions } from './arbitraries.ts';

const HEAD = `# The team's own.
apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p } # a name
callers: [{ everyone: true }]
targets: [demo]
rules:
`;

const path = 'policy/p.yaml';

function tightened(rules: string, narrowed: Readonly<Record<string, readonly NarrowedFields[]>>): string {
  return tightenedText({ path, text: HEAD + rules }, new Map(Object.entries(narrowed))).slice(HEAD.length);
}

test('only what narrows is written anew; lines that stay keep their comments', () => {
  const rules = `  # Reads.
  - id: read # for dashboards
    effect: allow
    verbs:
      - get # one
      - list
      # Informers.
      - watch
    apiGroups: ['']
    resources: ["*"] # all of them
    # At day.
    times: { windows: [{ from: '08:00', to: '18:00', timeZone: Europe/Berlin }] }

  # Never used.
  # At all.
  - id: old
    effect: allow
    verbs: [delete]
    apiGroups: ['']
    resources: [pods]
  # Stays.
  - { effect: deny, verbs: [delete], apiGroups: ['*'], resources: [namespaces] } # never
`;
  const shop = [{ name: 'shop' }];
  assert.equal(
    tightened(rules, {
      'p/read': [
        { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'], namespaces: shop },
        { verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['app', '007'], namespaces: shop },
      ],
      'p/old': [],
    }),
    `  # Reads.
  - id: read # for dashboards
    effect: allow
    verbs:
      - get # one
      - list
      # Informers.
    apiGroups: ['']
    resources: [pods] # all of them
    namespaces: [shop]
    # At day.
    times: { windows: [{ from: '08:00', to: '18:00', timeZone: Europe/Berlin }] }
  - id: read-2 # for dashboards
    effect: allow
    verbs:
      - get # one
      # Informers.
    apiGroups: ['']
    resources: [configmaps] # all of them
    resourceNames: [app, "007"]
    namespaces: [shop]
    # At day.
    times: { windows: [{ from: '08:00', to: '18:00', timeZone: Europe/Berlin }] }

  # Stays.
  - { effect: deny, verbs: [delete], apiGroups: ['*'], resources: [namespaces], id: "3" } # never
`,
  );
});

test('no rule of a policy left is for a person to say', () => {
  assert.throws(
    () => tightened('  - { id: a, effect: allow, powers: [exec] }\n', { 'p/a': [] }),
    /no rule of the policy `p` was used/,
  );
});

test('a patch that is applied makes the new text, of any two texts', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 25 })
    .map((lines) => lines.map((line) => `${line}\n`).join(''));
  fc.assert(
    fc.property(text, text, (before, after) => {
      const patch = unifiedPatch(path, before, after);
      assert.equal(patch === '', before === after);
      if (patch !== '') assert.equal(applyPatch(before, patch), after);
    }),
    { numRuns: 500 },
  );
});

const WRITTEN = [
  '  - { effect: allow, verbs: ["*"], apiGroups: ["*"], resources: ["*"], namespaces: [shop*, bank] }\n',
  '  - id: all\n    verbs:\n    - "*"\n    apiGroups: ["*"]\n    resources:\n    - "*"\n    effect: allow\n',
  '  - powers: [exec, attach]\n    id: powers\n    verbs: [get, list, delete, create]\n    apiGroups: [""]\n    resources: [pods, pods/eviction]\n    effect: allow\n',
  '  -   effect: allow # why\n      powers: # these\n        - exec\n        - attach\n',
  '  - { id: flow, powers: [exec], verbs: [get], apiGroups: [""], resources: [pods], effect: allow }\n',
  '  - { effect: deny, powers: [exec] }\n',
];

test('however a rule is written and whatever it was used for, the text holds the rules that were meant', () => {
  fc.assert(
    fc.property(
      fc.shuffledSubarray(WRITTEN, { minLength: 1 }),
      fc.array(questions, { maxLength: 20 }),
      (written, asked) => {
        const text = HEAD + written.join('');
        const parsed = parsePolicies([{ path, text }]);
        assert.ok(!('findings' in parsed));
        const rules = parsed.rules.filter(({ effect }) => effect === 'allow');
        const narrowed = new Map(
          rules.map((rule) => [
            rule.id,
            narrowRule(
              rule,
              asked.map(({ operation }) => operation),
              1,
            ),
          ]),
        );
        if (rules.length === parsed.rules.length && [...narrowed.values()].every((parts) => parts.length === 0)) return;
        // It throws where it does not.
        tightenedText({ path, text }, narrowed);
      },
    ),
    { numRuns: 400 },
  );
});

test('a flow of rules in one line is narrowed too', () => {
  const rules =
    '  [{ id: a, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods] }, { id: b, effect: deny, powers: [exec] }]\n';
  const [use] = [operationOf({ method: 'GET', uri: '/api/v1/namespaces/shop/pods' })];
  const parsed = parsePolicies([{ path, text: HEAD + rules }]);
  assert.ok(!('findings' in parsed));
  const [rule] = parsed.rules;
  assert.ok(rule !== undefined);
  assert.equal(
    tightened(rules, { 'p/a': narrowRule(rule, [use], 5) }),
    '  [{ id: a, effect: allow, verbs: [list], apiGroups: [""], resources: [pods], namespaces: [shop] }, { id: b, effect: deny, powers: [exec] }]\n',
  );
});
