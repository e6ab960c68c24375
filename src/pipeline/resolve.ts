import type { Probe } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { factsNeeded } from '../policy/facts-needed.ts';
import type { Question } from '../policy/question.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import type { Clock } from '../std/clock.ts';
import { lookUpAll } from './look-up.ts';
import type { Novelty } from './novelty.ts';
import type { Recording } from './recording.ts';

/** The question with the facts that the rules that could still matter need, and no other; none where a static answer stands. */
export async function resolve(
  gateway: { readonly probe: Probe; readonly novelty: Pick<Novelty, 'lastDone'>; readonly clock: Clock },
  recording: Pick<Recording, 'probed' | 'timed'>,
  rules: RuleSet,
  caller: Caller,
  operation: Operation,
  grants?: Question['grants'],
): Promise<Question> {
  const nowMs = gateway.clock.now();
  const needed = recording.timed(() => factsNeeded(rules, caller, operation, nowMs, grants));
  if (needed.length === 0) return { caller, operation, facts: {}, nowMs, grants };
  const facts = await lookUpAll(gateway, needed, caller, operation);
  recording.probed(facts);
  return { caller, operation, facts, nowMs, grants };
}
