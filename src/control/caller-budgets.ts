/*
 * How much callers have done of what budgets count. Time goes in windows that begin for all at once, by the store's clock.
 *
 * What is counted before it is sent is leased from the store in shares, so that most requests ask nobody, and all gateways together never let more through than the
 * budget says in a window; what one gateway has leased and not used, another cannot use. What is counted afterwards (bytes, refusals, errors) is written a moment later:
 * it can be overshot by what is under way, at each gateway. Without a store, one gateway counts for itself. Rows whose time is long over are removed, some beside each that is made.
 */
import { type Caller, callerKey } from '../model/caller.ts';
import type { Budgets } from '../pipeline/budgets.ts';
import { type Budget, budgetMatcher, budgetRoom, isBreaker } from '../policy/budget.ts';
import type { MatchedCaller } from '../policy/caller-match.ts';
import type { ChangeListener, RowKind, Store } from '../store/store.ts';
import { type Counted, countedOf, lockOf, NOTHING_COUNTED, sweepBudgets } from './budget-rows.ts';
import { fromStore } from './from-store.ts';
import { storeUnavailable } from './store-unavailable.ts';

/** Limits of counting; documented in docs/reference/limits.md. */
export const BUDGET_LIMITS = Object.freeze({
  /** Callers and budgets whose counts are remembered at this gateway; of more, the store is asked again, and a share that was leased, or a count that could not be written, is lost. */
  rememberedMax: 50_000,
  /** A share that is leased is one of so many parts of what is left. */
  sharesOfRest: 4,
  /** Rows of the store that are looked at when one is made, so that those of callers that do not come back are removed. */
  sweptAtOnceMax: 100,
  /** How long a row is kept once its time is over, in milliseconds: a caller that comes back within it needs no new one. */
  overKeptMs: 86_400_000,
});

interface Parts {
  /** Undefined: this gateway counts alone. */
  readonly store: Pick<Store, 'now' | 'get' | 'exclusively' | 'isHeard'> | undefined;
  readonly now: () => number;
  readonly budgets: () => readonly Budget[];
  /** A caller has met a bound on refusals or errors. */
  readonly onTripped: (budget: Budget, caller: Pick<Caller, 'subject' | 'issuer'>) => void;
  readonly onFailure: (what: string, error: unknown) => void;
}

type Asking = Pick<Caller, 'subject' | 'issuer'>;

/** See `Budgets`. */
export class CallerBudgets implements Budgets, ChangeListener {
  readonly #parts: Parts;
  #matched: { readonly of: readonly Budget[]; readonly match: ReturnType<typeof budgetMatcher> } | undefined;
  /** What is left of shares that were leased. */
  readonly #shares = new Map<string, { window: number; left: number }>();
  readonly #leasing = new Map<string, Promise<unknown>>();
  readonly #known = new Map<string, Counted>();
  /** Counted, and not written yet. */
  readonly #pending = new Map<string, number>();
  readonly #writing = new Map<string, Promise<void>>();
  #changes = 0;
  #sweeping: Promise<void> | undefined;
  #sweptBefore: string | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  of(caller: MatchedCaller, target: string): readonly Budget[] {
    return this.matcher()(caller, target);
  }

  /** Which budgets a caller has, by the policy in force. */
  matcher(): ReturnType<typeof budgetMatcher> {
    const of = this.#parts.budgets();
    if (this.#matched?.of !== of) this.#matched = { of, match: budgetMatcher(of) };
    return this.#matched.match;
  }

  async take(budget: Budget, caller: Asking, amount: number, part = ''): Promise<boolean> {
    const key = keyOf(budget, caller, part);
    for (;;) {
      const window = this.#window(budget);
      const share = this.#share(key, window);
      if (share.left >= amount) {
        share.left -= amount;
        return true;
      }
      // One lease at a time: what it brings may be enough for all that wait.
      const underWay = this.#leasing.get(key);
      if (underWay !== undefined) await underWay;
      else if (!(await this.#leasedOnce(key, budget, window, amount - share.left))) return false;
    }
  }

  async room(budget: Budget, caller: Asking, part = ''): Promise<number> {
    const [key, window] = [keyOf(budget, caller, part), this.#window(budget)];
    const counted = this.#known.get(key) ?? (await this.#read(key));
    return budgetRoom(budget) - inWindow(counted, window).taken + this.#share(key, window).left;
  }

  async #leasedOnce(key: string, budget: Budget, window: number, needed: number): Promise<boolean> {
    const leasing = this.#lease(key, budget, window, needed);
    this.#leasing.set(
      key,
      leasing.then(
        () => this.#leasing.delete(key),
        () => this.#leasing.delete(key),
      ),
    );
    return leasing;
  }

  async #lease(key: string, budget: Budget, window: number, needed: number): Promise<boolean> {
    let leased = 0;
    const changed = (before: Counted) => {
      const { taken } = inWindow(before, window);
      const room = budgetRoom(budget) - taken;
      leased = room < needed ? 0 : Math.max(needed, Math.min(room, Math.floor(room / BUDGET_LIMITS.sharesOfRest)));
      return leased === 0 ? undefined : countedIn(budget, window, taken + leased, false);
    };
    await this.#change(key, changed, () => {
      this.#share(key, window).left += leased;
    });
    return leased > 0;
  }

  async isOver(budget: Budget, caller: Asking): Promise<boolean> {
    if (this.#parts.store?.isHeard() === false)
      throw storeUnavailable('other gateways are not heard, so it cannot be known what the caller has done');
    const key = keyOf(budget, caller);
    const counted = this.#known.get(key) ?? (await this.#read(key));
    if (counted.isTripped) return true;
    return inWindow(counted, this.#window(budget)).taken + (this.#pending.get(key) ?? 0) > budget.max;
  }

  count(budget: Budget, caller: Asking, amount: number): void {
    const key = keyOf(budget, caller);
    remember(this.#pending, key, (this.#pending.get(key) ?? 0) + amount);
    if (!this.#writing.has(key)) this.#beginWriting(key, budget, caller);
  }

  #beginWriting(key: string, budget: Budget, caller: Asking): void {
    const written = this.#write(key, budget, caller).then(
      () => {
        this.#writing.delete(key);
        // What came behind the last look of it is written too.
        if ((this.#pending.get(key) ?? 0) > 0) this.#beginWriting(key, budget, caller);
      },
      (error: unknown) => {
        this.#writing.delete(key);
        this.#parts.onFailure(`what counts for budget \`${budget.id}\` could not be kept`, error);
      },
    );
    this.#writing.set(key, written);
  }

  /** A person has said yes to something of the caller's that a budget held: it begins anew. */
  async looked(id: string, caller: Asking): Promise<void> {
    const budget = this.#parts.budgets().find((one) => one.id === id);
    if (budget === undefined || !isBreaker(budget)) return;
    this.#pending.delete(keyOf(budget, caller));
    await this.#change(keyOf(budget, caller), () => countedIn(budget, this.#window(budget), 0, false));
  }

  /** Resolves when what was counted is written, and no sweep is under way. */
  async idle(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing.values());
    await this.#sweeping;
  }

  // What the store tells.

  changed(kind: RowKind, id: string): void {
    if (kind !== 'budget' || this.#parts.store === undefined) return;
    // Read again when it is asked for next; what is being read now may be older.
    this.#changes++;
    this.#known.delete(id);
  }

  async readAgain(): Promise<void> {
    this.#changes++;
    this.#known.clear();
  }

  lost(): void {
    this.#known.clear();
  }

  async #write(key: string, budget: Budget, caller: Asking): Promise<void> {
    while ((this.#pending.get(key) ?? 0) > 0) {
      const amount = this.#pending.get(key) as number;
      const window = this.#window(budget);
      let isNew = false;
      const changed = (before: Counted) => {
        const now = inWindow(before, window);
        const taken = now.taken + amount;
        const isTripped = now.isTripped || (isBreaker(budget) && taken > budget.max);
        isNew = isTripped && !now.isTripped;
        return countedIn(budget, window, taken, isTripped);
      };
      await this.#change(key, changed, () => {
        const left = (this.#pending.get(key) ?? amount) - amount;
        if (left > 0) this.#pending.set(key, left);
        else this.#pending.delete(key);
      });
      if (isNew) this.#parts.onTripped(budget, caller);
    }
  }

  #window({ perMs }: Budget): number {
    return Math.floor((this.#parts.store?.now() ?? this.#parts.now()) / perMs);
  }

  #share(key: string, window: number): { window: number; left: number } {
    const known = this.#shares.get(key);
    if (known?.window === window) return known;
    const fresh = { window, left: 0 };
    remember(this.#shares, key, fresh);
    return fresh;
  }

  async #read(key: string): Promise<Counted> {
    const { store } = this.#parts;
    if (store === undefined) return NOTHING_COUNTED;
    const changes = this.#changes;
    const row = await fromStore(UNREAD, () => store.get('budget', key));
    const counted = countedOf(row);
    if (changes === this.#changes) remember(this.#known, key, counted);
    return counted;
  }

  /** `kept` is called with it, once it is kept and at the very moment at which it is known here. */
  async #change(key: string, next: (before: Counted) => Counted | undefined, kept: () => void = () => {}) {
    const changed = await this.#kept(key, next);
    if (changed === undefined) return;
    remember(this.#known, key, changed);
    kept();
  }

  async #kept(key: string, next: (before: Counted) => Counted | undefined): Promise<Counted | undefined> {
    const { store } = this.#parts;
    if (store === undefined) return next(this.#known.get(key) ?? NOTHING_COUNTED);
    let isNew = false;
    const kept = await fromStore(UNREAD, () =>
      store.exclusively(lockOf(key), async (rows) => {
        const row = await rows.get('budget', key);
        const changed = next(countedOf(row));
        if (changed === undefined) return undefined;
        const { version = 0 } = row ?? {};
        isNew = version === 0;
        await rows.put({ kind: 'budget', id: key, version, owner: '', state: '', body: changed });
        return changed;
      }),
    );
    if (isNew) this.#sweep(store);
    return kept;
  }

  /** One at a time, beside what is counted. */
  #sweep(store: NonNullable<Parts['store']>): void {
    const { sweptAtOnceMax: rowsMax, overKeptMs } = BUDGET_LIMITS;
    this.#sweeping ??= sweepBudgets(store, {
      before: this.#sweptBefore,
      rowsMax,
      endedBefore: store.now() - overKeptMs,
    })
      .then((before) => {
        this.#sweptBefore = before;
      })
      .catch((error: unknown) => this.#parts.onFailure('budgets that are over could not be removed', error))
      .finally(() => {
        this.#sweeping = undefined;
      });
  }
}

const UNREAD = 'the store of budgets does not answer';

function countedIn({ perMs }: Budget, window: number, taken: number, isTripped: boolean): Counted {
  return { window, taken, isTripped, endsAt: (window + 1) * perMs };
}

function inWindow(counted: Counted, window: number): Counted {
  return counted.window === window ? counted : { ...counted, window, taken: 0 };
}

function keyOf({ id }: Budget, caller: Asking, part = ''): string {
  return `${id} ${callerKey(caller)}${part === '' ? '' : ` ${part}`}`;
}

/** The newest are remembered. */
function remember<Value>(all: Map<string, Value>, key: string, value: Value): void {
  all.delete(key);
  all.set(key, value);
  if (all.size > BUDGET_LIMITS.rememberedMax) all.delete(all.keys().next().value as string);
}
