import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { compileRules } from '../../../test/support/compile-rules.ts';
import { callerOf, operationOf } from '../../../test/support/operation.ts';
import { fc } from '../../../test/support/property.ts';
import { policyText } from '../../cli/policy/policy-text.ts';
import { parsePolicies } from '../../config/parse-policies.ts';
import { powerOf } from '../../connectors/kubernetes/powers.ts';
import type { JsonObject, Operation } from '../../model/operation.ts';
import { decide } from '../decide.ts';
import type { GuardId } from '../guards/guard.ts';
import { GUARD_IDS } from '../guards/table.ts';
import { mustBeNamed } from '../must-be-named.ts';
import { matchesRbac } from '../rbac.ts';
import type { RuleSet } from '../rule-set.ts';
import { importRbac } from './import-rbac.ts';
import { type RbacObjects, type RbacSubject, rbacObjects } from './rbac-objects.ts';
import { boundRole, roleRules } from './role-rules.ts';

const RBAC = 'rbac.authorization.k8s.io/v1';
const some = <T>(values: readonly T[], min = 1) =>
  fc.array(fc.constantFrom(...values), { minLength: min, maxLength: 2 });

const roleRule = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      verbs: some(['get', 'list', 'create', 'delete', '*', '*', '*']),
      apiGroups: some(['', 'apps', '*', '*']),
      resources: some(
        [
          'pods',
          'deployments',
          'pods/exec',
          'pods/log',
          'nodes/proxy',
          'nodes',
          'secrets',
          '*',
          '*/scale',
          'serviceaccounts/token',
        ],
        0,
      ),
      resourceNames: some(['web', 'db'], 0),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ verbs: some(['get', '*']), nonResourceURLs: some(['/healthz', '/live*', '*', '/logs']) }),
  },
);

const ROLES = ['r', 'r', 's'];

const role = fc.record({
  apiVersion: fc.constant(RBAC),
  kind: fc.constantFrom('Role', 'ClusterRole', 'ClusterRole'),
  metadata: fc.record({
    name: fc.constantFrom(...ROLES),
    namespace: fc.constantFrom('shop', 'bank'),
    labels: fc.constantFrom({}, { into: 'r' }),
  }),
  aggregationRule: fc.constantFrom(undefined, undefined, { clusterRoleSelectors: [{ matchLabels: { into: 'r' } }] }),
  rules: fc.array(roleRule, { minLength: 1, maxLength: 3 }),
});

const subject = fc.constantFrom(
  { kind: 'User', name: 'ann' },
  { kind: 'User', name: 'a*' },
  { kind: 'Group', name: 'g' },
  { kind: 'Group', name: 'system:authenticated' },
  { kind: 'Group', name: 'system:masters' },
  { kind: 'Group', name: 'system:serviceaccounts' },
  { kind: 'Group', name: 'system:serviceaccounts:ci' },
  { kind: 'ServiceAccount', name: 'bot', namespace: 'ci' },
  { kind: 'ServiceAccount', name: 'bot' },
);

const binding = fc.record({
  apiVersion: fc.constant(RBAC),
  kind: fc.constantFrom('RoleBinding', 'ClusterRoleBinding'),
  metadata: fc.record({ name: fc.constantFrom('x', 'y'), namespace: fc.constantFrom('shop', 'bank') }),
  roleRef: fc.record({
    kind: fc.constantFrom('Role', 'ClusterRole', 'ClusterRole', 'ClusterRole'),
    name: fc.constantFrom(...ROLES),
  }),
  subjects: fc.array(subject, { minLength: 1, maxLength: 3 }),
});

/** Objects as they are in a cluster: of one name and kind there is one. */
const objects = fc
  .tuple(fc.array(role, { minLength: 1, maxLength: 4 }), fc.array(binding, { minLength: 1, maxLength: 4 }))
  .map(([roles, bindings]) => {
    const unique = new Map(
      roles.map((each) => [
        `${each.kind} ${each.kind === 'Role' ? each.metadata.namespace : ''} ${each.metadata.name}`,
        each,
      ]),
    );
    return JSON.parse(JSON.stringify([...unique.values(), ...bindings])) as readonly JsonObject[];
  });

interface Asker {
  readonly subject: string;
  readonly groups: readonly string[];
}

const asker: fc.Arbitrary<Asker> = fc.constantFrom(
  { subject: 'ann', groups: [] },
  { subject: 'a*', groups: ['g'] },
  { subject: 'bob', groups: ['g'] },
  { subject: 'system:serviceaccount:ci:bot', groups: [] },
  { subject: 'system:serviceaccount:shop:bot', groups: [] },
);

const kinds = [
  ['', 'pods', ''],
  ['', 'pods', 'log'],
  ['', 'pods', 'exec'],
  ['', 'nodes', 'proxy'],
  ['', 'serviceaccounts', 'token'],
  ['', 'nodes', ''],
  ['', 'secrets', ''],
  ['apps', 'deployments', ''],
  ['apps', 'deployments', 'scale'],
] as const;

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.constantFrom(...kinds),
        fc.constantFrom('get', 'list', 'create', 'delete'),
        fc.constantFrom('', 'shop', 'bank'),
        fc.constantFrom('', 'web', 'db', 'x'),
      )
      .map(([[apiGroup, resource, subresource], verb, namespace, name]) => {
        const asked = { apiGroup, resource, subresource, verb };
        return {
          ...operationOf({ method: 'GET', uri: '/api/v1/pods' }),
          ...asked,
          namespace: resource === 'nodes' ? '' : namespace,
          name,
          power: powerOf(asked),
        };
      }),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('/healthz', '/livez', '/live', '/logs/x', '/logs')
      .map((uri) => operationOf({ method: 'GET', uri })),
  },
);

/** RBAC's own evaluation, binding by binding. Source: plugin/pkg/auth/authorizer/rbac/rbac.go, pkg/registry/rbac/validation/rule.go */
function isAllowedByRbac(
  { roles, bindings }: RbacObjects,
  { subject: name, groups }: Asker,
  asked: Operation,
): boolean {
  const account = /^system:serviceaccount:([^:]+):/.exec(name);
  const all = [
    ...groups,
    'system:authenticated',
    ...(account === null ? [] : ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`]),
  ];
  return bindings.some((each) => {
    const isCluster = each.kind === 'ClusterRoleBinding';
    if (!isCluster && (asked.namespace === '' || each.namespace !== asked.namespace || !asked.isResourceRequest))
      return false;
    const bound = boundRole(each, roles);
    const isSubject = each.subjects.some((own) => isTheSame(own, each.namespace, name, all));
    return (
      bound !== undefined &&
      isSubject &&
      roleRules(bound, roles).some((rule) => matchesRbac(rule, { ...asked, power: undefined }, 'wildcard'))
    );
  });
}

function isTheSame(
  { kind, name, namespace }: RbacSubject,
  own: string,
  subjectName: string,
  groups: readonly string[],
): boolean {
  if (kind === 'User') return name === subjectName;
  if (kind === 'Group') return groups.includes(name);
  const home = namespace === '' ? own : namespace;
  return home !== '' && subjectName === `system:serviceaccount:${home}:${name}`;
}

function rulesOf(from: RbacObjects, hasPowers: boolean): RuleSet {
  const imported = importRbac(from, powerOf, hasPowers);
  const opened = { unsafe: GUARD_IDS as ReadonlySet<GuardId> };
  if (imported.rules.length === 0) return compileRules([], opened);
  const text = policyText({ ...imported, name: 'imported', description: '', target: '*' });
  const parsed = parsePolicies([{ path: 'imported.yaml', text }]);
  if ('findings' in parsed) assert.fail(`${JSON.stringify(parsed.findings)}\n${text}`);
  return compileRules(parsed.rules, opened);
}

function isAllowed(rules: RuleSet, asker: Asker, asked: Operation): boolean {
  return decide(rules, { caller: callerOf(asker), operation: asked, facts: {}, nowMs: 0 }).effect === 'allow';
}

/** What the import says that it leaves out, and a token can never have. */
function isLeftOut(asker: Asker, asked: Operation): boolean {
  return asker.subject.includes('*') || (!asked.isResourceRequest && asked.path.startsWith('/logs'));
}

/** Whether a client can ask this of a power's subresource at all. */
function isReal({ power, verb }: Operation): boolean {
  return power === 'token' ? verb === 'create' : verb !== 'list';
}

/** Whether no wildcard reaches it here. */
function isNamedAlone(asked: Operation): boolean {
  return asked.power !== undefined || mustBeNamed(asked) !== undefined;
}

suite('imported rules mean what RBAC means', () => {
  test('without powers: whoever may by RBAC may by the rules, and nobody else', () => {
    let allowed = 0;
    fc.assert(
      fc.property(objects, fc.array(fc.tuple(asker, operation), { minLength: 20, maxLength: 20 }), (raw, asks) => {
        const from = rbacObjects(raw);
        const rules = rulesOf(from, false);
        for (const [who, asked] of asks) {
          const byRbac = isAllowedByRbac(from, who, asked);
          const byRules = isAllowed(rules, who, asked);
          if (byRules && asked.power === undefined) assert.ok(byRbac);
          if (!isNamedAlone(asked) && !isLeftOut(who, asked))
            assert.equal(byRules, byRbac, JSON.stringify([raw, who, asked]));
          if (byRules) allowed++;
        }
      }),
      { numRuns: 1500 },
    );
    assert.ok(allowed > 300, String(allowed));
  });

  test('with powers by name: the same for them, exec being had for create alone', () => {
    let allowed = 0;
    fc.assert(
      fc.property(objects, fc.array(fc.tuple(asker, operation), { minLength: 20, maxLength: 20 }), (raw, asks) => {
        const from = rbacObjects(raw);
        const rules = rulesOf(from, true);
        for (const [who, asked] of asks) {
          if (!isNamedAlone(asked) || isLeftOut(who, asked) || !isReal(asked)) continue;
          const carried = asked.power === 'exec' ? { ...asked, verb: 'create' } : asked;
          const byRules = isAllowed(rules, who, asked);
          assert.equal(byRules, isAllowedByRbac(from, who, carried), JSON.stringify([raw, who, asked]));
          if (byRules) allowed++;
        }
      }),
      { numRuns: 1500 },
    );
    assert.ok(allowed > 50, String(allowed));
  });
});

test('a power that a wildcard reaches is left out, and told', () => {
  const from = rbacObjects([
    {
      apiVersion: RBAC,
      kind: 'ClusterRole',
      metadata: { name: 'admin' },
      rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }],
    },
    {
      apiVersion: RBAC,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'b' },
      roleRef: { kind: 'ClusterRole', name: 'admin' },
      subjects: [{ kind: 'Group', name: 'ops' }],
    },
  ]);
  const { rules, leftOut } = importRbac(from, powerOf, false);
  assert.equal(rules.length, 1);
  assert.ok(leftOut.includes('ClusterRole `admin`: `pods/exec`, which it reaches by a wildcard'));
  assert.ok(leftOut.includes('ClusterRole `admin`: changes of `secrets`, which it reaches by a wildcard'));
  const named = importRbac(from, powerOf, true);
  assert.ok(named.rules.some(({ rule }) => rule.resources?.includes('pods/exec')));
  assert.deepEqual(named.leftOut, []);
});

test('lists are read whole, and anything else is passed over', () => {
  const items = [{ metadata: { name: 'a' }, rules: [] }];
  const { roles } = rbacObjects([
    { apiVersion: RBAC, kind: 'ClusterRoleList', items },
    { apiVersion: 'v1', kind: 'Secret' },
  ]);
  assert.deepEqual(
    roles.map(({ kind, name }) => [kind, name]),
    [['ClusterRole', 'a']],
  );
});
