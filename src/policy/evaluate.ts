/*
 * What the rules say of a question, before the strengths are weighed: shared by `decide`, which weighs it, and `factsNeeded`, which asks what could
 * still change it.
 */
import { builtInRule } from './built-in.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { type GrantedScope, within } from './grant-scope.ts';
import type { GuardContext, SpeakingGuard } from './guards/guard.ts';
import type { Question } from './question.ts';
import { type Reading, readings } from './reading.ts';
import type { RuleSetParts } from './rule-set.ts';
import { isBeyondToken, tokenScope } from './token-scope.ts';
import { and, NO, type Truth, YES } from './truth.ts';

/** A rule or guard that does not say no. */
export interface Spoken<By> {
  readonly by: By;
  /** Yes, or what is missing. */
  readonly truth: Truth;
  /** Of a request rule that allows: the grant by which it does. */
  readonly grant?: string;
  /** The grant was given without what its rule could show. */
  readonly isMasked?: true;
}

/** Those that do not say no, by effect, each at most once, in the order of their ids. */
export interface Evaluation {
  /** But for those that are lifted. */
  readonly guards: readonly Spoken<SpeakingGuard>[];
  /** Those that would speak, and that the yes of a person lifts whom a hold asks; see `liftedBy`. */
  readonly lifted: readonly SpeakingGuard[];
  readonly deny: readonly Spoken<CompiledRule>[];
  /** Denies of single ports, apart from `deny` where the connector can hold a port-forward to the others; undefined where it is not one of these. */
  readonly portDenials: readonly Spoken<CompiledRule>[] | undefined;
  readonly hold: readonly Spoken<CompiledRule>[];
  readonly allow: readonly Spoken<CompiledRule>[];
  readonly request: readonly Spoken<CompiledRule>[];
  readonly builtIn: string | undefined;
}

interface Said {
  readonly parts: RuleSetParts;
  readonly question: Question;
  readonly evaluation: Evaluation;
}

/**
 * What was said last without facts. `factsNeeded` and `decide` ask the same of most operations, one right after the other; what is taken is
 * forgotten, so that no body is kept.
 */
let last: Said | undefined;

/** What guards and rules say, with the facts that the question has. */
export function evaluate(parts: RuleSetParts, question: Question): Evaluation {
  for (const _ in question.facts) return evaluateAnew(parts, question);
  const said = last;
  last = undefined;
  if (said !== undefined && said.parts === parts && isSame(said.question, question)) return said.evaluation;
  const evaluation = evaluateAnew(parts, question);
  last = { parts, question, evaluation };
  return evaluation;
}

function isSame(a: Question, b: Question): boolean {
  const isSameRequest = a.operation === b.operation && a.caller === b.caller && a.nowMs === b.nowMs;
  return isSameRequest && a.unsaid === b.unsaid && a.grants === b.grants;
}

type Spoke = Record<'deny' | 'hold' | 'allow' | 'request', Spoken<CompiledRule>[]>;

function evaluateAnew(parts: RuleSetParts, question: Question): Evaluation {
  const { caller, operation } = question;
  const isReview = question.unsaid !== undefined;
  const all = readings(operation, question.unsaid, question.facts);
  const spoken: Spoke = { deny: [], hold: [], allow: [], request: [] };
  ask(parts.strict.candidates(caller, all, true), question, all, spoken);
  ask(parts.permissive.candidates(caller, all, isReview), question, all, spoken);
  if (question.grants !== undefined) grant(question.grants, question, spoken);
  const builtIn = builtInRule(operation, parts.healthPaths);
  // A review only asks what one may do; it is answered at once, whatever holds the rest.
  if (builtIn === 'builtin:self-review') spoken.hold = [];
  const { deny, hold, allow, request } = spoken;
  for (const list of [deny, hold, allow, request]) if (list.length > 1) list.sort(byId);
  const speaking = guardsThatSpeak(parts, question, named(allow, hold));
  const { guards, lifted } = liftedBy(hold, speaking, question, all);
  const rest = { guards, lifted, hold, allow, request, builtIn };
  if (!namesPortsLater(parts, question)) return { deny, portDenials: undefined, ...rest };
  const [portDenials, others] = [deny.filter(isOfPorts), deny.filter((spoke) => !isOfPorts(spoke))];
  return { deny: others, portDenials, ...rest };
}

/**
 * The guards without those that a person is asked to lift. A hold that lifts one speaks of the operation to the letter and for certain; where it only lacks
 * something, that is looked up before the guard says no for good.
 */
function liftedBy(
  hold: readonly Spoken<CompiledRule>[],
  speaking: readonly Spoken<SpeakingGuard>[],
  question: Question,
  all: readonly Reading[],
): Pick<Evaluation, 'guards' | 'lifted'> {
  const lifting = speaking.length === 0 ? [] : hold.filter(({ by }) => by.lifts !== undefined);
  if (lifting.length === 0) return { guards: speaking, lifted: [] };
  const tested = lifting.map(({ by }) => ({ ids: by.rule.hold?.lifts ?? [], truth: by.lifts?.(question, all) ?? NO }));
  const [guards, lifted]: [Spoken<SpeakingGuard>[], SpeakingGuard[]] = [[], []];
  for (const spoke of speaking) {
    const found = tested.filter(({ ids, truth }) => truth !== NO && ids.includes(spoke.by.id));
    if (found.some(({ truth }) => truth === YES)) lifted.push(spoke.by);
    else guards.push(found.length === 0 ? spoke : { ...spoke, truth: hangingOn(spoke.truth, found) });
  }
  return { guards, lifted };
}

function hangingOn(guard: Truth, found: readonly { readonly truth: Truth }[]): Truth {
  return perhapsNamed(
    guard,
    found.reduce((sum, { truth }) => sum | truth, YES),
  );
}

/** T41: whether this is a port-forward whose ports are in its stream, to be judged there. An access review says nothing of ports. */
function namesPortsLater({ limitsPorts }: RuleSetParts, { operation, unsaid }: Question): boolean {
  if (!limitsPorts || unsaid !== undefined || operation.power !== 'portforward') return false;
  return (operation.stream?.ports ?? []).length === 0;
}

function isOfPorts({ by }: Spoken<CompiledRule>): boolean {
  return by.rule.portForward?.ports !== undefined;
}

function ask(rules: readonly CompiledRule[], question: Question, all: readonly Reading[], spoken: Spoke): void {
  for (const rule of rules) {
    const truth = rule.test(question, all);
    if (truth === NO) continue;
    const list = spoken[rule.rule.effect];
    if (!list.some(({ by }) => by === rule)) list.push({ by: rule, truth });
  }
}

/**
 * A request rule that speaks, and that a live grant has within its scope, allows: all that it states holds, on the facts of this use. Nothing else is added,
 * and what denies, guards or holds is not touched.
 */
function grant(grants: readonly GrantedScope[], { operation, unsaid }: Question, { allow, request }: Spoke): void {
  for (const { by, truth } of request) {
    for (const { grant: id, rule, scope } of grants) {
      if (rule !== by.rule.id) continue;
      const inScope = within(scope, operation, unsaid);
      if (inScope === NO) continue;
      const isMasked = by.rule.unmask !== undefined && scope.unmask !== true;
      allow.push({ by, truth: and(truth, inScope), grant: id, ...(isMasked ? { isMasked } : {}) });
      // Another grant may show what this one does not.
      if (inScope === YES && !isMasked) break;
    }
  }
}

function byId(a: Spoken<CompiledRule>, b: Spoken<CompiledRule>): number {
  return a.by.order - b.by.order;
}

function guardsThatSpeak(
  { guards, judgesResult, healthPaths }: RuleSetParts,
  question: Question,
  { sure, perhaps, hangsOn }: Named,
): readonly Spoken<SpeakingGuard>[] {
  const context = { judgesResult, ...sure };
  const wider = { judgesResult, ...perhaps };
  const speaking: Spoken<SpeakingGuard>[] = [];
  const beyond = isBeyondToken(question, healthPaths);
  if (beyond !== NO) speaking.push({ by: tokenScope, truth: beyond });
  for (const guard of guards) {
    const found = guard.test(question, context);
    if (found === NO) continue;
    const isOpen = hangsOn !== YES && guard.passesNamed === true && guard.test(question, wider) !== YES;
    speaking.push({ by: guard, truth: isOpen ? perhapsNamed(found, hangsOn) : found });
  }
  return speaking;
}

/** What a rule names that only lacks a fact would pass: that fact is looked up, with all others, before the guard says no for good. */
function perhapsNamed(found: Truth, hangsOn: Truth): Truth {
  return found === YES ? hangsOn : and(found, hangsOn);
}

type Names = Pick<GuardContext, 'serviceAccounts' | 'mountableSecrets' | 'writesHelmRecords'>;

/** The service accounts and Secrets that rules name, and whether they are for Helm. */
interface Named {
  /** By rules that match for certain. */
  readonly sure: Names;
  /** By those too that lack something. */
  readonly perhaps: Names;
  /** All that these lack; yes where there are none. */
  readonly hangsOn: Truth;
}

const NO_NAMES: Names = { serviceAccounts: [], mountableSecrets: [], writesHelmRecords: false };
const NOTHING: Named = { sure: NO_NAMES, perhaps: NO_NAMES, hangsOn: YES };

function named(...lists: readonly (readonly Spoken<CompiledRule>[])[]): Named {
  const naming = lists.flatMap((list) => list.filter(({ by }) => namesAny(by)));
  if (naming.length === 0) return NOTHING;
  const open = naming.filter(({ truth }) => truth !== YES);
  return {
    sure: namesOf(naming.filter(({ truth }) => truth === YES)),
    perhaps: namesOf(naming),
    hangsOn: open.reduce((sum, { truth }) => sum | truth, YES),
  };
}

function namesAny({ rule: { serviceAccounts, mountableSecrets, helm } }: CompiledRule): boolean {
  return serviceAccounts.length > 0 || mountableSecrets.length > 0 || helm === true;
}

function namesOf(naming: readonly Spoken<CompiledRule>[]): Names {
  return {
    serviceAccounts: naming.flatMap(({ by }) => by.rule.serviceAccounts),
    mountableSecrets: naming.flatMap(({ by }) => by.rule.mountableSecrets),
    writesHelmRecords: naming.some(({ by }) => by.rule.helm === true),
  };
}

/** The first that says yes without condition. */
export function certain<By>(spoken: readonly Spoken<By>[]): Spoken<By> | undefined {
  return spoken.find(({ truth }) => truth === YES);
}
