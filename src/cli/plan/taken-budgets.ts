import type { PlannedBudget } from '../../model/planned.ts';

/** Limit: characters of what one plan takes of budgets, as its header says it; what does not fit is judged call by call. */
const HEADER_CHARACTERS_MAX = 6_000;

/** What the calls of a plan take of budgets, added up, so that the gateway judges each with what comes before it. */
export class TakenBudgets {
  #taken: ReadonlyMap<string, number> = new Map();

  /** What is over a budget takes nothing of it. */
  add(budgets: readonly PlannedBudget[]): void {
    for (const { budget, part = '', takes = 0, isOver } of budgets) {
      if (isOver || takes === 0) continue;
      const key = JSON.stringify([budget, part]);
      const next = new Map(this.#taken).set(key, (this.#taken.get(key) ?? 0) + takes);
      if (said(next).length <= HEADER_CHARACTERS_MAX) this.#taken = next;
    }
  }

  /** The header of the next call; none where nothing was taken. */
  header(): readonly (readonly [string, readonly string[]])[] {
    return this.#taken.size === 0 ? [] : [['sallyport-plan-taken', [said(this.#taken)]]];
  }
}

function said(taken: ReadonlyMap<string, number>): string {
  return encodeURIComponent(JSON.stringify([...taken].map(([key, amount]) => [...JSON.parse(key), amount])));
}
