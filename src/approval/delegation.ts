import type { Party } from './approval.ts';

/**
 * An approver’s seats, handed to another person for a time. Instants are in milliseconds since 1970.
 *
 * Invariant: it seats whom it names only where the rule lets it (`delegate`) and names the giver by themselves: what was handed on is not handed on again.
 */
export interface Delegation {
  readonly id: string;
  /** The giver, as their token said then: what it said of groups counts until the end. */
  readonly from: Party & { readonly labels: Readonly<Record<string, string>> };
  readonly to: { readonly subject: string; readonly issuer: string };
  /** Rules, by id; none: each that lets it. */
  readonly rules: readonly string[];
  readonly reason: string;
  readonly at: number;
  readonly endsAt: number;
  /** Who ended it before that, and when. */
  readonly endedBy?: string;
  readonly endedAt?: number;
}

/** Whether it lasts at this instant. */
export function lasts({ endsAt, endedAt }: Pick<Delegation, 'endsAt' | 'endedAt'>, nowMs: number): boolean {
  return endedAt === undefined && nowMs < endsAt;
}
