import { type CompiledRule, type CompileWhen, compileRule, isWide } from './compiled-rule.ts';
import type { Guard, GuardId } from './guards/guard.ts';
import { type GuardOpening, opened } from './guards/opening.ts';
import { GUARDS } from './guards/table.ts';
import type { Rule } from './rule.ts';
import { RuleIndex } from './rule-index.ts';

declare const compiled: unique symbol;

/** Rules and guards in force, compiled once; only `compileRules` makes one, and nothing changes it. */
export interface RuleSet {
  readonly [compiled]: true;
}

/** What a rule set holds; for the files of this folder alone. */
export interface RuleSetParts {
  /** In the order of their ids. */
  readonly rules: readonly CompiledRule[];
  readonly strict: RuleIndex;
  readonly permissive: RuleIndex;
  readonly guards: readonly Guard[];
  readonly healthPaths: ReadonlySet<string>;
  readonly judgesResult: boolean;
  readonly limitsPorts: boolean;
  /** As if the rules that are only observed were enforced; absent where none is. */
  readonly whole?: RuleSet;
}

export interface CompileOptions {
  /** Guards that an operator has opened for everybody. */
  readonly unsafe: ReadonlySet<GuardId>;
  /** Those that are open for some callers, targets or namespaces. Default: none. */
  readonly openings?: readonly GuardOpening[];
  /** Non-resource paths that every authenticated caller may read beside discovery: `/healthz`, `/livez`, `/readyz`. Default: none. */
  readonly healthPaths?: readonly string[];
  /**
   * Whether what a patch would make can be looked up. Guards then ask for it where a patch changes what a workload runs, so that a workload which is
   * privileged already cannot be given another image; without, a patch is judged by what it brings in. Default: false.
   */
  readonly judgesResult?: boolean;
  /**
   * Whether the connector holds a port-forward to `AllowDecision.ports`. Without, an allow by port matches nothing that names its ports inside the stream,
   * as kubectl does, and a deny by port all of it. Default: false.
   */
  readonly limitsPorts?: boolean;
}

/**
 * The rules as a set that `decide` takes. The order in which they are given changes nothing.
 *
 * @throws {Error} two rules have one id, or a `when` does not compile; the loader refuses both with a place
 */
export function compileRules(rules: readonly Rule[], options: CompileOptions, compileWhen: CompileWhen): RuleSet {
  const enforced = rules.filter(({ observed }) => observed !== true);
  const set = compiledOf(enforced, options, compileWhen);
  if (enforced.length === rules.length) return set as unknown as RuleSet;
  const whole = compiledOf(rules, options, compileWhen) as unknown as RuleSet;
  return Object.freeze({ ...set, whole }) as unknown as RuleSet;
}

function compiledOf(rules: readonly Rule[], options: CompileOptions, compileWhen: CompileWhen): RuleSetParts {
  const sorted = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  const twice = sorted.find((rule, i) => rule.id === sorted[i + 1]?.id);
  if (twice !== undefined) throw new Error(`two rules have the id ${twice.id}`);
  const all = sorted.map((rule, order) => compileRule(rule, order, options.limitsPorts ?? false, compileWhen));
  return Object.freeze({
    rules: all,
    strict: new RuleIndex(all.filter(({ rule }) => isWide(rule))),
    permissive: new RuleIndex(all.filter(({ rule }) => !isWide(rule))),
    guards: GUARDS.filter(({ id }) => !options.unsafe.has(id)).map((guard) => opened(guard, options.openings ?? [])),
    healthPaths: new Set(options.healthPaths ?? []),
    judgesResult: options.judgesResult ?? false,
    limitsPorts: options.limitsPorts ?? false,
  });
}

/** What is inside a rule set. */
export function partsOf(rules: RuleSet): RuleSetParts {
  return rules as unknown as RuleSetParts;
}

/** The rules of a set as they were given, guards not among them. */
export function rulesIn(rules: RuleSet): readonly Rule[] {
  return partsOf(rules).rules.map(({ rule }) => rule);
}
