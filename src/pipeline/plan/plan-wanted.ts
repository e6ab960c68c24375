import { Refusal } from '../../model/refusal.ts';
import type { Request } from '../../model/request.ts';

/** What its caller wants of a planned request beside what it would do. */
export interface PlanWanted {
  /** What asks persons about it together with others, where it is held. */
  readonly question: boolean;
  /** What calls of the same plan before it take of budgets. */
  readonly taken: readonly TakenBefore[];
}

/** So much of one budget; `part` as in `Budgets`. */
export interface TakenBefore {
  readonly budget: string;
  readonly part: string;
  readonly amount: number;
}

/** Limit: budgets and parts of one plan that are told. */
const TAKEN_MAX = 200;

/**
 * What the headers of a planned request say: `Sallyport-Plan: ask`, and `Sallyport-Plan-Taken` with `[budget, part, amount]` each, as JSON with its URI encoded. Both are its
 * caller's own word, by which only its plan is another.
 *
 * @throws {Refusal} REQUEST_MALFORMED
 */
export function planWanted({ headers }: Pick<Request, 'headers'>): PlanWanted {
  const [word] = headers.get('sallyport-plan') ?? [];
  const [taken] = headers.get('sallyport-plan-taken') ?? [];
  if (word !== undefined && word !== 'ask') throw malformed('`Sallyport-Plan` says `ask`, or is not there');
  return { question: word === 'ask', taken: taken === undefined ? [] : takenIn(taken) };
}

function takenIn(text: string): readonly TakenBefore[] {
  let said: unknown;
  try {
    said = JSON.parse(decodeURIComponent(text));
  } catch {
    throw malformed('`Sallyport-Plan-Taken` is no JSON with its URI encoded');
  }
  if (!Array.isArray(said) || said.length > TAKEN_MAX || !said.every(isTaken))
    throw malformed(`\`Sallyport-Plan-Taken\` has a budget, a part and an amount each, ${TAKEN_MAX} at most`);
  return said.map(([budget, part, amount]) => ({ budget, part, amount }));
}

function isTaken(each: unknown): each is [string, string, number] {
  if (!Array.isArray(each) || each.length !== 3) return false;
  const [budget, part, amount] = each;
  return typeof budget === 'string' && typeof part === 'string' && Number.isSafeInteger(amount) && amount >= 0;
}

function malformed(why: string): Refusal {
  return new Refusal('REQUEST_MALFORMED', why);
}
