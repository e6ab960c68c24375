import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatFinding } from './finding.ts';
import { parsePolicies } from './parse-policies.ts';

const HEAD = 'apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\n';

function loaded(more: string) {
  const parsed = parsePolicies([{ path: 'p.yaml', text: HEAD + more }]);
  if ('findings' in parsed) return { findings: parsed.findings.map(formatFinding) };
  return { masks: parsed.masks, rules: parsed.rules };
}

test('a policy may hold masks alone; each has an id, a place in its file, and is for everybody where it does not say', () => {
  const { masks } = loaded(`callers: [{ groups: [bots] }]
targets: [demo]
masks:
  - { id: tokens, at: ['spec.**.token'], apiGroups: [example.com], resources: [things] }
  - { detect: [card-number], pattern: 'ACME-[0-9]{8}', compare: target, honeytoken: true, callers: [{ kind: autonomous }], targets: ['pr*'], namespaces: [shop] }
`);
  assert.deepEqual(
    masks?.map(({ id, source, callers, targets, compare, honeytoken }) => ({
      id,
      line: source.line,
      callers,
      targets,
      compare,
      honeytoken,
    })),
    [
      { id: 'p/tokens', line: 7, callers: undefined, targets: undefined, compare: 'field', honeytoken: false },
      {
        id: 'p/mask-2',
        line: 8,
        callers: [{ kind: 'autonomous' }],
        targets: ['pr*'],
        compare: 'target',
        honeytoken: true,
      },
    ],
  );
});

test('what is wrong with a mask is told at its place', () => {
  for (const [mask, finding] of [
    ['{ id: a }', 'masks[0]: expected one of `at`, `annotations`, `labels`, `env`, `keys`, `detect`, `pattern`'],
    ['{ at: [spec..a] }', 'masks[0].at[0]: `..a` in `spec..a` is no step; steps are joined by one dot'],
    ['{ at: [metadata.name] }', 'masks[0].at[0]: `metadata.name` says what the object is, and is never masked'],
    ['{ detect: [jwts] }', 'masks[0].detect[0]: `jwts` is no detector; there are `private-key`, `kubeconfig`, `jwt`'],
    ["{ pattern: '(a' }", 'masks[0].pattern: the pattern is not one of RE2'],
    ["{ pattern: 'a*' }", 'masks[0].pattern: the pattern matches where nothing is'],
    ['{ at: [spec.a], namespaces: [{ selector: {} }] }', 'masks[0].namespaces[0]: '],
    ['{ at: [spec.a], comparison: field }', 'masks[0].comparison: unknown key `comparison`'],
  ] as const) {
    const { findings = [] } = loaded(`masks:\n  - ${mask}\n`);
    assert.ok(findings[0]?.includes(finding), findings.join('\n') || mask);
  }
  const twice = loaded('masks:\n  - { id: a, at: [spec.a] }\n  - { id: a, at: [spec.b] }\n').findings;
  assert.match(twice?.[0] ?? '', /masks\[1\]\.id: `p\/a` stands in p\.yaml:5 too; an id stands once/);
});

test('unmask goes with an allow or request that names what it shows', () => {
  const rule = (text: string) =>
    loaded(`callers: [{ groups: [bots] }]\ntargets: [demo]\nrules:\n  - { verbs: [get], ${text} }\n`);
  const good = "apiGroups: [''], resources: [secrets], unmask: [{ at: data.user }]";
  assert.deepEqual(rule(`effect: allow, ${good}`).rules?.[0]?.unmask, ['data.user']);
  assert.deepEqual(rule(`effect: request, ${good}`).rules?.[0]?.unmask, ['data.user']);
  for (const [text, finding] of [
    [`effect: deny, ${good}`, 'only an allow or a request shows values, not a deny'],
    [
      `effect: allow, ${good.replace('[secrets]', "['*']")}`,
      'expected `apiGroups` and `resources` without `*`: what is shown is named',
    ],
    [
      `effect: allow, ${good.replace("['']", "['*']")}`,
      'expected `apiGroups` and `resources` without `*`: what is shown is named',
    ],
    [`effect: allow, ${good.replace('data.user', 'kind')}`, '`kind` says what the object is, and is never masked'],
  ] as const)
    assert.ok(rule(text).findings?.[0]?.endsWith(finding), rule(text).findings?.join('\n') ?? text);
});
