import type { Caller } from '../model/caller.ts';
import type { AllowDecision, DenyDecision } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';
import type { Permit } from '../model/permit.ts';
import { Refusal } from '../model/refusal.ts';
import type { RefusalCode } from '../model/refusal-codes.ts';
import type { Suggestion } from '../model/suggestion.ts';
import { requestAdvice } from '../policy/advice.ts';
import type { Clock } from '../std/clock.ts';
import { unreachable } from '../std/unreachable.ts';
import type { Access } from './access.ts';
import { describe } from './describe.ts';
import { unsupported } from './held-refusals.ts';
import type { Judged } from './judge.ts';
import type { Recording } from './recording.ts';

/**
 * The permit, once policy allows and the recording has the intent: on disk, where the operation changes, streams or reads what is secret.
 *
 * A grant's use, and the yes of persons, are taken by the store before the intent is written: what is recorded as permitted was granted, and a crash in between
 * leaves a yes that is used and may have run, never one that can be used twice.
 *
 * T60: the token is looked at once more, since looking up and judging anew can take longer than it had left.
 *
 * @throws {Refusal} DENIED_BY_RULE, DENIED_BY_GUARD, DENIED_BY_SILENCE, FACT_UNKNOWN, HOLD_UNSUPPORTED, GRANT_ENDED, STORE_UNAVAILABLE, RECORDING_UNAVAILABLE, TOKEN_EXPIRED
 */
export async function settle(
  judged: Judged,
  recording: Pick<Recording, 'decided' | 'permitted' | 'refuseEnded'>,
  clock: Clock,
  use: (decision: AllowDecision) => Promise<void>,
  suggest: Access['suggest'],
): Promise<Permit> {
  const { caller, operation, decision } = judged;
  recording.decided(judged);
  switch (decision.effect) {
    case 'allow':
      if (clock.now() >= caller.tokenEndsAt) throw tokenEnded();
      await use(decision);
      await recording.permitted(judged);
      return permit(judged, decision, recording);
    case 'deny':
      throw denied(caller, operation, decision, suggest);
    case 'hold':
      // Whoever can ask persons has done so before this.
      throw unsupported({ caller, operation, decision });
    default:
      return unreachable(decision);
  }
}

/** Security: the one place where a permit is made; test/tidy fails on a cast to it anywhere else. */
function permit(
  { caller, request, operation, precondition, restored }: Judged,
  decision: AllowDecision,
  recording: Pick<Recording, 'refuseEnded'>,
): Permit {
  const refuseEnded = () => recording.refuseEnded();
  return { caller, request, operation, decision, precondition, restored, refuseEnded } as Permit;
}

function tokenEnded(): Refusal {
  const advice = 'get a new one from the issuer';
  return new Refusal('TOKEN_EXPIRED', 'the token ended while the request was judged; nothing was done', {
    advice,
  });
}

const CODES: Record<DenyDecision['by'], RefusalCode> = {
  rule: 'DENIED_BY_RULE',
  guard: 'DENIED_BY_GUARD',
  silence: 'DENIED_BY_SILENCE',
  incomplete: 'FACT_UNKNOWN',
};

const NO_RULE_ADVICE = 'ask whoever runs this gateway for a rule that allows just this';

/** How a caller is told that it may not. */
export function denied(
  caller: Caller,
  operation: Operation,
  decision: DenyDecision,
  suggest: Access['suggest'],
): Refusal {
  const { advice, grant }: Suggestion =
    decision.by === 'silence' ? suggested(decision, operation.target, suggest) : { advice: decision.advice };
  return new Refusal(CODES[decision.by], `\`${caller.subject}\` may not ${describe(operation)}: ${decision.reason}`, {
    rule: decision.rule,
    advice,
    grant,
  });
}

/** What the caller could do by the rules that it has comes before what it could ask for. */
function suggested(decision: DenyDecision, target: string, suggest: Access['suggest']): Suggestion {
  const suggestion = suggest(decision, target);
  const { advice, offered } = decision;
  if (advice !== '') return { ...suggestion, advice };
  return suggestion ?? { advice: offered === undefined ? NO_RULE_ADVICE : requestAdvice(offered) };
}
