import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ruleLists } from '../../../test/policy/arbitraries.ts';
import { fc } from '../../../test/support/property.ts';
import { ruleOf } from '../../../test/support/rule.ts';
import { powerOf } from '../../connectors/kubernetes/powers.ts';
import { DEFAULT_HOLD } from '../../model/hold-terms.ts';
import { GUARDS } from '../guards/table.ts';
import type { Rule } from '../rule.ts';
import { type Change, compare } from './compare.ts';
import type { Catalog } from './space.ts';
import { whoCan } from './who-can.ts';

const CATALOG: Catalog = {
  kinds: [
    { apiGroup: '', resource: 'pods', subresource: '', isNamespaced: true },
    { apiGroup: '', resource: 'pods', subresource: 'exec', isNamespaced: true },
    { apiGroup: '', resource: 'pods', subresource: 'eviction', isNamespaced: true },
    { apiGroup: '', resource: 'nodes', subresource: '', isNamespaced: false },
  ],
  powerOf,
};

const pods = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
const READ: Rule = ruleOf({
  id: 'p/read',
  callers: [{ groups: ['g'] }],
  targets: ['prod'],
  ...pods,
  namespaces: [{ name: 'shop' }],
});

function told(before: readonly Rule[], after: readonly Rule[]): readonly string[] {
  return compare(before, after, [], CATALOG).map(({ kind, callers, operations, namespaces, names, when, unless }) =>
    [kind, callers, operations, namespaces, names, ...when, ...unless.map((text) => `unless ${text}`)]
      .filter(Boolean)
      .join(' | '),
  );
}

const rows: readonly (readonly [
  name: string,
  before: readonly Rule[],
  after: readonly Rule[],
  expected: readonly string[],
])[] = [
  ['nothing changes', [READ], [{ ...READ, id: 'p/other' }], []],
  ['a rule is new', [], [READ], ['gains | in g | get of pods | shop']],
  ['a rule is gone', [READ], [], ['loses | in g | get of pods | shop']],
  ['a verb is added', [READ], [{ ...READ, verbs: ['get', 'list'] }], ['gains | in g | list of pods | shop']],
  [
    'namespaces become a pattern',
    [READ],
    [{ ...READ, namespaces: [{ name: 'shop*' }] }],
    ['gains | in g | get of pods | shop* but shop'],
  ],
  [
    'a narrower rule beside a wider one changes nothing',
    [READ],
    [READ, ruleOf({ ...READ, id: 'p/b', resourceNames: ['web'] })],
    [],
  ],
  ['a condition is added', [READ], [{ ...READ, when: 'true' }], ['bound | in g | get of pods | shop | when true']],
  ['a condition is taken away', [{ ...READ, when: 'true' }], [READ], ['freed | in g | get of pods | shop']],
  [
    'a condition differs',
    [{ ...READ, when: 'true' }],
    [{ ...READ, when: 'false' }],
    ['conditions | in g | get of pods | shop | when false'],
  ],
  [
    'a deny cuts a piece out',
    [READ],
    [READ, ruleOf({ id: 'p/no', effect: 'deny', ...pods, resourceNames: ['db'] })],
    ['loses | in g | get of pods | shop | db'],
  ],
  [
    'a hold takes the place of an allow',
    [READ],
    [{ ...READ, effect: 'hold' }],
    ['loses | in g | get of pods | shop', 'now-held | in g | get of pods | shop'],
  ],
  [
    'an apply can no longer create',
    [ruleOf({ ...READ, verbs: ['patch', 'create'] })],
    [ruleOf({ ...READ, verbs: ['patch'] })],
    [
      'bound | in g | patch of pods | shop | unless the object is not there yet: then it would be created',
      'loses | in g | create of pods | shop',
    ],
  ],
  [
    'what creates waits for a person, and so does an apply that would',
    [ruleOf({ ...READ, verbs: ['patch', 'create'] })],
    [ruleOf({ ...READ, verbs: ['patch', 'create'] }), ruleOf({ ...READ, effect: 'hold', verbs: ['create'] })],
    [
      'bound | in g | patch of pods | shop | unless the object is not there yet: then it would be created',
      'loses | in g | create of pods | shop',
      'now-held | in g | create of pods | shop',
      'now-held | in g | patch of pods | shop | the object is not there yet: then it would be created',
    ],
  ],
  [
    'a hold of delete says of an update what it hangs on, and of every kind that it is every kind',
    [],
    [ruleOf({ id: 'p/ask', effect: 'hold', verbs: ['delete'], apiGroups: ['*'], resources: ['*'] })],
    [
      'now-held | update, patch of every kind | it amounts to a delete',
      'now-held | delete, deletecollection of every kind but pods/eviction; create, delete, deletecollection of pods/eviction',
    ],
  ],
  [
    'to read what finalizes a namespace is no delete',
    [],
    [
      ruleOf({ verbs: ['get', 'update'], apiGroups: [''], resources: ['namespaces/finalize'], powers: ['finalize'] }),
      ruleOf({ effect: 'deny', verbs: ['delete'], apiGroups: [''], resources: ['namespaces', 'pods'] }),
    ],
    ['gains | get of namespaces/finalize'],
  ],
  [
    'a hold, and what can be asked for, hang on another condition',
    [
      { ...READ, effect: 'hold', when: 'true' },
      { ...READ, effect: 'request', verbs: ['list'], when: 'true' },
    ],
    [
      { ...READ, effect: 'hold', when: 'false' },
      { ...READ, effect: 'request', verbs: ['list'] },
    ],
    ['held-otherwise | in g | get of pods | shop | when false', 'requestable-otherwise | in g | list of pods | shop'],
  ],
  [
    'a deny of delete reaches evictions',
    [ruleOf({ verbs: ['create'], apiGroups: [''], resources: ['pods/eviction'] })],
    [
      ruleOf({ verbs: ['create'], apiGroups: [''], resources: ['pods/eviction'] }),
      ruleOf({ effect: 'deny', verbs: ['delete'], apiGroups: [''], resources: ['pods'] }),
    ],
    ['loses | create of pods/eviction'],
  ],
];

suite('the difference of two policies', () => {
  for (const [name, before, after, expected] of rows) test(name, () => assert.deepEqual(told(before, after), expected));

  test('a rule that holds is told whole, and that guards deny some of it', () => {
    const secrets = { apiGroup: '', resource: 'secrets', subresource: '', isNamespaced: true };
    const hold = ruleOf({
      id: 'p/ask',
      effect: 'hold',
      verbs: ['deletecollection'],
      apiGroups: ['*'],
      resources: ['*'],
    });
    const [change, ...others] = compare([], [hold], GUARDS, { ...CATALOG, kinds: [...CATALOG.kinds, secrets] });
    assert.deepEqual(others, []);
    const { kind, operations, rule, unless } = change as Change;
    assert.deepEqual(
      [kind, operations, rule, unless],
      ['now-held', 'deletecollection of every kind', 'p/ask', ['a guard denies it']],
    );
  });

  test('of a policy to itself, in any order, there is none', () => {
    fc.assert(
      fc.property(ruleLists(5), (rules) => assert.deepEqual(compare(rules, rules.toReversed(), [], CATALOG), [])),
      { numRuns: 40 },
    );
  });
});

test('who can: those whom a rule allows, less those whom a deny takes out', () => {
  const rules = [READ, ruleOf({ id: 'p/no', effect: 'deny', callers: [{ subjects: ['mallory'] }], ...pods })];
  const { allowed, held } = whoCan(rules, [], CATALOG, {
    verb: 'get',
    apiGroup: '',
    resource: 'pods',
    namespace: 'shop',
  });
  assert.deepEqual(held, []);
  assert.deepEqual(
    allowed.map(({ callers, rule, targets }) => ({ callers, rule, targets })),
    [{ callers: 'subject any but mallory, in g', rule: 'p/read', targets: 'prod' }],
  );
  assert.deepEqual(
    whoCan(rules, [], CATALOG, { verb: 'get', apiGroup: '', resource: 'pods', namespace: 'bank' }).allowed,
    [],
  );
});

test('what a hold lifts a guard for is held, and not denied; of what it only equals the guard stands', () => {
  const delete1: Rule = ruleOf({
    id: 'p/ask',
    effect: 'hold',
    callers: [{ groups: ['g'] }],
    verbs: ['delete'],
    apiGroups: [''],
    resources: ['nodes', 'namespaces'],
    hold: { ...DEFAULT_HOLD, lifts: ['deletions'] },
  });
  const catalog: Catalog = {
    ...CATALOG,
    kinds: [...CATALOG.kinds, { apiGroup: '', resource: 'namespaces', subresource: '', isNamespaced: false }],
  };
  const query = { verb: 'delete', apiGroup: '', resource: 'namespaces' };
  const asked = (rules: readonly Rule[]) =>
    whoCan(rules, GUARDS, catalog, query).held.map(({ callers, rule }) => `${callers} by ${rule}`);
  assert.deepEqual(asked([delete1]), ['in g by p/ask']);
  assert.deepEqual(asked([{ ...delete1, hold: DEFAULT_HOLD }]), ['a person, in g by p/ask']);
  assert.deepEqual(asked([delete1, ruleOf({ ...delete1, id: 'p/never', effect: 'deny' })]), []);
  const changes = compare([], [delete1], GUARDS, catalog).filter(({ operations }) => operations.includes('namespaces'));
  assert.deepEqual(new Set(changes.map(({ kind }) => kind)), new Set(['now-held']));
});
