import type { Config } from '../config/load.ts';
import { openGuards } from '../config/open-guards.ts';

/** What an operator has opened under `unsafe`, a line each. */
export function openedUnsafe(config: Pick<Config, 'unsafe'>): readonly string[] {
  const { openMasks = [], observe } = config.unsafe;
  return [
    ...openGuards(config).told.map((guard) => `guard ${guard}`),
    ...openMasks.map((each) => `masks ${typeof each === 'string' ? each : JSON.stringify(each)}`),
    ...(observe === undefined ? [] : [`policy is only observed: ${JSON.stringify(observe)}`]),
  ];
}
