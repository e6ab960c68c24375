import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../../test/support/property.ts';
import { matchesRbac } from '../../../policy/rbac.ts';
import { meet, meetPaths, type ResourceRule } from './meet.ts';

function some(values: readonly string[], min = 1): fc.Arbitrary<string[]> {
  return fc.array(fc.constantFrom(...values), { minLength: min, maxLength: 3 });
}

const rules: fc.Arbitrary<ResourceRule> = fc.record({
  verbs: some(['get', 'list', 'delete', '*']),
  apiGroups: some(['', 'apps', '*']),
  resources: some(['pods', 'pods/log', 'deployments', 'deployments/scale', '*/scale', '*/log', '*']),
  resourceNames: some(['web', 'db'], 0),
});

const requests = fc.record({
  isResourceRequest: fc.constant(true),
  verb: fc.constantFrom('get', 'list', 'delete'),
  apiGroup: fc.constantFrom('', 'apps'),
  resource: fc.constantFrom('pods', 'deployments'),
  subresource: fc.constantFrom('', 'log', 'scale'),
  name: fc.constantFrom('', 'web', 'db'),
  path: fc.constant(''),
  power: fc.constant(undefined),
});

test('law: what two rules both say is what RBAC lets pass under both', () => {
  let both = 0;
  fc.assert(
    fc.property(rules, rules, requests, (a, b, request) => {
      const isBoth = matchesRbac(a, request, 'named') && matchesRbac(b, request, 'named');
      if (isBoth) both += 1;
      assert.equal(matchesRbac(meet(a, b), request, 'named'), isBoth);
    }),
    { numRuns: 3000 },
  );
  assert.ok(both > 40, `hardly ever met: ${both}`);
});

const PATHS: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
  [['*'], ['/api', '/api/*'], ['/api', '/api/*']],
  [['/api/*'], ['/api/v1', '/apis'], ['/api/v1']],
  [['/healthz*'], ['/healthz/*'], ['/healthz/*']],
  [['/version'], ['/metrics'], []],
];

test('paths meet by their prefixes', () => {
  for (const [a, b, expected] of PATHS) {
    assert.deepEqual(meetPaths({ verbs: ['*'], urls: a }, { verbs: ['get'], urls: b }), {
      verbs: ['get'],
      urls: expected,
    });
    assert.deepEqual(meetPaths({ verbs: ['get'], urls: b }, { verbs: ['*'], urls: a }).urls, expected);
  }
});
