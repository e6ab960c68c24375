import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { suggest } from '../../control/suggest.ts';
import type { Offered } from '../../model/offered.ts';
import { questionOfRefusal } from './from-refusal.ts';

const SCOPE = {
  target: 'demo',
  verbs: ['get'],
  apiGroups: [''],
  resources: ['configmaps'],
  resourceNames: ['settings'],
  namespaces: ['shop'],
};

const PLACE = { consoleUrl: 'https://console', roles: [], target: 'demo' };

function suggested(part: Partial<Offered>) {
  const offered = { rule: 'p/config', reason: '', scope: SCOPE, forMaxMs: 3_600_000, isAsked: false, ...part };
  return suggest({ offered }, PLACE);
}

/** As kubectl prints a refusal. */
const printed = (advice: string) =>
  `Error from server (Forbidden): \`x\` may not get it: no rule allows it; ${advice}\n`;

suite('what a refusal suggests comes back as it was suggested', () => {
  const scopes = {
    'one object': SCOPE,
    'a subresource of a group': { ...SCOPE, apiGroups: ['apps'], resources: ['deployments/scale'] },
    'no name, in no namespace': { ...SCOPE, resourceNames: [], namespaces: [] },
    'words that a shell would take for something else': { ...SCOPE, resourceNames: ['a b\'c $(id) "x" \\'] },
  };
  for (const [name, scope] of Object.entries(scopes)) {
    test(name, () => {
      const { advice, grant } = suggested({ scope });
      const expected = { scopes: [{ rule: 'p/config', ...scope }], for: '10m' };
      assert.deepEqual(questionOfRefusal(printed(advice)), expected);
      assert.deepEqual(JSON.parse(grant?.body ?? ''), expected);
      const status = { kind: 'Status', details: { causes: [{ reason: 'SallyportGrant', message: grant?.body }] } };
      assert.deepEqual(questionOfRefusal(JSON.stringify(status)), expected);
    });
  }
});

test('T54: a name that does not print is in the JSON alone, in ASCII', () => {
  const scope = { ...SCOPE, resourceNames: ['a\u202eb`\u0007é'] };
  const { advice, grant } = suggested({ scope });
  assert.equal(advice, 'access can be requested: rule `p/config`');
  assert.equal(grant?.command, undefined);
  assert.match(grant?.body ?? '', /^[\x20-\x7e]*$/);
  assert.deepEqual(JSON.parse(grant?.body ?? '').scopes[0].resourceNames, scope.resourceNames);
});

test('several refusals make one grant of several scopes, for the shortest of their times', () => {
  const [a, b] = [suggested({}), suggested({ rule: 'p/other', forMaxMs: 60_000 })];
  const question = questionOfRefusal(printed(a.advice) + printed(b.advice) + printed(a.advice));
  assert.equal(question.for, '1m');
  assert.deepEqual(
    question.scopes.map(({ rule }) => rule),
    ['p/config', 'p/other'],
  );
});

test('a text that suggests nothing, or something else than a scope, is refused', () => {
  for (const text of [
    '',
    'Error from server (Forbidden): no',
    '{"kind":"Status"}',
    '`sallyport grants request --wait`',
  ])
    assert.throws(() => questionOfRefusal(text), /CliError|suggest/);
  assert.throws(() => questionOfRefusal('`sallyport grants request --body {}`'), /not one of this program/);
});
