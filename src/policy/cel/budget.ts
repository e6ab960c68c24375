/*
 * What a condition may cost. CEL ends always, but loops in loops over what a caller sent can take minutes. Each turn of a loop spends one of a
 * budget, and when that is gone the condition breaks off. The engine has no meter of its own, so one is put into the condition's loops.
 */
import { type CelInput, type CelValue, isCelList, isCelMap } from '@bufbuild/cel';
import { children, type Expression } from './expression.ts';

/** The functions that stand in loops: around the condition of each, around what a loop in a loop goes through, and around what is compared whole in one. */
export const [SPEND, SPEND_RANGE, SPEND_WHOLE] = ['@spend', '@spendRange', '@spendWhole'];

/** Limit: turns of all loops of one condition together. */
export const TURNS_MAX = 100_000;

/** Limit: turns times the characters of the longest text that the condition was given, since each turn may read all of it. */
const TURN_CHARACTERS_MAX = 200_000_000;

/** So many items that are copied or compared cost as much as a turn. */
const ITEMS_PER_TURN = 16;

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

/** Passes on what a loop is about to go through: the engine copies it first, however soon the loop ends. @throws {Error} the budget is spent */
export function spendRange(range: CelValue): CelInput {
  if (isCelList(range) || isCelMap(range)) charge(range.size / ITEMS_PER_TURN);
  return range as CelInput;
}

/** Passes on what may be gone through down to its last value. @throws {Error} the budget is spent */
export function spendWhole(value: CelValue): CelInput {
  chargeWhole(value);
  return value as CelInput;
}

function chargeWhole(value: CelValue): void {
  if (isCelList(value)) {
    charge(value.size / ITEMS_PER_TURN);
    for (const item of value) chargeWhole(item as CelValue);
  } else if (isCelMap(value)) {
    charge(value.size / ITEMS_PER_TURN);
    for (const [, item] of value) chargeWhole(item as CelValue);
  }
}

/** Functions that can go through the whole of what they are given, each time. */
const WHOLE: ReadonlySet<string> = new Set(['_==_', '_!=_', '@in', 'join', 'format']);

/** Puts the meter into every loop of a condition that was just parsed. `isRepeated`: the expression stands in one. */
export function meter(expression: Expression, isRepeated = false): void {
  const node = expression.exprKind;
  if (node.case === 'comprehensionExpr') {
    const loop = node.value;
    for (const child of children(expression)) meter(child, isRepeated || child !== loop.iterRange);
    if (loop.loopCondition !== undefined) loop.loopCondition = within(SPEND, loop.loopCondition);
    if (isRepeated && loop.iterRange !== undefined) loop.iterRange = within(SPEND_RANGE, loop.iterRange);
    return;
  }
  for (const child of children(expression)) meter(child, isRepeated);
  if (!isRepeated || node.case !== 'callExpr' || !WHOLE.has(node.value.function)) return;
  const call = node.value;
  call.args = call.args.map((arg) => within(SPEND_WHOLE, arg));
  if (call.target !== undefined) call.target = within(SPEND_WHOLE, call.target);
}

/** An expression, passed through one of the functions above. */
function within(name: string, inner: Expression): Expression {
  const value = { $typeName: 'cel.expr.Expr.Call' as const, function: name, args: [inner] };
  return { ...inner, exprKind: { case: 'callExpr', value } };
}
