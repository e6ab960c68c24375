import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleDigest } from '../../src/grant/rule-digest.ts';
import { decide } from '../../src/policy/decide.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { OPEN_RULES, wholeOf } from '../../src/policy/observing.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { ALLOW_ALL } from '../support/rule.ts';
import { questions, ruleLists } from './arbitraries.ts';
import { read } from './ask.ts';

const options = { unsafe: GUARD_IDS as ReadonlySet<GuardId>, judgesResult: true, limitsPorts: true };

test('an observed rule changes no answer, and the whole set answers as if it were enforced', () => {
  fc.assert(
    fc.property(
      ruleLists(8),
      fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }),
      questions,
      (rules, marks, question) => {
        const isObserved = rules.map(({ effect }, i) => marks[i] === true && (effect === 'deny' || effect === 'hold'));
        const marked = rules.map((rule, i) => (isObserved[i] ? { ...rule, observed: true as const } : rule));
        const set = compileRules(marked, options);
        const without = compileRules(
          rules.filter((_, i) => !isObserved[i]),
          options,
        );
        assert.deepEqual(decide(set, question), decide(without, question));
        const whole = wholeOf(set);
        assert.equal(whole === undefined, !isObserved.includes(true));
        if (whole !== undefined)
          assert.deepEqual(decide(whole, question), decide(compileRules(rules, options), question));
      },
    ),
    { numRuns: 1_000 },
  );
});

test('a target that is observed is held to every guard, and to nothing else', () => {
  const [open, all] = [[...OPEN_RULES], [ALLOW_ALL]];
  const closed = { ...options, unsafe: new Set<GuardId>() };
  fc.assert(
    fc.property(questions, (question) => {
      assert.equal(decide(compileRules(open, options), question).effect, 'allow');
      assert.equal(
        decide(compileRules(open, closed), question).effect,
        decide(compileRules(all, closed), question).effect,
      );
    }),
    { numRuns: 500 },
  );
  const set = compileRules(open, options);
  const asked = (request: string) =>
    decide(set, { caller: callerOf(), operation: read(request), facts: {}, nowMs: 0 }).effect;
  assert.equal(asked('GET /apis/metrics.k8s.io/v1beta1/namespaces/shop/pods'), 'allow');
  assert.equal(asked('GET /apis/example.com/v1/things'), 'allow');
  assert.equal(asked('PUT /api/v1/namespaces/shop/secrets/db {}'), 'allow');
  assert.equal(asked('GET /debug/pprof/heap'), 'deny', 'the server’s own insides stay closed');
});

test('a grant’s rule is another one once it is observed', () => {
  assert.notEqual(ruleDigest(ALLOW_ALL), ruleDigest({ ...ALLOW_ALL, observed: true }));
});
