import type { CompileWhen } from './compiled-rule.ts';
import type { GuardId } from './guards/guard.ts';
import type { GuardOpening } from './guards/opening.ts';
import type { Rule } from './rule.ts';
import { compileRules, type RuleSet } from './rule-set.ts';

/** Paths that say whether a server is well. */
const HEALTH_PATHS: readonly string[] = ['/healthz', '/livez', '/readyz'];

/**
 * The rules compiled as the gateway compiles them, so that what is explained and tested is what it would decide.
 *
 * @throws {Error} as `compileRules`
 */
export function compileForGateway(
  rules: readonly Rule[],
  options: {
    readonly unsafe: ReadonlySet<GuardId>;
    readonly openings?: readonly GuardOpening[];
    readonly openHealthPaths: boolean;
  },
  compileWhen: CompileWhen,
): RuleSet {
  const compiled = {
    unsafe: options.unsafe,
    openings: options.openings ?? [],
    judgesResult: true,
    limitsPorts: true,
    healthPaths: options.openHealthPaths ? HEALTH_PATHS : [],
  };
  return compileRules(rules, compiled, compileWhen);
}
