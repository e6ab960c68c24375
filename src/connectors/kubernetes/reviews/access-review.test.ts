import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Foresight } from '../../../model/foresight.ts';
import type { JsonObject } from '../../../model/operation.ts';
import { accessStatus, ofWildcard, weakest } from './access-review.ts';

const YES = { allowed: true, reason: 'RBAC: allowed by b' };
const NO = { allowed: false, reason: 'not bound' };
const FORBIDDEN = { allowed: false, denied: true };

const ALLOW: Foresight = { effect: 'allow', rule: 'p/a' };
const RULE: Foresight = { effect: 'deny', by: 'rule', rule: 'p/d', reason: 'the site stays', advice: '' };
const BARE: Foresight = { effect: 'deny', by: 'rule', rule: 'p/d', reason: '', advice: '' };
const GUARD: Foresight = {
  effect: 'deny',
  by: 'guard',
  rule: 'rbac',
  reason: 'it gives powers',
  advice: 'ask an operator',
};
const SILENCE: Foresight = { effect: 'deny', by: 'silence', rule: '', reason: '', advice: 'ask by name: `web`' };
const HOLD: Foresight = { effect: 'hold', rule: 'p/h', reason: 'it is in use' };
const OPEN: Foresight = { effect: 'incomplete', rule: 'p/o', needs: ['the ports', 'the pod'] };

const ROWS: readonly (readonly [string, JsonObject, Foresight, JsonObject])[] = [
  ['both yes: as the cluster says it', YES, ALLOW, YES],
  ['the cluster’s no stands', NO, ALLOW, NO],
  ['and so does its denial', FORBIDDEN, ALLOW, FORBIDDEN],
  ['a rule', YES, RULE, { allowed: false, denied: true, reason: 'the gateway’s rule `p/d` denies it: the site stays' }],
  ['a rule without a reason', YES, BARE, { allowed: false, denied: true, reason: 'the gateway’s rule `p/d` denies it' }],
  ['a guard', YES, GUARD, { allowed: false, denied: true, reason: 'the gateway’s guard `rbac` denies it: it gives powers; ask an operator' }],
  ['silence is no denial', YES, SILENCE, { allowed: false, reason: 'no rule of the gateway allows it; ask by name: `web`' }],
  ['both no', NO, SILENCE, { allowed: false, reason: 'no rule of the gateway allows it; ask by name: `web`; the cluster does not allow it either: not bound' }],
  ['the cluster’s denial is kept', FORBIDDEN, BARE, { allowed: false, denied: true, reason: 'the gateway’s rule `p/d` denies it; the cluster does not allow it either' }],
  ['a hold', YES, HOLD, { ...YES, reason: 'RBAC: allowed by b; held: a person is asked, by the gateway’s rule `p/h`: it is in use' }],
  ['a hold of what the cluster does not allow', NO, HOLD, NO],
  ['what hangs on the request', YES, OPEN, { allowed: false, reason: 'the gateway’s answer hangs on the request itself', evaluationError: 'incomplete: `p/o` needs the ports and the pod' }],
  ['beside an error of the cluster’s own', { ...YES, evaluationError: 'role not found' }, OPEN, { allowed: false, reason: 'the gateway’s answer hangs on the request itself', evaluationError: 'role not found; incomplete: `p/o` needs the ports and the pod' }],
  ['what hangs, where the cluster says no', NO, OPEN, NO],
]; // biome-ignore format: a table

for (const [name, cluster, foresight, expected] of ROWS)
  test(`the status of both: ${name}`, () => assert.deepEqual(accessStatus(cluster, foresight), expected));

test('of several answers the weakest stands for all', () => {
  assert.equal(weakest([ALLOW, OPEN, HOLD, RULE]), RULE);
  assert.equal(weakest([ALLOW, OPEN, HOLD]), HOLD);
  assert.equal(weakest([ALLOW, OPEN]), OPEN);
  assert.equal(weakest([ALLOW, ALLOW]), ALLOW);
  assert.equal(weakest([]), undefined);
});

test('T32: about several kinds at once a yes is never told, and a no is', () => {
  for (const no of [RULE, SILENCE, HOLD]) assert.equal(ofWildcard(no), no);
  for (const other of [ALLOW, OPEN]) assert.equal(ofWildcard(other).effect, 'incomplete');
});
