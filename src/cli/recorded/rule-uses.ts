import { textMaskPrefix } from '../../masking/text/text-mask.ts';
import type { Use } from '../../policy/observed/narrow-rule.ts';
import type { RecordedCaller, RecordedOperation } from '../../recording/event.ts';
import { decisionOf, type RecordedExchange } from './recorded-exchanges.ts';

/** What rules and grants permitted, by their ids. */
export class RuleUses {
  readonly #byRule = new Map<string, Map<string, Use>>();
  readonly #byGrant = new Map<string, Map<string, Use & { readonly rule: string }>>();
  readonly #timesOfGrant = new Map<string, number>();
  readonly #callers = new Map<string, RecordedCaller>();

  constructor(exchanges: readonly RecordedExchange[]) {
    for (const exchange of exchanges) this.#take(exchange);
  }

  /** Everyone who asked for anything, each as last seen. */
  get callers(): readonly RecordedCaller[] {
    return [...this.#callers.values()];
  }

  /** What a rule permitted, each operation once. */
  of(rule: string): readonly Use[] {
    return [...(this.#byRule.get(rule)?.values() ?? [])];
  }

  /** What a grant permitted, each operation once, with the rule by which it did. */
  ofGrant(grant: string): readonly (Use & { readonly rule: string })[] {
    return [...(this.#byGrant.get(grant)?.values() ?? [])];
  }

  timesOfGrant(grant: string): number {
    return this.#timesOfGrant.get(grant) ?? 0;
  }

  #take(exchange: RecordedExchange): void {
    const { begun, permitted } = exchange;
    const { caller, operation } = begun;
    this.#callers.set(JSON.stringify([caller.issuer, caller.subject]), caller);
    const decision = decisionOf(exchange);
    if (decision?.effect !== 'allow') return;
    const use = useOf(operation);
    const key = JSON.stringify(use);
    // An edit's own rules permitted what was asked, and what they made of it was permitted by the last.
    const rules = [decision.rule, ...(permitted?.amended?.rules.split(', ') ?? [])];
    for (const rule of rules) keep(this.#byRule, rule, key, use);
    if (decision.grant === undefined) return;
    keep(this.#byGrant, decision.grant, key, { ...use, rule: decision.rule });
    this.#timesOfGrant.set(decision.grant, this.timesOfGrant(decision.grant) + 1);
  }
}

function keep<T>(groups: Map<string, Map<string, T>>, group: string, key: string, one: T): void {
  const own = groups.get(group) ?? new Map<string, T>();
  own.set(key, one);
  groups.set(group, own);
}

/** What was done, as rules see it. A name that was masked is not known any more. */
export function useOf({ verb, apiGroup, resource, subresource, namespace, name, path, power }: RecordedOperation): Use {
  return {
    isResourceRequest: resource !== '',
    path: resource === '' ? path : '',
    verb,
    apiGroup,
    resource,
    subresource,
    power: power as Use['power'],
    namespace,
    name: name.includes(textMaskPrefix) ? '' : name,
  };
}
