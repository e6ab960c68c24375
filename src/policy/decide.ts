import type { AllowDecision, Decision, DecisionNote, DenyDecision, HoldDecision } from '../model/decision.ts';
import { DEFAULT_HOLD, type Holding } from '../model/hold-terms.ts';
import { namedAlone, narrowerList } from './advice.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { certain, type Evaluation, evaluate, type Spoken } from './evaluate.ts';
import type { Facts } from './facts.ts';
import { guardAdvice } from './guards/guard.ts';
import { mayHearRejection } from './may-hear.ts';
import { offeredFor } from './offered.ts';
import { portLimit } from './port-limit.ts';
import type { Question } from './question.ts';
import type { Rule } from './rule.ts';
import { partsOf, type RuleSet, type RuleSetParts } from './rule-set.ts';
import { BROKEN, missingFacts, YES } from './truth.ts';
import { FACT_WORDS } from './truth-words.ts';

/**
 * What policy answers. Strength: deny > hold > allow > silence, which denies; the order of rules changes nothing, neither the answer nor the rule that is
 * named.
 *
 * Where a fact is unknown or a condition breaks off, a deny or hold counts as matching, an allow or request as not; `notes` tells of each. A fact
 * that is unknown is told to the caller, who may come again; a condition that broke off is not, since whether it does may hang on what the caller
 * may not see: `existing.metadata.labels.owner == caller.subject` breaks off on an object that is not there (T52).
 */
export function decide(rules: RuleSet, question: Question): Decision {
  const parts = partsOf(rules);
  const spoken = evaluate(parts, question);
  const decision = weigh(parts, question, spoken);
  const notes = notesOf(spoken);
  return notes.length === 0 ? decision : { ...decision, notes };
}

function weigh(parts: RuleSetParts, question: Question, spoken: Evaluation): Decision {
  const denied = denial(spoken, question.facts);
  if (denied !== undefined) return toldTo(denied, parts, question, spoken);
  if (spoken.hold.length > 0) return holding(spoken);
  return permission(spoken, question.facts) ?? toldTo(silence(parts, question, spoken), parts, question, spoken);
}

function holding({ hold, lifted, allow, portDenials }: Evaluation): HoldDecision {
  const rules = hold.map(({ by }) => by.rule);
  const holds = rules.map(({ id, reason, hold: terms }) => ({ rule: id, reason, ...(terms ?? DEFAULT_HOLD) }));
  const { rule, reason } = holds[0] as Holding;
  const standing = allow.filter(({ truth, grant }) => truth === YES && grant === undefined).map(({ by }) => by.rule);
  const ports =
    portDenials === undefined
      ? undefined
      : portLimit(
          [...rules, ...standing],
          portDenials.map(({ by }) => by.rule),
        );
  return {
    effect: 'hold',
    rule,
    reason: reason === '' ? 'a person decides on this' : reason,
    holds,
    ...recording(rules),
    ...(lifted.length === 0 ? {} : { lifts: lifted.map(({ id }) => id) }),
    ...(ports === undefined ? {} : { ports }),
  };
}

/** What the target says of an object is told to those who may hear it; to others, as of any object that they may not see. */
function toldTo(denied: DenyDecision, parts: RuleSetParts, question: Question, spoken: Evaluation): DenyDecision {
  if (denied.by !== 'incomplete' || question.facts.rejection === undefined) return denied;
  return mayHearRejection(parts, question, spoken) ? denied : silent(parts, question, spoken);
}

/** What is certain is named before what is only not known to be otherwise, and a rule before a guard. */
function denial({ deny, guards, hold, allow, builtIn }: Evaluation, facts: Facts): DenyDecision | undefined {
  const rule = certain(deny);
  if (rule !== undefined) return deniedBy(rule, facts);
  const guard = certain(guards)?.by;
  if (guard !== undefined) {
    const reason = `the guard \`${guard.id}\` stops it: ${guard.reason}`;
    return { effect: 'deny', by: 'guard', rule: guard.id, reason, advice: guardAdvice(guard) };
  }
  const open = deny[0];
  if (open !== undefined) return deniedBy(open, facts);
  // A guard that only lacks a fact is named where something would permit; where nothing would, silence says it better.
  if (hold.length === 0 && allow.length === 0 && builtIn === undefined) return undefined;
  const openGuard = guards[0];
  if (openGuard === undefined) return undefined;
  const { by, truth } = openGuard;
  return { ...incomplete(by.id, truth, facts, 'guard'), advice: guardAdvice(by) };
}

function deniedBy({ by: { rule }, truth }: Spoken<CompiledRule>, facts: Facts): DenyDecision {
  if (missingFacts(truth).length > 0) return incomplete(rule.id, truth, facts);
  const reason = rule.reason === '' ? `rule \`${rule.id}\` denies it` : rule.reason;
  return { effect: 'deny', by: 'rule', rule: rule.id, reason, advice: '' };
}

function incomplete(id: string, truth: number, { rejection }: Facts, word = 'rule'): DenyDecision {
  const kinds = missingFacts(truth);
  const facts = kinds.map((kind) => FACT_WORDS[kind]);
  const why =
    rejection !== undefined && kinds.includes('result')
      ? `and the target rejects it: ${rejection}`
      : 'which could not be looked up';
  const reason =
    facts.length === 0
      ? `the ${word} \`${id}\` could not be evaluated on this request`
      : `the ${word} \`${id}\` needs ${facts.join(' and ')}, ${why}`;
  return { effect: 'deny', by: 'incomplete', rule: id, reason, advice: '' };
}

/** An allow without edits stands before one with, since it permits more. */
function permission(
  { allow, portDenials, builtIn }: Evaluation,
  facts: Facts,
): AllowDecision | DenyDecision | undefined {
  if (builtIn !== undefined) return { effect: 'allow', rule: builtIn };
  const certainOnes = allow.filter(({ truth }) => truth === YES);
  const plain = certainOnes.filter(({ by, grant }) => grant === undefined && by.rule.amend.length === 0);
  const granted = certainOnes.find(({ grant }) => grant !== undefined);
  // What shows a value is used before what shows none: it was asked for to see it.
  const showing = certainOnes.find(
    ({ by, grant, isMasked }) => grant !== undefined && by.rule.unmask !== undefined && isMasked !== true,
  );
  // Ports are named inside the stream: those of a grant are added to those of standing rules, and then the stream hangs on the grant.
  const chosen = showing ?? (portDenials === undefined ? plain[0] : undefined) ?? granted ?? plain[0] ?? certainOnes[0];
  if (chosen === undefined) return undefined;
  const { rule } = chosen.by;
  const rules = certainOnes.map(({ by }) => by.rule);
  const decision: AllowDecision = {
    effect: 'allow',
    rule: rule.id,
    ...(rule.amend.length === 0 ? {} : { amend: rule.amend }),
    ...(rules.some(saysHow) ? { ...neutralising(rules), ...recording(rules), ...bounding(rules) } : {}),
    ...unmasking(rule.amend.length > 0 ? [chosen] : [...plain, chosen]),
    ...(chosen.grant === undefined ? {} : { grant: chosen.grant }),
  };
  if (portDenials === undefined) return decision;
  // An edit belongs to the ports of its own rule: what another rule allows without is not added to them, nor the other way round.
  const ports = portLimit(
    (rule.amend.length > 0 ? [chosen] : [...new Set([...plain, chosen])]).map(({ by }) => by.rule),
    portDenials.map(({ by }) => by.rule),
  );
  if (ports === undefined) return decision;
  const isNone = 'allowed' in ports && ports.allowed.length === 0;
  return isNone && portDenials[0] !== undefined ? deniedBy(portDenials[0], facts) : { ...decision, ports };
}

/** Most rules allow and say nothing more. */
function saysHow({ neutralise, record, stream }: Rule): boolean {
  return neutralise !== undefined || record !== undefined || stream !== undefined;
}

/** Safe output counts before raw output, whichever of the rules is named. */
function neutralising(rules: readonly Rule[]): Pick<AllowDecision, 'neutralise'> {
  const said = rules.flatMap(({ neutralise }) => neutralise ?? []);
  return said.length === 0 ? {} : { neutralise: said.includes(true) };
}

/** Of what rules say, that which keeps the most. */
function recording(rules: readonly Rule[]): Pick<AllowDecision, 'record'> {
  const said = rules.flatMap(({ record }) => record ?? []);
  if (said.length === 0) return {};
  const bodies = (['full', 'pieces', 'none'] as const).find((most) => said.some((one) => one.bodies === most));
  const isStdinKept = said.some(({ stdin }) => stdin === true);
  const isUndoable = said.some(({ preImage }) => preImage === true);
  return {
    record: {
      ...(bodies === undefined ? {} : { bodies }),
      ...(isStdinKept ? { stdin: true } : {}),
      ...(isUndoable ? { preImage: true } : {}),
    },
  };
}

/** The shortest that any of them says. */
function bounding(rules: readonly Rule[]): Pick<AllowDecision, 'stream'> {
  const said = rules.flatMap(({ stream }) => stream ?? []);
  if (said.length === 0) return {};
  const [forMaxMs, idleMaxMs] = [
    Math.min(...said.map((one) => one.forMaxMs ?? Number.POSITIVE_INFINITY)),
    Math.min(...said.map((one) => one.idleMaxMs ?? Number.POSITIVE_INFINITY)),
  ];
  return {
    stream: {
      ...(Number.isFinite(forMaxMs) ? { forMaxMs } : {}),
      ...(Number.isFinite(idleMaxMs) ? { idleMaxMs } : {}),
    },
  };
}

/** What standing rules show adds up, with what the one shows that is named: of a grant alone that whose use is counted, of an edit its own rule. */
function unmasking(spoken: readonly Spoken<CompiledRule>[]): Pick<AllowDecision, 'unmask'> {
  const places = spoken.flatMap(({ by, isMasked }) => (isMasked === true ? [] : (by.rule.unmask ?? [])));
  return places.length === 0 ? {} : { unmask: [...new Set(places)].sort() };
}

function silence(parts: RuleSetParts, question: Question, spoken: Evaluation): DenyDecision {
  const open = spoken.allow.find(({ truth }) => missingFacts(truth).length > 0);
  if (open !== undefined) return incomplete(open.by.rule.id, open.truth, question.facts);
  return silent(parts, question, spoken);
}

function silent(parts: RuleSetParts, question: Question, spoken: Evaluation): DenyDecision {
  const offered = offeredFor(parts, question, spoken);
  return {
    effect: 'deny',
    by: 'silence',
    rule: '',
    reason: 'no rule allows it',
    advice: namedAlone(question.operation) || narrowerList(parts, question),
    ...(offered === undefined ? {} : { offered }),
  };
}

function notesOf({ guards, deny, portDenials = [], hold, allow, request }: Evaluation): readonly DecisionNote[] {
  const notes: DecisionNote[] = [];
  for (const spoken of guards) note(spoken.by.id, spoken, notes);
  for (const list of [deny, portDenials, hold, allow, request])
    for (const spoken of list) note(spoken.by.rule.id, spoken, notes);
  return notes;
}

function note(rule: string, { truth }: Spoken<unknown>, notes: DecisionNote[]): void {
  if (truth === YES) return;
  for (const kind of missingFacts(truth)) notes.push({ rule, kind: 'fact', detail: `\`${kind}\` is unknown` });
  if ((truth & BROKEN) !== 0) notes.push({ rule, kind: 'condition', detail: 'the condition broke off' });
}
