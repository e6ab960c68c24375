import type { GrantScope } from './grant-scope.ts';

/** What a token of the gateway's own binds its bearer to: a program that somebody gave a part of what they may themselves. */
export interface IssuedToken {
  readonly id: string;
  /** The giver's own words. */
  readonly task: string;
  /** Names of the targets that it reaches. */
  readonly targets: readonly string[];
  /** What it reaches on them, at most; absent: whatever its giver may. */
  readonly scopes?: readonly GrantScope[];
}
