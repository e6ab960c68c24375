import { DETECTORS } from '../masking/detect/detectors.ts';
import type { Budget } from '../policy/budget.ts';
import type { CelMistake } from '../policy/cel/check.ts';
import type { GuardId } from '../policy/guards/guard.ts';
import { LIFTABLE } from '../policy/guards/liftable.ts';
import type { MaskRule } from '../policy/mask-rule.ts';
import type { NotifyRule } from '../policy/notify-rule.ts';
import type { RetentionRule } from '../policy/retention-rule.ts';
import type { Role } from '../policy/role.ts';
import type { Rule } from '../policy/rule.ts';
import { mistakeWords } from '../std/mistake-words.ts';
import { type Finding, findingAt, type Located, schemaFindings } from './finding.ts';
import { parseYaml } from './parse-yaml.ts';
import { type PolicyDocument, policySchema, type RuleDocument } from './policy-schema.ts';
import { scalarFinding } from './scalar-finding.ts';
import { toBudget } from './to-budget.ts';
import { toMask } from './to-mask.ts';
import { toNotify } from './to-notify.ts';
import { toRetention } from './to-retention.ts';
import { toRole, toRule } from './to-rule.ts';

/** A policy file as it was read. */
export interface PolicyFile {
  readonly path: string;
  readonly text: string;
}

/** The rules of files, or every mistake in any of them. */
export type ParsedPolicies = PolicySet | { readonly findings: readonly Finding[] };

/** What policy documents hold, once nothing is wrong with any of them. */
export interface PolicySet {
  readonly rules: readonly Rule[];
  readonly roles: readonly Role[];
  readonly masks: readonly MaskRule[];
  readonly notify: readonly NotifyRule[];
  readonly budgets: readonly Budget[];
  readonly retention: readonly RetentionRule[];
}

/** What checks the texts of a policy whose languages are read elsewhere. */
export interface TextChecks {
  /** Of a condition in CEL. */
  readonly when: (text: string) => readonly CelMistake[];
  /** Of a mask’s pattern, in one sentence. */
  readonly pattern: (text: string) => string | undefined;
}

/** Policies of which all is checked but their conditions and patterns; only `checkTexts` makes rules of them. */
export interface PolicyDraft extends PolicySet {
  readonly conditions: readonly PolicyCondition[];
  readonly patterns: readonly PolicyCondition[];
  readonly findings: readonly Finding[];
}

/** A condition in CEL, or a pattern, and where it stands. */
interface PolicyCondition {
  readonly located: PolicyText;
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/**
 * The documents of all files, each checked for its form, for what hangs on several fields, and for what hangs on other documents (an id stands once).
 * Their conditions and patterns are left to `checkTexts`, so that what reads them is loaded only where there are any.
 */
export function draftPolicies(files: readonly PolicyFile[]): PolicyDraft {
  const draft: Draft = {
    conditions: [],
    patterns: [],
    rules: [],
    roles: [],
    masks: [],
    notify: [],
    budgets: [],
    retention: [],
    findings: [],
    places: new Map(),
  };
  for (const file of files) {
    for (const parsed of parseYaml(file.path, file.text)) {
      if ('findings' in parsed) draft.findings.push(...parsed.findings);
      else if (parsed.document.contents !== null) addDocument({ ...parsed, text: file.text }, draft);
    }
  }
  return draft;
}

/** The rules of a draft, once its conditions and patterns are checked, or every mistake: a set is loaded whole or not at all. */
export function checkTexts(draft: PolicyDraft, checks: TextChecks): ParsedPolicies {
  const inConditions = draft.conditions.flatMap(({ located, path, text }) =>
    checks.when(text).map(({ offset, message }) => scalarFinding(located, path, offset, message)),
  );
  const inPatterns = draft.patterns.flatMap(({ located, path, text }) => {
    const mistake = checks.pattern(text);
    return mistake === undefined ? [] : [findingAt(located, path, mistake)];
  });
  const findings = [...draft.findings, ...inConditions, ...inPatterns];
  if (findings.length > 0) return { findings };
  const { roles, masks, notify, budgets, retention } = draft;
  return { rules: Object.freeze(draft.rules), roles, masks, notify, budgets, retention };
}

/** A document with the text of its file, which CEL's positions are counted in. */
export interface PolicyText extends Located {
  readonly text: string;
}

/** A draft while it is made. */
interface Draft {
  readonly conditions: PolicyCondition[];
  readonly patterns: PolicyCondition[];
  readonly rules: Rule[];
  readonly roles: Role[];
  readonly masks: MaskRule[];
  readonly notify: NotifyRule[];
  readonly budgets: Budget[];
  readonly retention: RetentionRule[];
  readonly findings: Finding[];
  /** Where each id stands. */
  readonly places: Map<string, string>;
}

function addDocument(located: PolicyText, draft: Draft): void {
  const { conditions, rules, roles, findings } = draft;
  const parsed = policySchema.safeParse(located.document.toJS(), { error: mistakeWords });
  if (!parsed.success) {
    findings.push(...schemaFindings(located, parsed.error));
    return;
  }
  const policy = parsed.data;
  for (const role of policy.roles ?? []) roles.push(toRole(role));
  for (const each of policy.notify ?? []) draft.notify.push(toNotify(each));
  for (const [i, each] of (policy.retention ?? []).entries()) draft.retention.push(toRetention(policy, each, i));
  for (const [i, rule] of policy.rules.entries()) {
    const path = ['rules', i];
    for (const [key, message] of ruleMistakes(policy, rule))
      findings.push(findingAt(located, key === '' ? path : [...path, key], message));
    if (rule.when !== undefined) conditions.push({ located, path: [...path, 'when'], text: rule.when });
    const made = toRule(policy, rule, i, { file: located.file, line: findingAt(located, path, '').line });
    checkId(located, path, made, draft);
    rules.push(made);
  }
  for (const [i, mask] of (policy.masks ?? []).entries()) {
    const path = ['masks', i];
    for (const [key, message] of maskMistakes(mask)) findings.push(findingAt(located, [...path, ...key], message));
    if (mask.pattern !== undefined) draft.patterns.push({ located, path: [...path, 'pattern'], text: mask.pattern });
    const made = toMask(policy, mask, i, { file: located.file, line: findingAt(located, path, '').line });
    checkId(located, path, made, draft);
    draft.masks.push(made);
  }
  for (const [i, budget] of (policy.budgets ?? []).entries()) {
    const path = ['budgets', i];
    const made = toBudget(policy, budget, { file: located.file, line: findingAt(located, path, '').line });
    if (made.targets.length === 0) findings.push(findingAt(located, path, NO_TARGETS));
    checkId(located, path, made, draft);
    draft.budgets.push(made);
  }
}

const NO_TARGETS = 'expected `targets`, here or of the policy';

/** An id stands once, of rules, masks and budgets together: recordings name all of them. */
function checkId(
  located: PolicyText,
  path: readonly PropertyKey[],
  { id, source }: Pick<Rule, 'id' | 'source'>,
  { findings, places }: Draft,
): void {
  const first = places.get(id);
  if (first !== undefined)
    findings.push(findingAt(located, [...path, 'id'], `\`${id}\` stands in ${first} too; an id stands once`));
  places.set(id, first ?? `${source.file}:${source.line}`);
}

const STREAM_KEYS = ['exec', 'log', 'portForward', 'proxy'] as const;

/** What is wrong with a rule over several fields: the key where it shows, empty for the whole rule, and a sentence. */
function* ruleMistakes(policy: PolicyDocument, rule: RuleDocument): Iterable<readonly [string, string]> {
  if ((rule.callers ?? policy.callers) === undefined) yield ['', 'expected `callers`, here or on the policy'];
  if ((rule.targets ?? policy.targets) === undefined) yield ['', 'expected `targets`, here or on the policy'];
  if (rule.resources === undefined && rule.nonResourceURLs === undefined && rule.powers === undefined) {
    yield ['', 'expected `resources`, `nonResourceURLs` or `powers`: a rule without them speaks of nothing'];
  }
  const namesVerbs = rule.resources !== undefined || rule.nonResourceURLs !== undefined;
  if (namesVerbs && rule.verbs === undefined) yield ['', 'expected `verbs`'];
  if (!namesVerbs && rule.verbs !== undefined)
    yield ['verbs', '`verbs` go with `resources` or `nonResourceURLs`; a power is matched whatever verb carries it'];
  if (rule.resources !== undefined && rule.apiGroups === undefined)
    yield ['', 'expected `apiGroups`; the core group is `""`'];
  if (rule.resources === undefined && rule.apiGroups !== undefined)
    yield ['apiGroups', '`apiGroups` go with `resources`'];
  if (rule.nonResourceURLs !== undefined && (rule.resources !== undefined || rule.powers !== undefined)) {
    yield ['nonResourceURLs', 'a rule speaks of resources or of paths, not of both: make it two rules'];
  }
  if (rule.nonResourceURLs !== undefined && rule.namespaces !== undefined)
    yield ['namespaces', 'paths are in no namespace'];
  const streams = STREAM_KEYS.filter((key) => rule[key] !== undefined);
  if (streams.length > 1)
    yield [
      streams[1] as string,
      `no request is ${streams.map((key) => `\`${key}\``).join(' and ')} at once: make it two rules`,
    ];
  yield* scheduleMistakes(policy, rule);
  yield* effectMistakes(rule);
}

function* effectMistakes(rule: RuleDocument): Iterable<readonly [string, string]> {
  const { effect } = rule;
  if (rule.request !== undefined && effect !== 'request')
    yield ['request', `only a request can be asked for, not a ${effect}`];
  if (rule.mode !== undefined && effect !== 'deny' && effect !== 'hold')
    yield [
      'mode',
      `only a deny or a hold can be observed: no \`${effect}\`, and silence, guards and masks are in force`,
    ];
  if (rule.hold !== undefined && effect !== 'hold') yield ['hold', `only a hold asks a person, not a ${effect}`];
  yield* liftMistakes(rule);
  yield* signedMistakes(rule);
  yield* holdMistakes(rule);
  if (rule.amend !== undefined && effect !== 'allow') yield ['amend', `only an allow can amend, not a ${effect}`];
  const { preImage: _, ...otherRecord } = rule.record ?? {};
  if (rule.record !== undefined && effect === 'deny')
    yield ['record', 'only what an allow, hold or request permits is recorded as it says, not a deny'];
  if (effect === 'hold' && Object.keys(otherRecord).length > 0)
    yield ['record', 'a hold says of what is kept `preImage` alone'];
  if (rule.stream !== undefined && effect !== 'allow' && effect !== 'request')
    yield ['stream', `only a stream that an allow or request permits has bounds, not one of a ${effect}`];
  if (rule.output !== undefined && effect !== 'allow') yield ['output', `only an allow shows output, not a ${effect}`];
  yield* unmaskMistakes(rule);
  if (rule.serviceAccounts !== undefined && effect !== 'allow' && effect !== 'hold') {
    yield ['serviceAccounts', `only an allow or a hold names service accounts, not a ${effect}`];
  }
  if (rule.mountableSecrets !== undefined && effect !== 'allow' && effect !== 'hold') {
    yield ['mountableSecrets', `only an allow or a hold names Secrets to mount, not a ${effect}`];
  }
  if (rule.helm !== undefined && effect !== 'allow' && effect !== 'hold')
    yield ['helm', `only an allow or a hold lets Helm work, not a ${effect}`];
  if (rule.equivalents !== undefined && effect !== 'deny' && effect !== 'hold') {
    yield ['equivalents', `only a deny or a hold covers equivalents; a ${effect} never does`];
  }
  const { startsAt, endsAt } = rule.times ?? {};
  if (startsAt !== undefined && endsAt !== undefined && Date.parse(startsAt) >= Date.parse(endsAt))
    yield ['times', '`endsAt` is not after `startsAt`'];
}

function* unmaskMistakes({
  effect,
  unmask,
  apiGroups = [],
  resources = [],
}: RuleDocument): Iterable<readonly [string, string]> {
  if (unmask === undefined) return;
  if (effect !== 'allow' && effect !== 'request')
    yield ['unmask', `only an allow or a request shows values, not a ${effect}`];
  if (resources.length === 0 || [...apiGroups, ...resources].some((name) => name.includes('*')))
    yield ['unmask', 'expected `apiGroups` and `resources` without `*`: what is shown is named'];
}

const DETECTOR_IDS: ReadonlySet<string> = new Set(DETECTORS.map(({ id }) => id));

/** What is wrong with a mask beside its form: where it shows, and a sentence. */
function* maskMistakes({
  detect = [],
}: NonNullable<PolicyDocument['masks']>[number]): Iterable<readonly [readonly PropertyKey[], string]> {
  for (const [i, id] of detect.entries())
    if (!DETECTOR_IDS.has(id))
      yield [
        ['detect', i],
        `\`${id}\` is no detector; there are ${[...DETECTOR_IDS].map((one) => `\`${one}\``).join(', ')}`,
      ];
}

/** Security: a schedule that is misspelt would seat nobody, and one that stands twice others than its author thinks. */
function* scheduleMistakes(
  { schedules = [] }: PolicyDocument,
  { hold, request }: RuleDocument,
): Iterable<readonly [string, string]> {
  const names = schedules.map(({ name }) => name);
  const asked = request === undefined || request.approval === 'none' ? [] : request.approval.approvers;
  const held = [...(hold?.approvers ?? []), ...(hold?.escalate ?? []).flatMap((each) => each.approvers)];
  for (const [key, approvers] of [
    ['hold', held],
    ['request', asked],
  ] as const)
    for (const approver of approvers)
      if ('schedule' in approver && names.filter((name) => name === approver.schedule).length !== 1)
        yield [key, `\`${approver.schedule}\` is to stand once among the \`schedules\` of this document`];
}

/** A rule that wants signatures says by which keys: else nobody could ever answer it. */
function* signedMistakes({ hold, request }: RuleDocument): Iterable<readonly [string, string]> {
  const approval = request?.approval === 'none' ? undefined : request?.approval;
  for (const [key, terms] of [
    ['hold', hold],
    ['request', approval],
  ] as const) {
    if (terms === undefined) continue;
    const { signed = false, enrolled = false, approvers = [] } = terms;
    const hasKeys = approvers.some((one) => 'keys' in one && one.keys !== undefined);
    if (enrolled && !signed) yield [key, '`enrolled` says which keys a signed yes may be of: say `signed: true` too'];
    if (hasKeys && !signed) yield [key, '`keys` sign a yes: say `signed: true` too'];
    const all = [
      ...approvers,
      ...('escalate' in terms ? (terms.escalate ?? []) : []).flatMap((each) => each.approvers),
    ];
    if (!all.every(isOnePersonByKeys)) yield [key, KEYS_OF_ONE];
    if (terms.answerFrom.includes('slack') && (signed || terms.fresh !== undefined))
      yield [
        key,
        'Slack says nothing of keys and sign-ins: leave `slack` out of `answerFrom`, or `signed` and `fresh` out',
      ];
    if (signed && !enrolled && !hasKeys)
      yield [key, 'nobody could sign: list `keys` of approvers, or take those that they enrol with `enrolled: true`'];
  }
}

/** What takes two persons, or a key, is not had by one without. */
function* holdMistakes({ hold, helm }: RuleDocument): Iterable<readonly [string, string]> {
  if (hold?.intent === 'helm' && helm !== true)
    yield ['hold', '`intent: helm` asks by the record of a release, which only Helm writes: say `helm: true` too'];
  if (hold?.intent === 'helm' && hold.signed === true)
    yield ['hold', 'a signature is good for one request: leave out `signed`, or `intent: helm`'];
  if (hold?.signed === true && hold.auto?.some(({ answer }) => answer === 'approve'))
    yield ['hold', 'a rule signs nothing: leave out `signed`, or let `auto` approve nothing'];
  if (hold?.delegate === true && hold.signed === true)
    yield ['hold', 'a signature is a person’s own: leave out `delegate`, or `signed`'];
  if (hold?.breakGlass === undefined) return;
  if (hold.signed === true)
    yield ['hold', 'nobody goes through a `signed` rule alone: leave out `breakGlass`, or `signed`'];
  for (const id of hold.lifts ?? [])
    if (Object.hasOwn(LIFTABLE, id) && LIFTABLE[id as GuardId] === 'two')
      yield ['hold', `the guard \`${id}\` is lifted by two persons, or by a signed yes, and never by \`breakGlass\``];
}

type Approvers = NonNullable<NonNullable<RuleDocument['hold']>['approvers']>;

/** Security: a key signs for whomever its entry names, so that a second person there could sign for the first. Test: `keys stand beside one person alone`. */
function isOnePersonByKeys(approver: Approvers[number]): boolean {
  if (!('keys' in approver) || approver.keys === undefined) return true;
  const { subjects = [], groups } = approver;
  return groups === undefined && subjects.length === 1 && !subjects[0]?.includes('*');
}

const KEYS_OF_ONE =
  '`keys` are one person’s: name that person beside them by one subject without `*` and no groups, and make an entry for each person';

/** Security: a person lifts a guard for what a rule names, and not for whatever a wildcard reaches. */
function* liftMistakes({
  hold,
  verbs = [],
  apiGroups = [],
  resources = [],
}: RuleDocument): Iterable<readonly [string, string]> {
  for (const id of hold?.lifts ?? []) {
    const by = Object.hasOwn(LIFTABLE, id) ? LIFTABLE[id as GuardId] : undefined;
    if (by === undefined) yield ['hold', `\`${id}\` is no guard that can be lifted`];
    else if (by === 'never') yield ['hold', `the guard \`${id}\` is lifted by nobody’s yes`];
    else if (by === 'two' && (hold?.quorum ?? 1) < 2 && hold?.signed !== true)
      yield [
        'hold',
        `the guard \`${id}\` is lifted by two persons, or by a signed yes: say \`quorum: 2\` or \`signed: true\``,
      ];
  }
  if (hold?.lifts !== undefined && hold.auto?.some(({ answer }) => answer === 'approve'))
    yield ['hold', 'a rule that lifts guards asks a person: `auto` approves nothing of it'];
  const wide = [...verbs, ...apiGroups, ...resources].find((word) => word.includes('*'));
  if (hold?.lifts !== undefined && wide !== undefined)
    yield ['hold', `a rule that lifts guards names its verbs, groups and resources, without \`${wide}\``];
}
