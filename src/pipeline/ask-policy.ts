import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { asCreate, isCreateFree, unlessMissing } from '../policy/as-create.ts';
import { decide } from '../policy/decide.ts';
import { hangsOn } from '../policy/hangs-on.ts';
import { type RuleSet, rulesIn } from '../policy/rule-set.ts';
import type { Gateway } from './gateway.ts';
import type { Answered, Ask } from './judge.ts';
import type { Recording } from './recording.ts';
import { resolve } from './resolve.ts';

/** What policy is asked with. */
export type PolicyPorts = Pick<Gateway, 'probe' | 'novelty' | 'clock' | 'access'>;

/**
 * Asks policy about operations of one caller, each with the facts that it needs.
 *
 * What would make its object where there is none is asked about as a create too. Only where that is not allowed just the same is the object looked up; one
 * that is not known to be there is taken not to be.
 */
export function askPolicy(
  gateway: PolicyPorts,
  recording: Pick<Recording, 'probed' | 'timed' | 'conditionsTurn'>,
  rules: RuleSet,
  caller: Caller,
): Ask {
  const grants = gateway.access.grantsOf(caller);
  const has = hasConditions(rules);
  const timed = has ? recording.timed.bind(recording) : untimed;
  const turn = () => (has ? recording.conditionsTurn() : undefined);
  const ask = async (operation: Operation): Promise<Answered> => {
    const first = turn();
    if (first !== undefined) await first;
    const question = await resolve(
      gateway,
      { probed: (facts) => recording.probed(facts), timed },
      rules,
      caller,
      operation,
      grants,
    );
    // What was looked up for many may come at once.
    const second = turn();
    if (second !== undefined) await second;
    return timed(() => {
      const decision = decide(rules, question);
      return { decision, hangsOn: hangsOn(rules, question, decision) };
    });
  };
  return async (operation) => {
    const answered = await ask(operation);
    // A yes to a change is none to a create that rules deny.
    const create = answered.decision.effect === 'deny' ? undefined : asCreate(operation);
    if (create === undefined) return answered;
    const created = await ask(create);
    const states = [...answered.hangsOn, ...created.hangsOn];
    if (isCreateFree(created.decision)) return { decision: answered.decision, hangsOn: states };
    const existing = await gateway.probe.existing(operation, caller);
    recording.probed({ existing });
    const decision = unlessMissing(answered.decision, created.decision, existing);
    return { decision, hangsOn: existing === 'unknown' ? states : [...states, existing] };
  };
}

const conditional = new WeakMap<RuleSet, boolean>();

/** Whether any rule has a condition: without one no answer takes long. */
function hasConditions(rules: RuleSet): boolean {
  let has = conditional.get(rules);
  if (has === undefined) {
    has = rulesIn(rules).some(({ when }) => when !== undefined);
    conditional.set(rules, has);
  }
  return has;
}

function untimed<Result>(work: () => Result): Result {
  return work();
}
