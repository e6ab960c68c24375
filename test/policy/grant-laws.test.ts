import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decide } from '../../src/policy/decide.ts';
import { type GrantedScope, isWithin } from '../../src/policy/grant-scope.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { ruleOf } from '../support/rule.ts';
import { questions, ruleLists } from './arbitraries.ts';

const OPENED = { unsafe: GUARD_IDS as ReadonlySet<GuardId> };

test('a grant adds an allow within its scope, by its own rule, and nothing beyond: no deny, hold or allow changes', () => {
  let added = 0;
  const mostly = fc.integer({ min: 0, max: 7 }).map((n) => n > 0);
  const narrowed = fc.record({ target: mostly, namespace: mostly, name: mostly, verb: mostly });
  // Most allows become requests: what a standing rule allows, no grant adds.
  const offered = ruleLists(12).map((rules) =>
    rules.map((rule, i) =>
      rule.effect === 'allow' && i % 4 > 0 ? ({ ...rule, effect: 'request', amend: [] } as const) : rule,
    ),
  );
  fc.assert(
    fc.property(offered, questions, narrowed, (rules, question, is) => {
      const { operation } = question;
      const combined =
        operation.subresource === '' ? operation.resource : `${operation.resource}/${operation.subresource}`;
      const scope = {
        target: is.target ? operation.target : 'elsewhere',
        verbs: is.verb ? [operation.verb, 'create'] : ['patch'],
        apiGroups: [operation.apiGroup],
        resources: [combined],
        resourceNames: is.name ? [] : ['another'],
        namespaces: is.namespace ? [] : ['nowhere'],
      };
      // Half of them on rules that are no `request`, which no grant turns into anything.
      const grants: readonly GrantedScope[] = rules.map(({ id }) => ({ grant: `g-${id}`, rule: id, scope }));
      const set = compileRules(rules, OPENED);
      const before = decide(set, question);
      const after = decide(set, { ...question, grants });
      if (before.effect !== 'deny' || (before.by !== 'silence' && before.by !== 'incomplete')) {
        assert.deepEqual([after.effect, after.rule], [before.effect, before.rule]);
        return;
      }
      if (after.effect !== 'allow') return;
      added++;
      assert.ok(isWithin(scope, operation));
      assert.equal(after.grant, `g-${after.rule}`);
      const standing = rules.map((rule) => (rule.id === after.rule ? ({ ...rule, effect: 'allow' } as const) : rule));
      assert.equal(rules.find(({ id }) => id === after.rule)?.effect, 'request');
      assert.equal(decide(compileRules(standing, OPENED), question).effect, 'allow');
    }),
    { numRuns: 6_000 },
  );
  assert.ok(added > 20, `a grant hardly ever matters: ${added}`);
});

test('a grant shows what its rule unmasks where it was asked to, and nothing where it was not; of two, the one that shows is used', () => {
  const rule = ruleOf({
    id: 'p/one',
    effect: 'request',
    verbs: ['get'],
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: ['db'],
    unmask: ['data.password'],
  });
  const question = {
    caller: callerOf(),
    operation: operationOf({ method: 'GET', uri: '/api/v1/namespaces/shop/secrets/db' }),
    facts: {},
    nowMs: 0,
  };
  const scope = {
    target: 'demo',
    verbs: ['get'],
    apiGroups: [''],
    resources: ['secrets'],
    resourceNames: ['db'],
    namespaces: ['shop'],
  };
  const masked = { grant: 'g-masked', rule: rule.id, scope };
  const shown = { grant: 'g-shown', rule: rule.id, scope: { ...scope, unmask: true as const } };
  const answer = (...grants: readonly GrantedScope[]) => {
    const decision = decide(compileRules([rule], OPENED), { ...question, grants });
    return decision.effect === 'allow' ? [decision.grant, decision.unmask] : [decision.effect];
  };
  assert.deepEqual(answer(), ['deny']);
  assert.deepEqual(answer(masked), ['g-masked', undefined]);
  assert.deepEqual(answer(shown), ['g-shown', ['data.password']]);
  assert.deepEqual(answer(masked, shown), ['g-shown', ['data.password']]);
  assert.deepEqual(answer(shown, masked), ['g-shown', ['data.password']]);
});
