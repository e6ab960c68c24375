import type { Use } from '../../policy/observed/narrow-rule.ts';
import type { RecordedExchange } from '../recorded/recorded-exchanges.ts';
import { useOf } from '../recorded/rule-uses.ts';
import { operationWords } from './simulated-differences.ts';

/** Exchanges that are alike, and that the whole policy would have answered alike. */
export interface Shadowed {
  readonly caller: string;
  readonly target: string;
  /** In words: `delete pods shop/web`. */
  readonly operation: string;
  /** What was answered. */
  readonly was: string;
  /** What would have been. */
  readonly would: string;
  /** By which rule; empty where none allows it. */
  readonly rule: string;
  readonly times: number;
  /** The last of them. */
  readonly last: string;
  readonly uses: readonly Use[];
}

/** Gathers what was answered otherwise than the whole policy would have. */
export class Shadows {
  readonly #groups = new Map<string, Shadowed>();

  take({ begun, ended }: RecordedExchange): void {
    const decision = ended?.decision;
    if (decision?.shadow === undefined) return;
    const { caller, target, operation, exchange } = begun;
    const found = {
      caller: caller.subject,
      target,
      operation: operationWords(operation),
      was: decision.effect,
      would: decision.shadow.effect,
      rule: decision.shadow.rule,
    };
    const key = JSON.stringify(found);
    const times = (this.#groups.get(key)?.times ?? 0) + 1;
    this.#groups.set(key, { ...found, times, last: exchange, uses: [useOf(operation)] });
  }

  /** By caller, target and operation. */
  list(): readonly Shadowed[] {
    return [...this.#groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group);
  }
}
