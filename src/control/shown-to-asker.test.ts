import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../test/support/operation.ts';
import { previewed } from '../approval/approval.ts';
import { newApproval } from '../approval/new-approval.ts';
import type { Caller } from '../model/caller.ts';
import type { LookedUp } from '../model/shown.ts';
import type { Role } from '../policy/role.ts';
import { approvalView } from './approval-view.ts';
import { partyOf } from './seats.ts';

const asker = callerOf({ subject: 'ci:dev', kind: 'person' });
const lead = callerOf({ subject: 'p:lea', kind: 'person' });

/** What somebody is shown of a question about `asker`'s request, once what it would do is known. */
function shownTo(who: Caller, looked: LookedUp, part: { roles?: readonly Role[]; isGlass?: boolean } = {}) {
  const shown = {
    operation: 'scale it',
    asked: '',
    risk: 'plain',
    risks: ['known'],
    mayDiffer: [],
    missing: [],
  } as const;
  const seat = { rule: 'p/h', reason: '', approvers: [{ subjects: ['p:*'] }], quorum: 1 };
  const glass = part.isGlass === true ? { breakGlass: [{ subjects: [asker.subject] }] } : {};
  const asked = newApproval({
    ...{ id: 'a', request: 'r', asker: partyOf(asker), target: 'demo', namespace: 'shop', claimForMs: 1 },
    ...{ seats: [{ ...seat, ...glass }], shown: { ...shown, reason: '' }, askedAt: 0, closesAt: 9, lookingUntil: 9 },
  });
  return approvalView(previewed(asked, looked, 1), who, part.roles ?? [], 1, []).shown;
}

const looked: LookedUp = { scale: { from: 3, to: 1 }, risks: ['takes away replicas: 3 to 1'], missing: ['a gap'] };
const ALL = [looked.scale, 'high', ['known', ...looked.risks], looked.missing];

test('T52: who asks is not shown what was looked up and policy does not let them read; who answers, or has a role for the place, is', () => {
  const told = (...of: Parameters<typeof shownTo>) => {
    const { scale, risk, risks, missing } = shownTo(...of);
    return [scale, risk, risks, missing];
  };
  const hidden = told(asker, looked);
  assert.deepEqual(hidden.slice(0, 3), [undefined, 'raised', ['known']]);
  assert.match(String(hidden[3]), /policy does not let you read all of that yourself/);
  assert.deepEqual(told(lead, looked), ALL);
  assert.deepEqual(told(asker, looked, { roles: [{ role: 'auditor' } as Role] }), ALL);
  assert.deepEqual(told(asker, looked, { isGlass: true }), ALL, 'who goes through alone answers it');
  assert.deepEqual(told(asker, { ...looked, isOwnToRead: true }), ALL);
});
