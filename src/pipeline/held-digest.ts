import { hash } from 'node:crypto';
import { askerOf } from '../model/asker-of.ts';
import type { Caller } from '../model/caller.ts';
import type { Holding } from '../model/hold-terms.ts';
import type { JsonObject, JsonValue, Operation } from '../model/operation.ts';

/** What a yes is bound to. */
export interface HeldParts {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly holds: readonly Holding[];
  /** See `HoldDecision.lifts`. */
  readonly lifts: readonly string[] | undefined;
  /** See `Asking.what`. */
  readonly what: string;
  /** The live object; null: there is none, undefined: the operation names none. */
  readonly existing: JsonObject | null | undefined;
}

/**
 * One digest of all that a yes is bound to: who asks for what, on which target, under which rules and terms, lifting which guards, and on which life of its object.
 *
 * T31, T59: a name that means another object by now, a body that differs in one byte, another caller or another rule is another question. So is a guard that would stop it by
 * now and would not when it was asked: whoever said yes was not told that they lift it.
 */
export function heldDigest({ caller, operation, holds, lifts, what, existing }: HeldParts): string {
  const isVersion = holds.some(({ pin }) => pin === 'resourceVersion');
  const parts = [askerOf(caller), operation.target, what, holds, lifts ?? [], lifeOf(existing, isVersion)];
  return hash('sha256', JSON.stringify(parts), 'hex');
}

function lifeOf(existing: JsonObject | null | undefined, isVersion: boolean): JsonValue {
  if (existing === undefined) return [];
  const metadata = existing?.metadata as JsonObject | undefined;
  return [metadata?.uid ?? null, ...(isVersion ? [metadata?.resourceVersion ?? null] : [])];
}
