/*
 * A recorded exchange, asked of two sets of rules: which answer each gives, as far as that can be known.
 *
 * The journal has no body and no looked-up fact, so most rules that hang on them are open. What policy answered then tells much of what they were: of a request that was
 * allowed, whatever would have denied or held it said no. What both sets say alike is so known, and only what is new stays open.
 *
 * Law (test/policy/replay-laws.test.ts): an answer that is not `unknown` is the one that `decide` gives to the very request, and where `none` differs, none does.
 */
import type { Operation } from '../../model/operation.ts';
import { asCreate } from '../as-create.ts';
import type { CompiledRule } from '../compiled-rule.ts';
import { evaluate, type Spoken } from '../evaluate.ts';
import type { Question } from '../question.ts';
import { ruleSaid, sortedJson } from '../rule-said.ts';
import { partsOf, type RuleSet } from '../rule-set.ts';
import { NO, type Truth, unsaid, YES } from '../truth.ts';
import { needsOf } from '../truth-words.ts';

/** An exchange, as far as the journal has it. */
export interface Recalled {
  readonly question: Question;
  /** It was an apply, which makes its object where there is none; the journal has only its media type. */
  readonly isApply: boolean;
  /** What policy answered; absent where it was not asked, or its edits were made in between. */
  readonly decided?: Decided;
}

export interface Decided {
  readonly effect: 'allow' | 'deny' | 'hold';
  readonly rule: string;
  /** Persons had said yes. */
  readonly isApproved: boolean;
}

/** What a set of rules answers; empty `rule`: none speaks. */
export type Replayed =
  | { readonly effect: Decided['effect']; readonly rule: string }
  | { readonly effect: 'unknown'; readonly rule: string; readonly needs: readonly string[] };

export interface Replay {
  readonly before: Replayed;
  readonly after: Replayed;
  /** Whether the answer would differ: an effect, or what is shown unmasked. */
  readonly differs: 'no' | 'yes' | 'perhaps';
  /** Whether `before` would have answered as it was recorded; else another policy decided then. */
  readonly isAsRecorded: boolean;
}

/** What a rule or guard that does not say no comes to. */
interface Speaker {
  /** What tells it from others in either set: what it says, and for guards all that they hang on. */
  readonly key: string;
  readonly id: string;
  readonly effect: 'deny' | 'guard' | 'hold' | 'allow';
  readonly truth: Truth;
  readonly isEdited: boolean;
  readonly unmask: readonly string[];
}

/** Both readings of one request: itself, and the create that it is where its object does not exist. */
interface Heard {
  readonly own: readonly Speaker[];
  readonly created: readonly Speaker[] | undefined;
}

/** What both sets answer to a recorded exchange. */
export function replay(before: RuleSet, after: RuleSet, recalled: Recalled): Replay {
  const [old, next] = [hear(before, recalled), hear(after, recalled)];
  const known = knownOf(old, recalled.decided);
  const then: Replayed =
    known === undefined ? answer(old, NOTHING) : { effect: effectOf(recalled), rule: recalled.decided?.rule ?? '' };
  const now = answer(next, known ?? NOTHING);
  return {
    before: then,
    after: now,
    differs: difference([old, then], [next, now], known ?? NOTHING),
    isAsRecorded: known !== undefined,
  };
}

/** A yes of persons counts as what it was asked for: a hold. */
function effectOf({ decided }: Recalled): Decided['effect'] {
  return decided?.isApproved === true ? 'hold' : (decided?.effect ?? 'deny');
}

function hear(rules: RuleSet, { question, isApply }: Recalled): Heard {
  const { operation } = question;
  const made: Operation | undefined = isApply ? { ...operation, verb: 'create', equals: [] } : asCreate(operation);
  return {
    own: speakers(rules, question),
    created: made === undefined ? undefined : speakers(rules, { ...question, operation: made }),
  };
}

function speakers(rules: RuleSet, question: Question): readonly Speaker[] {
  const { guards, deny, portDenials = [], hold, allow, builtIn } = evaluate(partsOf(rules), question);
  // Security: what a guard says hangs on what rules name and lift, so two guards are the same only beside the same of these.
  const beside = sortedJson([...allow, ...hold].filter(bearsOnGuards).map(keyOf).sort());
  const limited = portDenials.map(keyOf).sort().join();
  const rule = (effect: Speaker['effect']) => (spoken: Spoken<CompiledRule>) => ({
    key: `${keyOf(spoken)}${effect === 'allow' ? limited : ''}`,
    id: spoken.by.rule.id,
    effect,
    // Limit: which ports a port-forward then opens stands in its stream, and no journal has that.
    truth: effect === 'allow' && limited !== '' && spoken.truth === YES ? PORTS : spoken.truth,
    isEdited: spoken.by.rule.amend.length > 0,
    unmask: effect === 'allow' && spoken.isMasked !== true ? (spoken.by.rule.unmask ?? []) : [],
  });
  return [
    ...deny.map(rule('deny')),
    ...guards.map(({ by, truth }) => ({
      key: `${by.id} ${beside}`,
      id: by.id,
      effect: 'guard' as const,
      truth,
      ...PLAIN,
    })),
    ...hold.map(rule('hold')),
    ...allow.map(rule('allow')),
    ...(builtIn === undefined ? [] : [{ key: builtIn, id: builtIn, effect: 'allow' as const, truth: YES, ...PLAIN }]),
  ];
}

const PORTS = unsaid('ports');
const PLAIN = { isEdited: false, unmask: [] as readonly string[] };

function keyOf({ by, grant = '', isMasked }: Spoken<CompiledRule>): string {
  return `${ruleSaid(by.rule)} ${grant} ${isMasked === true}`;
}

function bearsOnGuards({ by: { rule } }: Spoken<CompiledRule>): boolean {
  const { serviceAccounts, mountableSecrets, helm, hold } = rule;
  return serviceAccounts.length > 0 || mountableSecrets.length > 0 || helm === true || (hold?.lifts.length ?? 0) > 0;
}

/** What is known of speakers that are open, by their key, apart for each reading. */
interface Known {
  readonly own: ReadonlyMap<string, Truth>;
  readonly created: ReadonlyMap<string, Truth>;
}

const NOTHING: Known = { own: new Map(), created: new Map() };

/** What the recorded answer tells of the old set's speakers; undefined where that set cannot have given it. */
function knownOf(heard: Heard, decided: Decided | undefined): Known | undefined {
  if (decided === undefined) return undefined;
  return decided.effect === 'deny' ? knownOfDenial(heard, decided.rule) : knownOfYes(heard, decided);
}

function knownOfDenial({ own, created }: Heard, rule: string): Known | undefined {
  const by = own.find(({ id, effect }) => id === rule && isDenying(effect));
  if (by !== undefined) return { ...NOTHING, own: new Map([[by.key, YES]]) };
  if (created?.some(({ id, effect }) => id === rule && effect !== 'hold') === true) return NOTHING;
  // An allow is named where a fact that it needs could not be had.
  const isSilence = rule === '' || own.some(({ id, effect }) => id === rule && effect === 'allow');
  if (!isSilence || own.some((one) => one.truth === YES && (one.effect !== 'allow' || created === undefined)))
    return undefined;
  return created === undefined ? { ...NOTHING, own: saying(own, ['deny', 'hold', 'allow']) } : NOTHING;
}

function knownOfYes({ own, created }: Heard, { effect, rule, isApproved }: Decided): Known | undefined {
  const isHeld = effect === 'hold' || isApproved;
  const passed: readonly Speaker['effect'][] = isHeld ? ['deny', 'guard'] : ['deny', 'guard', 'hold'];
  if (own.some((one) => one.truth === YES && passed.includes(one.effect))) return undefined;
  const named = (one: Speaker) => one.id === rule && one.effect === (isHeld ? 'hold' : 'allow');
  const [by, other] = [own.find(named), created?.find(named)];
  if (by === undefined && other === undefined) return undefined;
  // Which of the two readings named it is not recorded.
  const isOwn = by !== undefined && other === undefined;
  return {
    own: new Map([...saying(own, passed), ...(isOwn ? [[by.key, YES] as const] : [])]),
    // Where its object was there, what a create would be answered counts for nothing; where it was not, nothing of this stopped it.
    created: isHeld ? NOTHING.created : saying(created ?? [], passed),
  };
}

function isDenying(effect: Speaker['effect']): boolean {
  return effect === 'deny' || effect === 'guard';
}

/** That these said no. */
function saying(list: readonly Speaker[], effects: readonly Speaker['effect'][]): Map<string, Truth> {
  return new Map(list.filter(({ effect }) => effects.includes(effect)).map(({ key }) => [key, NO]));
}

function isCertainAllow({ effect, truth, isEdited }: Speaker): boolean {
  return effect === 'allow' && truth === YES && !isEdited;
}

function answer({ own, created }: Heard, known: Known): Replayed {
  const said = weigh(own, known.own);
  if (created === undefined || said.effect === 'deny') return said;
  const made = weigh(created, known.created);
  if (made.effect === 'allow') return said;
  if (said.effect === 'hold' && made.effect === 'hold') return said;
  if (said.effect === 'unknown') return said;
  return { effect: 'unknown', rule: made.rule, needs: made.effect === 'unknown' ? made.needs : [EXISTING] };
}

const EXISTING = 'whether its object was there';

/** As `decide` weighs, but that what is open leaves the answer open. */
function weigh(all: readonly Speaker[], known: ReadonlyMap<string, Truth>): Replayed {
  const spoken = all
    .map((one) => ({ ...one, truth: known.get(one.key) ?? one.truth }))
    .filter(({ truth }) => truth !== NO);
  const of = (...effects: readonly Speaker['effect'][]) => spoken.filter(({ effect }) => effects.includes(effect));
  const denial = of('deny', 'guard').find(({ truth }) => truth === YES);
  if (denial !== undefined) return { effect: 'deny', rule: denial.id };
  const [open] = of('deny', 'guard');
  const [holds, allows] = [of('hold'), of('allow')];
  if (holds.length === 0 && allows.length === 0) return { effect: 'deny', rule: of('deny')[0]?.id ?? '' };
  if (open !== undefined) return unknown(open);
  const held = holds.find(({ truth }) => truth === YES);
  if (held !== undefined) return { effect: 'hold', rule: held.id };
  if (holds[0] !== undefined) return unknown(holds[0]);
  const allowed = allows.find(isCertainAllow);
  if (allowed !== undefined) return { effect: 'allow', rule: allowed.id };
  const edited = allows.find(({ truth }) => truth === YES);
  if (edited !== undefined) return { effect: 'unknown', rule: edited.id, needs: ['the request as its edits make it'] };
  return unknown(allows[0] as Speaker);
}

function unknown({ id, truth }: Speaker): Replayed {
  return { effect: 'unknown', rule: id, needs: needsOf(truth) };
}

function difference(
  [old, then]: readonly [Heard, Replayed],
  [next, now]: readonly [Heard, Replayed],
  known: Known,
): Replay['differs'] {
  if (isSame(old.own, next.own, known.own) && isSame(old.created ?? [], next.created ?? [], known.created)) return 'no';
  if (then.effect === 'unknown' || now.effect === 'unknown') return 'perhaps';
  if (then.effect !== now.effect) return 'yes';
  if (then.effect !== 'allow') return 'no';
  return sortedJson(shown(old.own, known.own)) === sortedJson(shown(next.own, known.own)) ? 'no' : 'yes';
}

/** Whether the same speak in both, so that both answer alike whatever is not known. */
function isSame(a: readonly Speaker[], b: readonly Speaker[], known: ReadonlyMap<string, Truth>): boolean {
  const left = (list: readonly Speaker[]) =>
    list
      .filter(({ key }) => known.get(key) !== NO)
      .map(({ key, truth }) => `${key} ${truth}`)
      .sort();
  return sortedJson(left(a)) === sortedJson(left(b));
}

function shown(list: readonly Speaker[], known: ReadonlyMap<string, Truth>): readonly string[] {
  const certain = list.filter((one) => isCertainAllow({ ...one, truth: known.get(one.key) ?? one.truth }));
  return [...new Set(certain.flatMap(({ unmask }) => unmask))].sort();
}
