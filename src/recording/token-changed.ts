import type { GrantScope } from '../model/grant-scope.ts';

/** A token of the gateway's own was given, or ended; written before it is so. */
export interface TokenChanged {
  readonly type: 'token.changed';
  readonly at: number;
  readonly token: string;
  readonly state: 'live' | 'ended';
  readonly giver: { readonly subject: string; readonly issuer: string };
  /** The giver's own words. */
  readonly task: string;
  readonly targets: readonly string[];
  /** What it reaches, at most; absent: whatever its giver may. */
  readonly scopes?: readonly GrantScope[];
  readonly endsAt: number;
  /** Who changed it; empty where it ended by itself. */
  readonly by: string;
  readonly endedBy?: string;
}
