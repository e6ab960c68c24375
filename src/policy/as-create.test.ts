import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AllowDecision, DenyDecision, HoldDecision } from '../model/decision.ts';
import { DEFAULT_HOLD } from '../model/hold-terms.ts';
import { unlessMissing } from './as-create.ts';

const hold = (rule: string): HoldDecision => ({
  effect: 'hold',
  rule,
  reason: '',
  holds: [{ ...DEFAULT_HOLD, rule, reason: '' }],
});
const amended: AllowDecision = { effect: 'allow', rule: 'p/a', amend: [{ kind: 'force-dry-run' }] };
const deny: DenyDecision = { effect: 'deny', by: 'silence', rule: '', reason: 'no rule allows it', advice: '' };

test('what holds a change holds it too where it would create its object, and a create that is denied stays denied', () => {
  assert.deepEqual(unlessMissing(hold('p/h'), amended, null), hold('p/h'));
  assert.equal(unlessMissing(hold('p/h'), deny, null).effect, 'deny');
  assert.equal(unlessMissing(hold('p/h'), deny, {}).effect, 'hold');
  const both = unlessMissing(hold('p/h'), hold('p/c'), null);
  assert.deepEqual(both.effect === 'hold' && both.holds.map(({ rule }) => rule), ['p/h', 'p/c']);
  assert.deepEqual(unlessMissing(amended, hold('p/c'), null), hold('p/c'));
});
