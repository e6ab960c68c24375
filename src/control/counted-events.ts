/*
 * What counts for budgets only once it is done: bytes of replies, refusals, errors. Told by the journal's own events as they are written; nothing is kept of exchanges
 * of callers without such a budget, nor of what is only planned.
 */
import { REFUSAL_CODES } from '../model/refusal-codes.ts';
import type { Budgets } from '../pipeline/budgets.ts';
import type { Budget } from '../policy/budget.ts';
import type { MatchedCaller } from '../policy/caller-match.ts';
import type { Event, ExchangeBegun, ExchangeEnded } from '../recording/event.ts';

/** Limit: exchanges under way that are counted when they end; of more, the end is not counted. */
const UNDER_WAY_MAX = 50_000;

interface UnderWay {
  readonly caller: MatchedCaller;
  readonly budgets: readonly Budget[];
  readonly isChange: boolean;
}

/** Counts at the end of each exchange. */
export class CountedEvents {
  readonly #budgets: Budgets;
  readonly #underWay = new Map<string, UnderWay>();

  constructor(budgets: Budgets) {
    this.#budgets = budgets;
  }

  /** An event that is being written. */
  hear(event: Event): void {
    if (event.type === 'exchange.begun') this.#begun(event);
    else if (event.type === 'exchange.ended') this.#ended(event);
  }

  #begun({ exchange, caller, target, operation, planned }: ExchangeBegun): void {
    if (planned === true) return;
    const of = this.#budgets.of(caller, target).filter((budget) => AFTERWARDS.has(budget.of));
    if (of.length === 0 || this.#underWay.size >= UNDER_WAY_MAX) return;
    const isDryRun = operation?.query.some(([key]) => key === 'dryRun') ?? false;
    const isChange = CHANGES.has(operation?.verb ?? '') && !isDryRun;
    this.#underWay.set(exchange, { caller, budgets: of, isChange });
  }

  #ended(ended: ExchangeEnded): void {
    const known = this.#underWay.get(ended.exchange);
    if (known === undefined) return;
    this.#underWay.delete(ended.exchange);
    for (const budget of known.budgets) {
      const amount = amountOf(budget, ended, known);
      if (amount > 0) this.#budgets.count(budget, known.caller, amount);
    }
  }
}

const AFTERWARDS: ReadonlySet<Budget['of']> = new Set(['bytesOut', 'refusals', 'errors']);

const CHANGES: ReadonlySet<string> = new Set(['create', 'update', 'patch', 'delete', 'deletecollection']);

function amountOf({ of }: Budget, { outcome, traffic }: ExchangeEnded, { isChange }: UnderWay): number {
  switch (of) {
    case 'bytesOut':
      return traffic?.bytesOut ?? 0;
    case 'refusals':
      return outcome.kind === 'refused' && isFinal(outcome.code) ? 1 : 0;
    case 'errors':
      return isChange && isFailure(outcome) ? 1 : 0;
    default:
      return 0;
  }
}

/** What is told to wait, to look, or to be slower is no refusal. */
function isFinal(code: keyof typeof REFUSAL_CODES): boolean {
  const { retry } = REFUSAL_CODES[code];
  return retry === 'never' || retry === 'changed';
}

function isFailure(outcome: ExchangeEnded['outcome']): boolean {
  return outcome.kind === 'broken' || (outcome.kind === 'answered' && outcome.status >= 400);
}
