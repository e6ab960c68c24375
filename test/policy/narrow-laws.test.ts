/*
 * `policy tighten` and `grants report` never widen by themselves: whatever a rule was used for, its narrower parts permit nothing that it does not, and all that it
 * was used for.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GrantScope } from '../../src/model/grant-scope.ts';
import { decide } from '../../src/policy/decide.ts';
import { isWithin } from '../../src/policy/grant-scope.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { type NarrowedFields, narrowRule, withFields } from '../../src/policy/observed/narrow-rule.ts';
import { narrowScope } from '../../src/policy/observed/narrow-scope.ts';
import type { Question } from '../../src/policy/question.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { compileRules } from '../support/compile-rules.ts';
import { operationOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { ruleOf } from '../support/rule.ts';
import { questions, ruleLists } from './arbitraries.ts';

const setOf = (rules: readonly Rule[]) =>
  compileRules(rules, { unsafe: GUARD_IDS as ReadonlySet<GuardId>, judgesResult: true, limitsPorts: true });

const isPermitted = (rules: readonly Rule[], question: Question) => decide(setOf(rules), question).effect === 'allow';

function partsOf(rule: Rule, uses: readonly Question[], namesMax: number): readonly Rule[] {
  return narrowRule(
    rule,
    uses.map(({ operation }) => operation),
    namesMax,
  ).map((fields, i) => withFields(rule, `part/${i}`, fields));
}

const allows = ruleLists(1).map(([rule]) =>
  rule === undefined
    ? ruleOf({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] })
    : { ...rule, effect: 'allow' as const },
);

test('the parts of a rule permit nothing that it does not, and all that it was used for', () => {
  const seen = { used: 0, permitted: 0, stopped: 0 };
  fc.assert(
    fc.property(
      allows,
      fc.array(questions, { maxLength: 25 }),
      fc.array(questions, { maxLength: 10 }),
      fc.nat(2),
      (rule, asked, others, namesMax) => {
        const uses = asked.filter((question) => isPermitted([rule], question));
        const parts = partsOf(rule, uses, namesMax);
        for (const use of uses) assert.ok(isPermitted(parts, use), 'it is used no more');
        for (const other of [...others, ...asked]) {
          if (isPermitted(parts, other)) {
            assert.ok(isPermitted([rule], other), 'it is wider');
            seen.permitted++;
          } else if (isPermitted([rule], other)) seen.stopped++;
        }
        seen.used += uses.length;
      },
    ),
    { numRuns: 1_500 },
  );
  for (const [what, times] of Object.entries(seen)) assert.ok(times > 100, `${what}: ${times}`);
});

const scopes: fc.Arbitrary<GrantScope> = fc
  .tuple(
    fc.subarray(['get', 'list', 'create', 'delete', 'patch'], { minLength: 1 }),
    fc.subarray(['pods', 'pods/exec', 'pods/eviction', 'deployments', 'nodes'], { minLength: 1 }),
    fc.subarray(['web', 'db']),
    fc.subarray(['shop', 'bank']),
  )
  .map(([verbs, resources, resourceNames, namespaces]) => ({
    target: 'demo',
    verbs,
    apiGroups: ['', 'apps'],
    resources,
    resourceNames,
    namespaces,
  }));

test('what is proposed in place of a grant is within it, and would have been enough', () => {
  let within = 0;
  fc.assert(
    fc.property(
      scopes,
      fc.array(questions, { maxLength: 25 }),
      fc.array(questions, { maxLength: 10 }),
      fc.nat(2),
      (scope, asked, others, namesMax) => {
        const used = asked.filter(({ operation }) => isWithin(scope, operation));
        const narrower = narrowScope(
          scope,
          asked.map(({ operation }) => operation),
          namesMax,
        );
        const isEnough = ({ operation }: Question) => narrower.some((one) => isWithin(one, operation));
        assert.ok(used.every(isEnough));
        for (const other of [...asked, ...others]) if (isEnough(other)) assert.ok(isWithin(scope, other.operation));
        within += used.length;
      },
    ),
    { numRuns: 1_000 },
  );
  assert.ok(within > 100);
});

const uses = (...requests: readonly string[]) =>
  requests.map((request) => {
    const [method = '', uri = ''] = request.split(' ');
    return operationOf({ method, uri });
  });

const told = (rule: Partial<Rule>, ...requests: readonly string[]): readonly NarrowedFields[] =>
  narrowRule(ruleOf(rule), uses(...requests), 5);

test('verbs, kinds and namespaces become those that were used; names only where people give them and nothing lists them', () => {
  const everything = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
  assert.deepEqual(told(everything), []);
  assert.deepEqual(
    told(
      everything,
      'GET /api/v1/namespaces/shop/pods',
      'GET /api/v1/namespaces/shop/pods/web-5d8f',
      'GET /api/v1/namespaces/shop/configmaps/app',
      'PATCH /apis/apps/v1/namespaces/shop/deployments/web',
    ),
    [
      {
        verbs: ['get'],
        apiGroups: [''],
        resources: ['configmaps'],
        resourceNames: ['app'],
        namespaces: [{ name: 'shop' }],
      },
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'], namespaces: [{ name: 'shop' }] },
      {
        verbs: ['patch'],
        apiGroups: ['apps'],
        resources: ['deployments'],
        resourceNames: ['web'],
        namespaces: [{ name: 'shop' }],
      },
    ],
  );
});

test('a namespace that is known by its labels stays known by them; powers stay powers, and paths paths', () => {
  const selector = { selector: { matchLabels: { tier: 'gold' } } };
  assert.deepEqual(
    told(
      { powers: ['exec', 'attach'], namespaces: [selector, { name: 'shop' }] },
      'POST /api/v1/namespaces/bank/pods/db/exec?command=ls',
    ),
    [{ powers: ['exec'], namespaces: [selector, { name: 'shop' }] }],
  );
  assert.deepEqual(told({ verbs: ['*'], nonResourceURLs: ['/openapi/*'] }, 'GET /openapi/v2', 'GET /openapi/v3'), [
    { verbs: ['get'], nonResourceURLs: ['/openapi/v2', '/openapi/v3'] },
  ]);
});
