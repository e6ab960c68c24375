import type { CommandCall } from '../../approval/rest.ts';
import type { PlannedIntent } from '../../model/planned.ts';

/** Which calls of its command one yes covers, as a plan tells it; undefined where it is asked about by itself. */
export function plannedIntent(call: CommandCall | undefined, kind: PlannedIntent['kind']): PlannedIntent | undefined {
  if (call === undefined) return undefined;
  const { command, whole } = call;
  return { id: command, kind, ...(whole?.covers === undefined ? {} : { covers: whole.covers }) };
}
