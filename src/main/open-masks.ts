import type { Config } from '../config/load.ts';
import { callerMatches } from '../config/to-rule.ts';
import { MASK_IDS } from '../masking/rules/mask-ids.ts';
import type { Caller } from '../model/caller.ts';
import { callerMatcher } from '../policy/caller-match.ts';
import { anyGlob } from '../policy/glob.ts';
import { ConfigError } from './config-error.ts';

const none: ReadonlySet<string> = new Set();

/** Which default masks are open for a caller on a target. @throws {ConfigError} there is no mask of that name */
export function openMasks(
  opened: Config['unsafe']['openMasks'],
): (caller: Caller, target: string) => ReadonlySet<string> | 'all' {
  if (opened.length === 0) return () => none;
  for (const { id } of opened)
    if (id !== '*' && !MASK_IDS.has(id))
      throw new ConfigError(
        `unsafe.openMasks: \`${id}\` is no default mask; there are ${[...MASK_IDS].map((one) => `\`${one}\``).join(', ')}`,
      );
  const tests = opened.map(({ id, callers, targets }) => ({
    id,
    isCaller: callerMatcher(callerMatches(callers)),
    isTarget: targets === undefined ? () => true : anyGlob(targets),
  }));
  return (caller, target) => {
    const ids = tests.filter(({ isCaller, isTarget }) => isTarget(target) && isCaller(caller)).map(({ id }) => id);
    if (ids.length === 0) return none;
    return ids.includes('*') ? 'all' : new Set(ids);
  };
}
