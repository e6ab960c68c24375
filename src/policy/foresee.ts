/*
 * What `decide` will say of every request that an access review describes. The same rules are evaluated; what the review leaves open is missing in them
 * like a fact, and what is missing makes the answer incomplete where `decide` would have to be on the safe side.
 *
 * Law: an answer that is not incomplete is the one that `decide` gives to each such request, whatever its body, options, stream and facts, but that a yes
 * names the guards which stop some of them. A guard that stops all of them says no (T32).
 */
import type { Caller } from '../model/caller.ts';
import type { Foresight, Supposed } from '../model/foresight.ts';
import { namedAlone, narrowerList } from './advice.ts';
import { certain, type Evaluation, evaluate, type Spoken } from './evaluate.ts';
import type { FactKind, Facts } from './facts.ts';
import { GUARDED_NAMES, PLACED_KINDS } from './guards/cluster.ts';
import { guardAdvice, type SpeakingGuard } from './guards/guard.ts';
import { offeredFor } from './offered.ts';
import type { Question } from './question.ts';
import { partsOf, type RuleSet, type RuleSetParts } from './rule-set.ts';
import { missingFacts, missingParts } from './truth.ts';
import { needsOf } from './truth-words.ts';

/**
 * The answer to all requests like the supposed one at `nowMs`, or what it hangs on. Looks nothing up.
 *
 * @param facts what was looked up of `factsForeseen`; default: nothing
 * @param grants the caller's live grants; default: none
 */
export function foresee(
  rules: RuleSet,
  caller: Caller,
  { operation, unsaid }: Supposed,
  nowMs: number,
  facts: Facts = {},
  grants?: Question['grants'],
): Foresight {
  const parts = partsOf(rules);
  const question = { caller, operation, facts, nowMs, unsaid, grants };
  const spoken = evaluate(parts, question);
  const denied = certainDenial(spoken);
  if (denied !== undefined) return denied;
  const { allow, hold, builtIn } = spoken;
  if (builtIn === undefined && allow.length === 0 && hold.length === 0) {
    const offered = offeredFor(parts, question, spoken);
    const advice = namedAlone(question.operation) || narrowerList(parts, question);
    return {
      effect: 'deny',
      by: 'silence',
      rule: '',
      reason: '',
      advice,
      ...(offered === undefined ? {} : { offered }),
    };
  }
  const isUnsaid = unsaid.name || unsaid.namespace;
  const [passing, open] = partition(spoken.guards, ({ truth }) => isUnsaid || missingParts(truth).length > 0);
  const answer = undecided(spoken.deny, ({ rule }) => rule.id) ?? undecided(open, ({ id }) => id) ?? permission(spoken);
  if ((answer.effect !== 'allow' && answer.effect !== 'hold') || passing.length === 0) return answer;
  const stopping = stopsEachName(parts, question);
  if (stopping !== undefined) return guardDenial(stopping);
  return { ...answer, unless: passing.map(({ by }) => by.id) };
}

/** Facts that a review says enough for to be looked up. */
const FORESEEN: readonly FactKind[] = ['pod', 'services', 'namespaceLabels'];

/** The facts that would make the answer a better one: none where it is certain, or where the review leaves open of what they are. */
export function factsForeseen(
  rules: RuleSet,
  caller: Caller,
  { operation, unsaid }: Supposed,
  nowMs: number,
  grants?: Question['grants'],
): readonly FactKind[] {
  if (unsaid.namespace || operation.namespace === '') return [];
  const spoken = evaluate(partsOf(rules), { caller, operation, facts: {}, nowMs, unsaid, grants });
  const { deny, guards, hold, allow, builtIn } = spoken;
  if (certainDenial(spoken) !== undefined || (builtIn === undefined && allow.length === 0 && hold.length === 0))
    return [];
  const missing = [...deny, ...guards, ...hold, ...allow].flatMap(({ truth }) => missingFacts(truth));
  return FORESEEN.filter(
    (kind) => missing.includes(kind) && (kind === 'namespaceLabels' || (!unsaid.name && operation.name !== '')),
  );
}

function partition<T>(all: readonly T[], is: (one: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [all.filter(is), all.filter((one) => !is(one))];
}

/** A rule is named before a guard, as `decide` does. */
function certainDenial({ deny, guards }: Evaluation): Foresight | undefined {
  const rule = certain(deny)?.by.rule;
  if (rule !== undefined) return { effect: 'deny', by: 'rule', rule: rule.id, reason: rule.reason, advice: '' };
  const guard = certain(guards)?.by;
  return guard === undefined ? undefined : guardDenial(guard);
}

/**
 * T32: a guard that stops the requests where guards together stop every name, although no one of them does: of the ConfigMaps of `kube-system` each stops some.
 * Every name that guards tell apart is tried, and one that none does.
 */
function stopsEachName(parts: RuleSetParts, question: Question): SpeakingGuard | undefined {
  const { operation, unsaid } = question;
  if (unsaid === undefined || operation.name !== '' || !PLACED_KINDS.has(operation.resource)) return undefined;
  if (unsaid.namespace) return undefined; // some namespace is none of the control plane's
  const stopping = ['a-name-of-its-own', ...GUARDED_NAMES.map((name) => name.replace(/\*$/, 'x'))].map((name) => {
    const named = { ...question, operation: { ...operation, name }, unsaid: { ...unsaid, name: false } };
    return certain(evaluate(parts, named).guards)?.by;
  });
  return stopping.every((guard) => guard !== undefined) ? stopping[0] : undefined;
}

function guardDenial(guard: SpeakingGuard): Foresight {
  return { effect: 'deny', by: 'guard', rule: guard.id, reason: guard.reason, advice: guardAdvice(guard) };
}

function permission({ hold, allow, builtIn }: Evaluation): Foresight {
  const held = certain(hold)?.by.rule;
  if (held !== undefined) return { effect: 'hold', rule: held.id, reason: held.reason };
  const open = undecided(hold, ({ rule }) => rule.id);
  if (open !== undefined) return open;
  const allowed = builtIn ?? certain(allow)?.by.rule.id;
  if (allowed !== undefined) return { effect: 'allow', rule: allowed };
  return undecided(allow, ({ rule }) => rule.id) as Foresight;
}

function undecided<By>(spoken: readonly Spoken<By>[], id: (by: By) => string): Foresight | undefined {
  const open = spoken[0];
  return open === undefined ? undefined : { effect: 'incomplete', rule: id(open.by), needs: needsOf(open.truth) };
}
