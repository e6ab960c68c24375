import type { Grant } from '../grant/grant.ts';
import { callerKey } from '../model/caller.ts';
import type { Row } from '../store/store.ts';

/** Limit: live grants, pending ones, and live kills, each, that a gateway holds in memory and reads at once; more are a mistake of somebody's. */
export const LIVE_ROWS_MAX = 50_000;

/** A grant and the version of its row. */
export interface KeptGrant {
  readonly grant: Grant;
  readonly version: number;
}

/** The grant in a row. Security: what a row holds was sealed by a gateway, and is taken as it wrote it. */
export function grantOf(row: Row): KeptGrant {
  return { grant: row.body as Grant, version: row.version };
}

/** The row of a grant. */
export function grantRow({ grant, version }: KeptGrant): Row {
  return {
    kind: 'grant',
    id: grant.id,
    version,
    owner: callerKey(grant.holder),
    state: grant.state,
    body: grant,
  };
}

/** What an operator stops. */
export interface Kill {
  readonly id: string;
  readonly what: 'caller' | 'session' | 'target' | 'all';
  /** The subject, session or target; empty for all. */
  readonly value: string;
  readonly reason: string;
  readonly by: string;
  readonly at: number;
  readonly liftedBy?: string;
  readonly liftedAt?: number;
}

/** The kill in a row. */
export function killOf(row: Row): Kill {
  return row.body as Kill;
}

/** The row of a kill. */
export function killRow(kill: Kill, version: number): Row {
  const state = kill.liftedAt === undefined ? 'live' : 'lifted';
  return { kind: 'kill', id: kill.id, version, owner: '', state, body: kill };
}
