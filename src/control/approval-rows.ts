import type { Approval } from '../approval/approval.ts';
import { callerKey } from '../model/caller.ts';
import type { Row } from '../store/store.ts';

/** A question and the version of its row. */
export interface KeptApproval {
  readonly approval: Approval;
  readonly version: number;
}

/** The question in a row. Security: what a row holds was sealed by a gateway, and is taken as it wrote it. */
export function approvalOf(row: Row): KeptApproval {
  return { approval: row.body as Approval, version: row.version };
}

/** The row of a question. */
export function approvalRow({ approval, version }: KeptApproval): Row {
  const { id, asker, state } = approval;
  return { kind: 'approval', id, version, owner: callerKey(asker), state, body: approval };
}

/** Which question is the one about a request now, by the digest of the request. */
export function pointerRow(digest: string, approval: string, version: number): Row {
  return { kind: 'question', id: digest, version, owner: '', state: '', body: { approval } };
}

/** Which question about a planned command asks about a request, by the digest of the request. */
export function plannedRow(digest: string, approval: string, version: number): Row {
  return { kind: 'question', id: plannedId(digest), version, owner: '', state: 'planned', body: { approval } };
}

/** The id of that row. */
export function plannedId(digest: string): string {
  return `planned ${digest}`;
}

/**
 * That somebody said no to a call of a command, to a request that was planned, or to what is like another; `id` sorts by when, and the newest is found by its owner however many
 * questions stand above. It is of use as long as a yes that came before it could be.
 */
export function noRow(id: string, owner: string, { id: approval, endedAt = 0, claimForMs }: Approval): Row {
  const body = { approval, at: endedAt, until: endedAt + claimForMs };
  return { kind: 'question', id, version: 0, owner, state: 'no', body };
}

/** When that was; 0: never. */
export function noAtOf(row: Row | undefined): number {
  return row === undefined ? 0 : (row.body as { readonly at: number }).at;
}

/** Until when a yes that came before it could be used; 0: it was kept before that was said. */
export function noUntilOf(row: Row): number {
  return (row.body as { readonly until?: number }).until ?? 0;
}

/** The id of the question that a pointer names. */
export function pointedAt(row: Row): string {
  return (row.body as { readonly approval: string }).approval;
}
