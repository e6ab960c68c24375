/*
 * What `simulate` says for certain is what `decide` says of the very request, with its body and all that was looked up, of either policy; it is told only what a journal has.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { equivalents } from '../../src/connectors/kubernetes/equivalents.ts';
import type { Decision } from '../../src/model/decision.ts';
import { asCreate, isCreateFree, unlessMissing } from '../../src/policy/as-create.ts';
import { decide } from '../../src/policy/decide.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { type Recalled, replay } from '../../src/policy/observed/replay.ts';
import type { Question } from '../../src/policy/question.ts';
import type { Rule } from '../../src/policy/rule.ts';
import type { RuleSet } from '../../src/policy/rule-set.ts';
import { compileRules } from '../support/compile-rules.ts';
import { callerOf } from '../support/operation.ts';
import { fc } from '../support/property.ts';
import { questions, ruleLists } from './arbitraries.ts';
import { read, rulesOf } from './ask.ts';

/** As the data path asks. */
function truth(rules: RuleSet, question: Question): Decision {
  const decision = decide(rules, question);
  const create = decision.effect === 'deny' ? undefined : asCreate(question.operation);
  if (create === undefined) return decision;
  const created = decide(rules, { ...question, operation: create });
  return isCreateFree(created) ? decision : unlessMissing(decision, created, question.facts.existing);
}

function recalled(question: Question, decision: Decision, isKnown: boolean): Recalled {
  const { body, ...operation } = question.operation;
  const isEdited = decision.effect === 'allow' && decision.amend !== undefined;
  return {
    question: {
      ...question,
      // A journal has what path and query say.
      operation: { ...operation, body: undefined, equals: equivalents({ ...operation }) },
      facts: {},
      ...(body === undefined ? {} : { unsaid: { name: false, namespace: false } }),
    },
    isApply: false,
    ...(isEdited || !isKnown ? {} : { decided: { effect: decision.effect, rule: decision.rule, isApproved: false } }),
  };
}

function holds(before: RuleSet, after: RuleSet, question: Question, isKnown: boolean, seen: Map<string, number>): void {
  const [then, now] = [truth(before, question), truth(after, question)];
  const isEdited = [then, now].some((decision) => decision.effect === 'allow' && decision.amend !== undefined);
  const told = replay(before, after, recalled(question, then, isKnown));
  const key = `${told.differs} ${told.after.effect}`;
  seen.set(key, (seen.get(key) ?? 0) + 1);
  if (told.differs === 'no') assert.equal(now.effect, then.effect);
  if (told.before.effect !== 'unknown') assert.equal(told.before.effect, then.effect);
  if (told.after.effect !== 'unknown' && !isEdited) assert.equal(told.after.effect, now.effect);
  if (told.differs === 'yes' && !isEdited) assert.notEqual(now.effect, then.effect);
}

const guardSets = fc.constantFrom<ReadonlySet<GuardId>>(GUARD_IDS as ReadonlySet<GuardId>, new Set());

/** The other policy: parts of the one, and something else beside. */
const pairs: fc.Arbitrary<readonly [readonly Rule[], readonly Rule[]]> = fc
  .tuple(ruleLists(6), ruleLists(2), fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }))
  .map(([rules, more, kept]) => [
    rules,
    [...rules.filter((_, i) => kept[i]), ...more.map((rule, i) => ({ ...rule, id: `more/${i}` }))],
  ]);

test('what is said for certain is so: of the answer before, of the one after, and of whether they differ', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(pairs, questions, guardSets, fc.boolean(), ([a, b], question, unsafe, isKnown) => {
      const options = { unsafe, judgesResult: true };
      holds(compileRules(a, options), compileRules(b, options), question, isKnown, seen);
    }),
    { numRuns: 3_000 },
  );
  for (const key of ['no allow', 'no deny', 'yes deny', 'yes allow', 'perhaps unknown'])
    assert.ok((seen.get(key) ?? 0) > 0, `${key}: ${JSON.stringify([...seen])}`);
});

test('what a body hung on is known of what was allowed: the guards that were open had said no', () => {
  const before = rulesOf(
    '  - { id: a, effect: allow, verbs: [create], apiGroups: [""], resources: [pods] }',
    new Set(),
  );
  const after = rulesOf(
    '  - { id: b, effect: allow, verbs: [create], apiGroups: [""], resources: [pods], namespaces: [shop] }',
    new Set(),
  );
  const asked = (uri: string, effect: 'allow' | 'deny', rule: string): Recalled => ({
    question: {
      caller: callerOf(),
      operation: read(`POST ${uri}`),
      facts: {},
      nowMs: 0,
      unsaid: { name: false, namespace: false },
    },
    isApply: false,
    decided: { effect, rule, isApproved: false },
  });
  const shop = replay(before, after, asked('/api/v1/namespaces/shop/pods', 'allow', 'p/a'));
  assert.deepEqual([shop.before.effect, shop.after.effect, shop.differs], ['allow', 'allow', 'no']);
  const bank = replay(before, after, asked('/api/v1/namespaces/bank/pods', 'allow', 'p/a'));
  assert.deepEqual([bank.before.effect, bank.after.effect, bank.differs], ['allow', 'deny', 'yes']);
  const guarded = replay(before, after, asked('/api/v1/namespaces/shop/pods', 'deny', 'privileged-pods'));
  assert.deepEqual([guarded.after.effect, guarded.differs], ['deny', 'no']);
});

test('a policy that cannot have given the recorded answer is told so, and answers for itself', () => {
  const rules = rulesOf('  - { id: a, effect: deny, verbs: [get], apiGroups: [""], resources: [pods] }');
  const told = replay(rules, rules, {
    question: { caller: callerOf(), operation: read('GET /api/v1/namespaces/shop/pods/web'), facts: {}, nowMs: 0 },
    isApply: false,
    decided: { effect: 'allow', rule: 'other/rule', isApproved: false },
  });
  assert.deepEqual(told, {
    before: { effect: 'deny', rule: 'p/a' },
    after: { effect: 'deny', rule: 'p/a' },
    differs: 'no',
    isAsRecorded: false,
  });
});
