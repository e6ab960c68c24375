/*
 * Policy that is tried before it is enforced: the request is answered by what is in force, and beside it by the whole policy; the difference is recorded. Where neither rules nor
 * target are observed, nothing of this file runs.
 */
import type { Probe } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { Decision } from '../model/decision.ts';
import type { Observed } from '../model/observed.ts';
import type { Operation } from '../model/operation.ts';
import { wholeOf } from '../policy/observing.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import { askPolicy, type PolicyPorts } from './ask-policy.ts';
import type { Answered, Ask } from './judge.ts';
import type { Recording } from './recording.ts';

/** A target whose policy is only observed for a while. */
export interface Observing {
  /** When policy is enforced again, in milliseconds since 1970. */
  readonly untilMs: number;
  /** What it is held to meanwhile: guards, and nothing else. */
  readonly guards: () => RuleSet;
}

/**
 * Asks policy, and what it would have answered had all that is only observed been enforced.
 *
 * A target that is observed answers as policy does where that allows; where it would refuse or hold, guards alone decide. The look-ups are done once for both.
 */
export function askShadowed(
  gateway: PolicyPorts & { readonly observing?: Observing | undefined },
  recording: Pick<Recording, 'probed' | 'timed' | 'conditionsTurn'>,
  rules: RuleSet,
  caller: Caller,
): Ask {
  const { observing, clock } = gateway;
  const whole = wholeOf(rules);
  const isObserved = observing !== undefined && clock.now() < observing.untilMs;
  if (whole === undefined && !isObserved) return askPolicy(gateway, recording, rules, caller);
  return async (operation) => {
    const ports = { ...gateway, probe: onceEach(gateway.probe) };
    const ask = (set: RuleSet) => askPolicy(ports, recording, set, caller)(operation);
    const inForce = await ask(rules);
    const meant = whole === undefined ? inForce : await ask(whole);
    if (!isObserved) return shadowed(inForce, meant.decision);
    if (inForce.decision.effect === 'allow') return shadowed(inForce, meant.decision);
    const open = await ask(observing.guards());
    if (open.decision.effect !== 'allow') return shadowed(isGuards(inForce.decision) ? inForce : open, meant.decision);
    const observed = observedOf(meant.decision);
    return { ...open, decision: { ...open.decision, observed }, shadow: observed };
  };
}

function shadowed(answered: Answered, meant: Decision): Answered {
  return meant.effect === answered.decision.effect ? answered : { ...answered, shadow: observedOf(meant) };
}

function observedOf({ effect, rule }: Decision): Observed {
  return { effect, rule };
}

function isGuards(decision: Decision): boolean {
  return decision.effect === 'deny' && decision.by === 'guard';
}

/** What was looked up of an operation is not looked up again for the other answer. */
function onceEach(probe: Probe): Probe {
  const kept = new Map<string, Promise<unknown>>();
  const once =
    <Result>(kind: string, look: (operation: Operation, caller: Caller) => Promise<Result>) =>
    (operation: Operation, caller: Caller): Promise<Result> => {
      const key = `${kind} ${operation.verb}`;
      const found = (kept.get(key) as Promise<Result> | undefined) ?? look(operation, caller);
      kept.set(key, found);
      return found;
    };
  return {
    ...probe,
    existing: once('existing', (operation, caller) => probe.existing(operation, caller)),
    result: once('result', (operation, caller) => probe.result(operation, caller)),
    pod: once('pod', (operation, caller) => probe.pod(operation, caller)),
    namespaceLabels: once('namespaceLabels', (operation, caller) => probe.namespaceLabels(operation, caller)),
    services: once('services', (operation, caller) => probe.services(operation, caller)),
  };
}
