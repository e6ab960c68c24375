import type { Caller } from '../model/caller.ts';
import type { Decision } from '../model/decision.ts';
import type { Operation } from '../model/operation.ts';
import { asCreate, isCreateFree, unlessMissing } from '../policy/as-create.ts';
import { decide } from '../policy/decide.ts';
import type { RuleSet } from '../policy/rule-set.ts';
import type { Gateway } from './gateway.ts';
import type { Ask } from './judge.ts';
import type { Recording } from './record.ts';
import { resolve } from './resolve.ts';

/**
 * Asks policy about operations of one caller, each with the facts that it needs.
 *
 * What would make its object where there is none is asked about as a create too. Only where that is not allowed just the same is the object looked up; one
 * that is not known to be there is taken not to be.
 */
export function askPolicy(
  gateway: Pick<Gateway, 'probe' | 'clock'>,
  recording: Pick<Recording, 'probed'>,
  rules: RuleSet,
  caller: Caller,
): Ask {
  const ask = async (operation: Operation): Promise<Decision> =>
    decide(rules, await resolve(gateway, recording, rules, caller, operation));
  return async (operation) => {
    const decision = await ask(operation);
    const create = decision.effect === 'allow' ? asCreate(operation) : undefined;
    if (create === undefined) return decision;
    const created = await ask(create);
    if (isCreateFree(created)) return decision;
    const existing = await gateway.probe.existing(operation, caller);
    recording.probed({ existing });
    return unlessMissing(decision, created, existing);
  };
}
