import type { Caller } from '../model/caller.ts';
import type { AllowDecision, Decision, DenyDecision } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';
import type { Permit } from '../model/permit.ts';
import { Refusal } from '../model/refusal.ts';
import type { RefusalCode } from '../model/refusal-codes.ts';
import { unreachable } from '../std/unreachable.ts';
import { describe } from './describe.ts';
import type { Recording } from './record.ts';

/**
 * The permit, once policy allows and the recording has the intent: on disk, where the operation changes, streams or reads what is secret.
 *
 * A hold is refused: asking a person is not built yet, and nothing here pretends.
 *
 * @throws {Refusal} DENIED_BY_RULE, DENIED_BY_GUARD, DENIED_BY_SILENCE, FACT_UNKNOWN, HOLD_UNSUPPORTED, RECORDING_UNAVAILABLE
 */
export async function settle(
  ask: () => Promise<Decision>,
  caller: Caller,
  operation: Operation,
  recording: Recording,
): Promise<Permit> {
  const decision = await ask();
  recording.decided(decision);
  switch (decision.effect) {
    case 'allow':
      await recording.permitted(decision);
      return permit(caller, operation, decision);
    case 'deny':
      throw denied(caller, operation, decision);
    case 'hold':
      throw new Refusal(
        'HOLD_UNSUPPORTED',
        `\`${caller.subject}\` asks to ${describe(operation)}, which rule \`${decision.rule}\` holds for a person, and this version cannot ask one`,
        {
          rule: decision.rule,
          advice: 'ask for an allow rule that is narrow enough to stand without a person',
        },
      );
    default:
      return unreachable(decision);
  }
}

/** Security: the one place where a permit is made; test/tidy fails on a cast to it anywhere else. */
function permit(caller: Caller, operation: Operation, decision: AllowDecision): Permit {
  return { caller, operation, decision } as Permit;
}

const CODES: Record<DenyDecision['by'], RefusalCode> = {
  rule: 'DENIED_BY_RULE',
  guard: 'DENIED_BY_GUARD',
  silence: 'DENIED_BY_SILENCE',
  incomplete: 'FACT_UNKNOWN',
};

function denied(caller: Caller, operation: Operation, decision: DenyDecision): Refusal {
  const options = { rule: decision.rule, advice: decision.advice };
  return new Refusal(
    CODES[decision.by],
    `\`${caller.subject}\` may not ${describe(operation)}: ${decision.reason}`,
    options,
  );
}
