import { hash } from 'node:crypto';
import type { CommandCall } from '../approval/rest.ts';
import { type Caller, callerKey } from '../model/caller.ts';
import type { HoldDecision } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';

/** Verbs of which one yes can cover several. */
const VERBS: readonly string[] = ['create', 'update', 'patch'];

/**
 * The command that a held request is a call of, where every rule that holds it lets one yes cover the rest; undefined where it is asked about by itself.
 *
 * Never covered: deletes and what amounts to one, powers such as exec, and what a guard would stop. What a caller says of its own command only narrows: without the
 * same word, the same token asks for another command.
 */
export function heldCommand({
  caller,
  operation,
  decision: { holds, lifts = [] },
}: {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly decision: HoldDecision;
}): CommandCall | undefined {
  const { verb, power, equals, isChange, target, namespace, claimed } = operation;
  if (!holds.every(({ intent }) => intent === 'command') || lifts.length > 0) return undefined;
  if (!isChange || !VERBS.includes(verb) || power !== undefined || equals.length > 0) return undefined;
  const parts = [
    callerKey(caller),
    caller.issued?.id ?? '',
    caller.tokenDigest,
    claimed?.session ?? '',
    target,
    namespace,
  ];
  return { command: hash('sha256', JSON.stringify([parts, holds]), 'hex'), verb };
}
