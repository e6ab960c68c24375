/*
 * What a condition may cost. CEL ends always, but loops in loops over what a caller sent can take minutes. Each turn of a loop spends one of a
 * budget, and when that is gone the condition breaks off. The engine has no meter of its own, so one is put into the condition's loops.
 */
import type { CelInput, CelValue } from '@bufbuild/cel';
import { children, type Expression } from './expression.ts';

/** The function that stands in every loop. */
export const SPEND = '@spend';

/** Limit: turns of all loops of one condition together. */
export const TURNS_MAX = 100_000;

/** Limit: turns times the characters of the longest text that the condition was given, since each turn may read all of it. */
const TURN_CHARACTERS_MAX = 200_000_000;

let left = TURNS_MAX;

/** Sets the budget for one evaluation, which is synchronous. */
export function refill(longestText: number): void {
  left = Math.min(TURNS_MAX, Math.floor(TURN_CHARACTERS_MAX / Math.max(1, longestText)));
}

/** Passes the condition of a loop on. @throws {Error} the budget is spent */
export function spend(condition: CelValue): CelInput {
  charge(1);
  return condition as CelInput;
}

/** Spends turns for a function that loops by itself. @throws {Error} the budget is spent */
export function charge(turns: number): void {
  left -= turns;
  if (left < 0) throw new Error('the condition takes too many turns');
}

/** Puts the meter into every loop of a condition that was just parsed. */
export function meter(expression: Expression): void {
  for (const child of children(expression)) meter(child);
  if (expression.exprKind.case !== 'comprehensionExpr') return;
  const loop = expression.exprKind.value;
  const condition = loop.loopCondition;
  if (condition === undefined) return;
  const value = { $typeName: 'cel.expr.Expr.Call' as const, function: SPEND, args: [condition] };
  loop.loopCondition = { ...condition, exprKind: { case: 'callExpr', value } };
}
