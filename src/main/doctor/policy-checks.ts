import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import { formatFinding } from '../../config/finding.ts';
import type { Config } from '../../config/load.ts';
import { openGuards } from '../../config/open-guards.ts';
import type { Clock } from '../../std/clock.ts';
import { counted } from '../../std/counted.ts';
import { observedTargets } from '../observed-targets.ts';
import { beginReading, loadPolicyInForce } from '../policy-in-force.ts';

/** Whether the policy is one that a gateway takes, read as a gateway reads it, and what under `unsafe:` is open. */
export async function policyChecks(config: Config, clock: Clock): Promise<readonly Check[]> {
  const guards = openGuards(config);
  let count = 0;
  const policy = await loadPolicyInForce({
    config,
    guards,
    reading: beginReading(config),
    onLoaded: ({ rules }) => {
      count = rules;
    },
    onRefused: () => {},
  });
  if ('mistakes' in policy)
    return policy.mistakes.map((finding) =>
      fault(
        'policy',
        '',
        formatFinding(finding),
        'mend it: `sallyport policy check` tells the same before it is in force',
      ),
    );
  await policy.stop();
  const files = config.policyFiles.length;
  return [
    count === 0
      ? warning(
          'policy',
          '',
          `${counted(files, 'file holds', 'files hold')} no rule: everything is refused`,
          'write one: `sallyport policy seed` makes a first one from an audit log',
        )
      : well('policy', '', `${counted(count, 'rule')} in ${counted(files, 'file')}`),
    ...guards.told.map((guard) =>
      warning(
        'policy',
        `unsafe.openGuards ${guard}`,
        'the guard is open',
        'close it when it is not needed: what it stops is a way round the gateway',
      ),
    ),
    ...config.unsafe.openMasks.map(({ id }) =>
      warning('policy', `unsafe.openMasks ${id}`, 'the mask is open', 'close it when it is not needed'),
    ),
    ...observedTargets(config, clock)
      .warnings()
      .map((found) => warning('policy', 'unsafe.observe', found, 'end it: policy is not enforced')),
  ];
}
