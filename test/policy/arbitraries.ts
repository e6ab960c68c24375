import { equivalents } from '../../src/connectors/kubernetes/equivalents.ts';
import type { Operation, Power } from '../../src/model/operation.ts';
import type { Facts } from '../../src/policy/facts.ts';
import type { Question } from '../../src/policy/question.ts';
import type { Effect, Rule } from '../../src/policy/rule.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { ruleOf } from '../support/rule.ts';
import { CONDITIONS } from './obvious-decide.ts';

/** Rules and questions of a few words each, so that they meet. */

const SUBJECTS = ['a', 'b', 'ab'];
const GROUPS = ['g', 'h'];
const NAMESPACES = ['shop', 'shop-2', 'bank'];
const NAMES = ['web', 'db'];

function some<T>(values: readonly T[], min = 1, max = 2): fc.Arbitrary<T[]> {
  return fc.array(fc.constantFrom(...values), { minLength: min, maxLength: max });
}

const caller = fc.oneof(
  fc.constant({}),
  fc.record({ subjects: some(['a', 'b', 'a*', '*b']) }),
  fc.record({ groups: some(GROUPS) }),
  fc.record({ groups: some(GROUPS), kind: fc.constantFrom('autonomous' as const, 'person' as const) }),
);

const namespace = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...NAMESPACES, 'shop*', '*', '*').map((name) => ({ name })) },
  { weight: 1, arbitrary: fc.constant({ selector: { matchLabels: { tier: 'gold' } } }) },
);

/** A rule without an id. */
const namelessRule: fc.Arbitrary<Partial<Rule>> = fc.record(
  {
    effect: fc.constantFrom<Effect>('deny', 'hold', 'request', 'allow', 'allow', 'allow', 'allow', 'allow'),
    callers: fc.array(caller, { minLength: 1, maxLength: 2 }),
    targets: some(['demo', 'demo', 'de*', 'other']),
    verbs: some(['get', 'list', 'create', 'delete', 'patch', 'update', '*', '*'], 1, 3),
    apiGroups: some(['', 'apps', '*']),
    resources: some(
      ['pods', 'pods/exec', 'pods/eviction', '*/exec', 'nodes', 'namespaces', 'deployments', 'pods/attach', '*'],
      1,
      3,
    ),
    resourceNames: some(NAMES, 0, 1),
    powers: some<Power>(['exec', 'attach'], 0, 1),
    equivalents: fc.boolean(),
    amend: fc.constantFrom([], [], [{ kind: 'force-dry-run' as const }]),
    namespaces: fc.array(namespace, { minLength: 1, maxLength: 2 }),
    query: fc.record({ dryRun: fc.boolean() }),
    when: fc.constantFrom(...Object.keys(CONDITIONS)),
  },
  {
    requiredKeys: [
      'effect',
      'callers',
      'targets',
      'verbs',
      'apiGroups',
      'resources',
      'resourceNames',
      'powers',
      'equivalents',
      'amend',
    ],
  },
);

/** Up to `max` rules with ids of their own. */
export function ruleLists(max: number): fc.Arbitrary<readonly Rule[]> {
  return fc
    .array(namelessRule, { maxLength: max })
    .map((parts) => parts.map((part, i) => ruleOf({ ...part, id: `p/${i}` })));
}

const uris = fc.constantFrom(
  ['GET', '/api/v1/pods'],
  ['GET', '/api/v1/namespaces/NS/pods'],
  ['GET', '/api/v1/namespaces/NS/pods/NAME'],
  ['DELETE', '/api/v1/namespaces/NS/pods/NAME'],
  ['DELETE', '/api/v1/namespaces/NS/pods'],
  ['POST', '/api/v1/namespaces/NS/pods'],
  ['POST', '/api/v1/namespaces/NS/pods/NAME/eviction'],
  ['POST', '/api/v1/namespaces/NS/pods/NAME/exec'],
  ['GET', '/api/v1/namespaces/NS/pods/NAME/exec'],
  ['GET', '/api/v1/namespaces/NS/pods/NAME/attach'],
  ['PATCH', '/apis/apps/v1/namespaces/NS/deployments/NAME'],
  ['PUT', '/api/v1/namespaces/NS/pods/NAME'],
  ['GET', '/api/v1/nodes'],
  ['DELETE', '/api/v1/nodes/NAME'],
  ['DELETE', '/api/v1/namespaces/NS'],
  ['GET', '/api/v1/namespaces'],
);

const operations: fc.Arbitrary<Operation> = fc
  .tuple(uris, fc.constantFrom(...NAMESPACES), fc.constantFrom(...NAMES), fc.boolean(), fc.boolean())
  .map(([[method = '', pattern = ''], namespaceName, name, isDryRun, hasName]) => {
    const uri = pattern.replace('NS', namespaceName).replace('NAME', name);
    const isWrite = method === 'POST' || method === 'PATCH' || method === 'PUT';
    const body = isWrite ? { body: { metadata: hasName ? { name } : {} } } : {};
    const operation = operationOf({ method, uri, ...body });
    const equals = method === 'PATCH' && hasName ? (['finalizers'] as const) : equivalents({ ...operation });
    return { ...operation, equals, options: { isDryRun } };
  });

const facts: fc.Arbitrary<Facts> = fc.record(
  {
    namespaceLabels: fc.constantFrom('unknown' as const, null, {}, { tier: 'gold' }),
    existing: fc.constantFrom('unknown' as const, null, { kind: 'Pod' }, { metadata: { finalizers: ['a/b'] } }),
  },
  { requiredKeys: [] },
);

/** A question about the same few words. */
export const questions: fc.Arbitrary<Question> = fc
  .tuple(
    fc.constantFrom(...SUBJECTS),
    some(GROUPS, 0, 2),
    fc.constantFrom('autonomous' as const, 'person' as const),
    operations,
    facts,
  )
  .map(([subject, groups, kind, operation, known]) => ({
    caller: callerOf({ subject, groups, kind }),
    operation,
    facts: known,
    nowMs: 0,
  }));
