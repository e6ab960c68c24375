/*
 * What the rules say of a question, before the strengths are weighed: shared by `decide`, which weighs it, and `factsNeeded`, which asks what could
 * still change it.
 */
import { builtInRule } from './built-in.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { Guard } from './guards/guard.ts';
import type { Question } from './question.ts';
import { readings } from './reading.ts';
import type { RuleSetParts } from './rule-set.ts';
import { NO, type Truth, YES } from './truth.ts';

/** A rule or guard that does not say no. */
export interface Spoken<By> {
  readonly by: By;
  /** Yes, or what is missing. */
  readonly truth: Truth;
}

/** Those that do not say no, by effect, each at most once, in the order of their ids. */
export interface Evaluation {
  readonly guards: readonly Spoken<Guard>[];
  readonly deny: readonly Spoken<CompiledRule>[];
  readonly hold: readonly Spoken<CompiledRule>[];
  readonly allow: readonly Spoken<CompiledRule>[];
  readonly request: readonly Spoken<CompiledRule>[];
  readonly builtIn: string | undefined;
}

/** What guards and rules say, with the facts that the question has. */
export function evaluate(parts: RuleSetParts, question: Question): Evaluation {
  const { caller, operation } = question;
  const all = readings(operation);
  const spoken: Record<'deny' | 'hold' | 'allow' | 'request', Spoken<CompiledRule>[]> = {
    deny: [],
    hold: [],
    allow: [],
    request: [],
  };
  const seen = new Set<CompiledRule>();
  for (const [index, isWide] of [
    [parts.strict, true],
    [parts.permissive, false],
  ] as const) {
    for (const rule of index.candidates(caller, all, isWide)) {
      if (seen.has(rule)) continue;
      seen.add(rule);
      const truth = rule.test(question, all);
      if (truth !== NO) spoken[rule.rule.effect].push({ by: rule, truth });
    }
  }
  for (const list of Object.values(spoken)) if (list.length > 1) list.sort((a, b) => a.by.order - b.by.order);
  return {
    ...spoken,
    guards: guardsThatSpeak(parts, question, [...spoken.allow, ...spoken.hold]),
    builtIn: builtInRule(operation, parts.healthPaths),
  };
}

function guardsThatSpeak(
  { guards, judgesResult }: RuleSetParts,
  question: Question,
  permitting: readonly Spoken<CompiledRule>[],
): readonly Spoken<Guard>[] {
  const named = permitting.flatMap(({ by, truth }) => (truth === YES ? by.rule.serviceAccounts : []));
  const context = { judgesResult, serviceAccounts: new Set(named) };
  const speaking: Spoken<Guard>[] = [];
  for (const guard of guards) {
    const truth = guard.test(question, context);
    if (truth !== NO) speaking.push({ by: guard, truth });
  }
  return speaking;
}

/** The first that says yes without condition. */
export function certain<By>(spoken: readonly Spoken<By>[]): Spoken<By> | undefined {
  return spoken.find(({ truth }) => truth === YES);
}
