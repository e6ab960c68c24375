import type { ExchangeRowView } from '../../../src/control/session-contract.ts';
import { meaningOf } from './kind.ts';

/** Limit: so many marks can be told apart on a line. */
export const MARKS_MAX = 400;

/** What is rather seen, where calls are too near each other to be told apart. */
const WEIGHT = { no: 4, ask: 3, live: 2, ok: 1, over: 0 } as const;

/** The calls that are drawn along a line of time: all where they are few; else of those that would stand in one place the one that matters most. */
export function marksOf(calls: readonly ExchangeRowView[], fromMs: number, toMs: number): readonly ExchangeRowView[] {
  if (calls.length <= MARKS_MAX) return calls;
  const places = new Map<number, ExchangeRowView>();
  for (const call of calls) {
    const place = Math.round(((Date.parse(call.at) - fromMs) / (toMs - fromMs)) * (MARKS_MAX - 1));
    const there = places.get(place);
    if (there === undefined || WEIGHT[meaningOf(call)] > WEIGHT[meaningOf(there)]) places.set(place, call);
  }
  return [...places.values()];
}
