import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import type { NeededRule } from './needed-rule.ts';
import { comparedRights, EVERYBODYS_RIGHTS } from './rights-compared.ts';

const rule = (verbs: string[], resources: string[], more: Partial<NeededRule> = {}): NeededRule => ({
  verbs,
  apiGroups: [''],
  resources,
  ...more,
});

const ROWS: readonly (readonly [string, NeededRule[], NeededRule[], string[], string[]])[] = [
  ['the same', [rule(['get'], ['pods'])], [rule(['get'], ['pods'])], [], []],
  ['nothing is held', [rule(['get', 'list'], ['pods'])], [], ['get,list pods'], []],
  ['a verb more', [rule(['get'], ['pods'])], [rule(['get', 'delete'], ['pods'])], [], ['delete pods']],
  ['everything', [rule(['get'], ['pods'])], [rule(['*'], ['*'], { apiGroups: ['*'] })], [], ['* * of *']],
  [
    'a wildcard of names',
    [rule(['get'], ['pods'], { resourceNames: ['a'] })],
    [rule(['get'], ['pods'])],
    [],
    ['get pods'],
  ],
  [
    'a name of two',
    [rule(['get'], ['pods'], { resourceNames: ['a', 'b'] })],
    [rule(['get'], ['pods'], { resourceNames: ['b', 'c'] })],
    ['get pods named a'],
    ['get pods named c'],
  ],
  [
    'another group',
    [rule(['get'], ['deployments'], { apiGroups: ['apps'] })],
    [rule(['get'], ['deployments'])],
    ['get deployments of apps'],
    ['get deployments'],
  ],
  [
    'a resource is not its subresource',
    [rule(['get'], ['pods'])],
    [rule(['get'], ['pods/log'])],
    ['get pods'],
    ['get pods/log'],
  ],
  ['a subresource of everything', [rule(['get'], ['pods/log'])], [rule(['get'], ['*/log'])], [], ['get */log']],
  [
    'a path',
    [{ verbs: ['get'], nonResourceURLs: ['/livez'] }],
    [{ verbs: ['get'], nonResourceURLs: ['/livez*', '/metrics'] }],
    [],
    ['get /livez*', 'get /metrics'],
  ],
];

for (const [name, needed, held, missing, tooMuch] of ROWS)
  test(`rights beside what is needed: ${name}`, () => {
    assert.deepEqual(comparedRights(needed, held), { missing, tooMuch });
  });

test('what everybody has is not too much, and is not missed', () => {
  assert.deepEqual(comparedRights([], EVERYBODYS_RIGHTS, EVERYBODYS_RIGHTS), { missing: [], tooMuch: [] });
});

const words = (...of: string[]) => fc.subarray(of, { minLength: 1 });
const rules = fc.array(
  fc.record({
    verbs: words('get', 'list', '*'),
    apiGroups: words('', 'apps', '*'),
    resources: words('pods', 'pods/log', '*', '*/log'),
    resourceNames: fc.subarray(['a', 'b']),
  }),
  { maxLength: 4 },
);

test('a credential that holds what it needs, in whatever order, misses nothing and has nothing too much; one right more is named', () => {
  fc.assert(
    fc.property(rules, (needed) => {
      assert.deepEqual(comparedRights(needed, needed.toReversed()), { missing: [], tooMuch: [] });
      const more = comparedRights(needed, [...needed, rule(['impersonate'], ['users'])]);
      const isNeeded = needed.some(
        ({ verbs, apiGroups, resources, resourceNames }) =>
          verbs.includes('*') &&
          (apiGroups.includes('*') || apiGroups.includes('')) &&
          resources.includes('*') &&
          resourceNames.length === 0,
      );
      assert.deepEqual(more.tooMuch, isNeeded ? [] : ['impersonate users']);
    }),
  );
});
