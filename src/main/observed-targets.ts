import type { Config } from '../config/load.ts';
import { openGuards } from '../config/open-guards.ts';
import type { Answer } from '../model/reply.ts';
import type { Observing } from '../pipeline/ask-shadow.ts';
import { compileForGateway } from '../policy/gateway-rules.ts';
import { anyGlob } from '../policy/glob.ts';
import { OPEN_RULES } from '../policy/observing.ts';
import type { Clock } from '../std/clock.ts';

/** The header of every answer from a target whose policy is only observed; its value says until when. */
export const OBSERVED_HEADER = 'Sallyport-Observed-Until';

/** Targets whose policy is only tried for a while (`unsafe.observe`). */
export interface ObservedTargets {
  /** Absent: its policy is enforced. */
  of(target: string): Observing | undefined;
  /** The same answer, marked while its target is observed. */
  marked(target: string, answer: Answer): Answer;
  /** What `/readyz` and the log say; empty where nothing is observed now. */
  warnings(): readonly string[];
  readonly event: { readonly targets: readonly string[]; readonly until: number } | undefined;
}

/** The observed targets of the configuration. */
export function observedTargets(config: Config, clock: Clock): ObservedTargets {
  const { observe } = config.unsafe;
  if (observe === undefined)
    return { of: () => undefined, marked: (_, answer) => answer, warnings: () => [], event: undefined };
  const untilMs = Date.parse(observe.until);
  const untilText = new Date(untilMs).toISOString();
  const names = config.targets.map(({ name }) => name).filter(anyGlob(observe.targets));
  const { unsafe, openings } = openGuards(config);
  const rules = compileForGateway(
    OPEN_RULES,
    { unsafe, openings, openHealthPaths: config.openHealthPaths },
    noCondition,
  );
  const observing = new Map(names.map((name): [string, Observing] => [name, { untilMs, guards: () => rules }]));
  const isOver = () => clock.now() >= untilMs;
  return {
    of: (target) => observing.get(target),
    marked(target, answer) {
      if (!observing.has(target) || isOver()) return answer;
      return { ...answer, headers: [...answer.headers, OBSERVED_HEADER, untilText] };
    },
    warnings: () =>
      isOver()
        ? []
        : names.map(
            (name) =>
              `unsafe: the policy of target \`${name}\` is only observed until ${untilText}; guards and masks are in force`,
          ),
    event: { targets: names, until: untilMs },
  };
}

function noCondition(): never {
  throw new Error('a condition that was not there');
}
