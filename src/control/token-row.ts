import { callerKey } from '../model/caller.ts';
import type { IssuedToken } from '../model/issued-token.ts';
import type { Row } from '../store/store.ts';

/** What ended a token of the gateway's own. */
export type TokenEndedBy = 'time' | 'lease' | 'giver' | 'operator' | 'kill';

/** A token of the gateway's own, as it is kept: whose it is and what it reaches, and nothing that could be presented. Instants are in milliseconds since 1970. */
export interface KeptToken extends IssuedToken {
  readonly state: 'live' | 'ended';
  readonly giver: {
    readonly subject: string;
    readonly issuer: string;
    readonly groups: readonly string[];
    readonly labels: Readonly<Record<string, string>>;
    /** The person behind the giver, where its issuer names one. */
    readonly person?: string;
  };
  readonly givenAt: number;
  readonly endsAt: number;
  /** Of a leased one: when it ends unless it is renewed. */
  readonly leaseEndsAt?: number;
  readonly endedAt?: number;
  readonly endedBy?: TokenEndedBy;
}

/** The token in a row, and the version of the row. */
export function tokenOf({ body, version }: Row): { readonly token: KeptToken; readonly version: number } {
  return { token: body as KeptToken, version };
}

/** The row of a token. */
export function tokenRow(token: KeptToken, version: number): Row {
  return { kind: 'token', id: token.id, version, owner: callerKey(token.giver), state: token.state, body: token };
}

/** What ends the token at this instant, by itself. */
export function dueTokenEnd({ endsAt, leaseEndsAt = endsAt }: KeptToken, nowMs: number): TokenEndedBy | undefined {
  if (nowMs >= endsAt) return 'time';
  return nowMs >= leaseEndsAt ? 'lease' : undefined;
}
