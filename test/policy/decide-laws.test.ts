import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { decide } from '../../src/policy/decide.ts';
import type { Facts } from '../../src/policy/facts.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import type { Question } from '../../src/policy/question.ts';
import type { Rule } from '../../src/policy/rule.ts';
import { compileRules } from '../support/compile-rules.ts';
import { fc } from '../support/property.ts';
import { questions, ruleLists } from './arbitraries.ts';
import { type Obvious, obviousDecide } from './obvious-decide.ts';

const OPENED = { unsafe: GUARD_IDS as ReadonlySet<GuardId> };
const RULES_MAX = 12;

function answer(rules: readonly Rule[], question: Question): Obvious {
  const { effect, rule } = decide(compileRules(rules, OPENED), question);
  return { effect, rule };
}

function isAllowed(rules: readonly Rule[], question: Question): boolean {
  return answer(rules, question).effect === 'allow';
}

suite('laws of a decision', () => {
  test('the index changes nothing: the answer and the rule are those of the obvious evaluator', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(ruleLists(RULES_MAX), questions, (rules, question) => {
        const got = answer(rules, question);
        seen.set(got.effect, (seen.get(got.effect) ?? 0) + 1);
        assert.deepEqual(got, obviousDecide(rules, question));
      }),
      { numRuns: 4000 },
    );
    for (const effect of ['allow', 'deny', 'hold'])
      assert.ok((seen.get(effect) ?? 0) > 40, `${effect} is hardly ever met`);
  });

  test('the order of rules is irrelevant', () => {
    const shuffled = ruleLists(RULES_MAX).chain((rules) =>
      fc.tuple(
        fc.constant(rules),
        fc.shuffledSubarray([...rules], { minLength: rules.length, maxLength: rules.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, questions, ([rules, other], question) => {
        assert.deepEqual(decide(compileRules(rules, OPENED), question), decide(compileRules(other, OPENED), question));
      }),
    );
  });

  test('without rules, silence denies', () => {
    fc.assert(fc.property(questions, (question) => assert.equal(answer([], question).effect, 'deny')));
  });

  test('adding a deny or a hold, or removing an allow, never widens', () => {
    fc.assert(
      fc.property(ruleLists(RULES_MAX), ruleLists(2), questions, (rules, more, question) => {
        if (isAllowed(rules, question)) return;
        const strict = more
          .filter(({ effect }) => effect === 'deny' || effect === 'hold')
          .map((rule) => ({ ...rule, id: `q${rule.id}` }));
        assert.equal(isAllowed([...rules, ...strict], question), false);
        for (const removed of rules.filter(({ effect }) => effect === 'allow')) {
          assert.equal(
            isAllowed(
              rules.filter((rule) => rule !== removed),
              question,
            ),
            false,
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a request rule changes no answer', () => {
    fc.assert(
      fc.property(ruleLists(RULES_MAX), questions, (rules, question) => {
        const without = rules.filter(({ effect }) => effect !== 'request');
        assert.deepEqual(answer(rules, question), answer(without, question));
      }),
    );
  });

  test('knowing less never permits more', () => {
    fc.assert(
      fc.property(ruleLists(RULES_MAX), questions, (rules, question) => {
        const facts: Facts = { namespaceLabels: 'unknown', existing: 'unknown' };
        if (isAllowed(rules, { ...question, facts })) assert.ok(isAllowed(rules, question));
      }),
    );
  });

  test('a fact that was not asked for changes no answer', () => {
    fc.assert(
      fc.property(ruleLists(RULES_MAX), questions, (rules, question) => {
        const set = compileRules(rules, OPENED);
        const needed = factsNeeded(set, question.caller, question.operation, question.nowMs);
        const asked = Object.fromEntries(
          Object.entries(question.facts).filter(([kind]) => needed.includes(kind as never)),
        );
        assert.equal(decide(set, { ...question, facts: asked }).effect, decide(set, question).effect);
      }),
      { numRuns: 1000 },
    );
  });
});
