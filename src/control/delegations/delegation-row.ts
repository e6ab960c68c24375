import type { Delegation } from '../../approval/delegation.ts';
import { callerKey } from '../../model/caller.ts';
import type { Row } from '../../store/store.ts';

/** The delegation in a row. Security: what a row holds was sealed by a gateway, and is taken as it wrote it. */
export function delegationOf({ body }: Row): Delegation {
  return body as Delegation;
}

/** The row of a delegation; it is found by who is named. */
export function delegationRow(delegation: Delegation, version: number): Row {
  const state = delegation.endedAt === undefined ? 'live' : 'ended';
  return { kind: 'delegation', id: delegation.id, version, owner: callerKey(delegation.to), state, body: delegation };
}
