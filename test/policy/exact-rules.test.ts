import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExactRule, exactRules, type Observed } from '../../src/policy/observed/exact-rules.ts';
import { fc } from '../support/property.ts';

const seen = (verb: string, resource: string, namespace = 'shop', name = '', apiGroup = ''): Observed => ({
  verb,
  apiGroup,
  resource,
  namespace,
  name,
});

test('what differs in one field alone is one rule; what has a name and what has none are two', () => {
  assert.deepEqual(
    exactRules([
      seen('list', 'pods'),
      seen('watch', 'pods'),
      seen('list', 'services'),
      seen('watch', 'services'),
      seen('get', 'pods', 'shop', 'web'),
      seen('get', 'pods', 'shop', 'api'),
      seen('get', 'pods', 'shop', 'api'),
    ]),
    [
      {
        verbs: ['list', 'watch'],
        apiGroups: [''],
        resources: ['pods', 'services'],
        resourceNames: [],
        namespaces: ['shop'],
      },
      { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['api', 'web'], namespaces: ['shop'] },
    ],
  );
});

function allows(rule: ExactRule, { verb, apiGroup, resource, namespace, name }: Observed): boolean {
  const has = (list: readonly string[], value: string) => list.length === 0 || list.includes(value);
  return (
    rule.verbs.includes(verb) &&
    rule.apiGroups.includes(apiGroup) &&
    rule.resources.includes(resource) &&
    has(rule.namespaces, namespace) &&
    has(rule.resourceNames, name)
  );
}

test('the rules allow all that was seen, and no named operation in a namespace that was not, by a slow look at each', () => {
  const any = fc.record({
    verb: fc.constantFrom('get', 'delete', 'patch'),
    apiGroup: fc.constantFrom('', 'apps'),
    resource: fc.constantFrom('pods', 'deployments', 'pods/exec'),
    namespace: fc.constantFrom('a', 'b', 'c'),
    name: fc.constantFrom('x', 'y', 'z'),
  });
  fc.assert(
    fc.property(fc.array(any, { maxLength: 40 }), any, (observed, other) => {
      const rules = exactRules(observed);
      for (const one of observed) assert.ok(rules.some((rule) => allows(rule, one)));
      const wasSeen = observed.some((one) => JSON.stringify(one) === JSON.stringify(other));
      assert.equal(
        rules.some((rule) => allows(rule, other)),
        wasSeen,
      );
    }),
    { numRuns: 500 },
  );
});
