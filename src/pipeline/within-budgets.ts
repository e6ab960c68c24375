/*
 * How much a caller may do in a time. What policy allows takes its share of each budget that the caller has, once for an exchange; what is over one is refused, or held
 * for a person, and each stop names its budget. What persons have said yes to counts nowhere: they have seen it. A yes that
 * nobody gave to this very request counts: see `ask-person.ts`.
 */
import type { Probe } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { AllowDecision, HoldDecision } from '../model/decision.ts';
import { DEFAULT_HOLD } from '../model/hold-terms.ts';
import type { Observed } from '../model/observed.ts';
import type { Operation } from '../model/operation.ts';
import { type Budget, isBreaker } from '../policy/budget.ts';
import { budgetAmount } from './budget-amount.ts';
import type { Budgets } from './budgets.ts';
import type { Judged } from './judge.ts';
import { overBudget, overBudgetReason } from './over-budget.ts';
import { podShareTaken } from './pod-share-taken.ts';

type Allowed = Judged & { readonly decision: AllowDecision };

/**
 * What is allowed and within the budgets of its caller; `caller` is there as long as it waits.
 *
 * @throws {Refusal} BUDGET_EXCEEDED, STORE_UNAVAILABLE
 */
export function withinBudgets(
  budgets: Budgets,
  probe: Pick<Probe, 'existing' | 'preview'>,
  signal: AbortSignal,
): (judged: Judged) => Promise<Judged> {
  const found = new Map<string, Promise<boolean>>();
  const isOver = (budget: Budget, { caller, operation }: Allowed): Promise<boolean> => {
    const known = found.get(budget.id);
    if (known !== undefined) return known;
    const over = overOf(budgets, budget, caller, operation, probe, signal);
    found.set(budget.id, over);
    return over;
  };
  return async (judged) => {
    if (judged.decision.effect !== 'allow' || judged.decision.approval !== undefined) return judged;
    const allowed = judged as Allowed;
    const own = budgets.of(judged.caller, judged.operation.target);
    const over: Budget[] = [];
    for (const budget of own) if (await isOver(budget, allowed)) over.push(budget);
    return over.length === 0 ? judged : stopped(allowed, over);
  };
}

async function overOf(
  budgets: Budgets,
  budget: Budget,
  caller: Caller,
  operation: Operation,
  probe: Pick<Probe, 'existing' | 'preview'>,
  signal: AbortSignal,
): Promise<boolean> {
  if (isBreaker(budget)) return isActing(operation) && budgets.isOver(budget, caller);
  if (budget.of === 'bytesOut') return operation.isResourceRequest && budgets.isOver(budget, caller);
  if (budget.of === 'podShare') {
    const { amount, workload } = await podShareTaken(operation, caller, probe, signal);
    return amount > 0 && !(await budgets.take(budget, caller, amount, workload));
  }
  const amount = await budgetAmount(budget, operation, caller, probe, signal);
  return amount > 0 && !(await budgets.take(budget, caller, amount));
}

/** A caller that is stopped may still look at what it does. */
function isActing({ isChange, power, options }: Operation): boolean {
  return (isChange || power !== undefined) && !options.isDryRun;
}

function stopped(allowed: Allowed, over: readonly Budget[]): Judged {
  const enforced = over.filter(({ observed }) => observed !== true);
  const denying = enforced.find((budget) => budget.over === 'deny');
  if (denying !== undefined) throw overBudget(allowed, denying);
  const [first] = enforced;
  if (first === undefined) return { ...allowed, shadow: shadowOf(over) };
  const holds = enforced.map((budget) => ({ ...DEFAULT_HOLD, rule: budget.id, reason: overBudgetReason(budget) }));
  const { ports, notes } = allowed.decision;
  const decision: HoldDecision = {
    effect: 'hold',
    rule: first.id,
    reason: overBudgetReason(first),
    holds,
    allowed: allowed.decision,
    ...(ports === undefined ? {} : { ports }),
    ...(notes === undefined ? {} : { notes }),
  };
  return { ...allowed, decision };
}

function shadowOf(over: readonly Budget[]): Observed {
  const worst = over.find((budget) => budget.over === 'deny') ?? (over[0] as Budget);
  return { effect: worst.over, rule: worst.id };
}
