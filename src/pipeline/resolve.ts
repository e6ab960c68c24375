import type { Probe } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { Rejection } from '../model/rejection.ts';
import type { FactKind, Facts } from '../policy/facts.ts';
import { factsNeeded } from '../policy/facts-needed.ts';
import { podFact } from '../policy/pod-fact.ts';
import type { Question } from '../policy/question.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import type { Clock } from '../std/clock.ts';
import { unreachable } from '../std/unreachable.ts';
import type { Recording } from './recording.ts';

/** The question with the facts that the rules that could still matter need, and no other; none where a static answer stands. */
export async function resolve(
  gateway: { readonly probe: Probe; readonly clock: Clock },
  recording: Pick<Recording, 'probed'>,
  rules: RuleSet,
  caller: Caller,
  operation: Operation,
): Promise<Question> {
  const nowMs = gateway.clock.now();
  const needed = factsNeeded(rules, caller, operation, nowMs);
  if (needed.length === 0) return { caller, operation, facts: {}, nowMs };
  const looked = await Promise.all(needed.map((kind) => lookUp(gateway.probe, kind, caller, operation)));
  const facts = Object.assign({}, ...looked) as Facts;
  recording.probed(facts);
  return { caller, operation, facts, nowMs };
}

async function lookUp(probe: Probe, kind: FactKind, caller: Caller, operation: Operation): Promise<Facts> {
  switch (kind) {
    case 'existing':
      return { existing: await probe.existing(operation, caller) };
    case 'result':
      return resultFact(await probe.result(operation, caller));
    case 'pod': {
      const pod = await probe.pod(operation, caller);
      return pod === null || pod === 'unknown' ? { pod } : { pod: podFact(pod), podState: pod };
    }
    case 'namespaceLabels':
      return { namespaceLabels: await probe.namespaceLabels(operation, caller) };
    case 'services':
      return { services: await probe.services(operation, caller) };
    default:
      return unreachable(kind);
  }
}

function resultFact(result: Awaited<ReturnType<Probe['result']>>): Facts {
  return result instanceof Rejection ? { result: 'unknown', rejection: result.message } : { result };
}
