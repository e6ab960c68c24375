import type { CelMistake } from '../policy/cel/check.ts';
import type { Role } from '../policy/role.ts';
import type { Rule } from '../policy/rule.ts';
import { type Finding, findingAt, type Located, schemaFindings } from './finding.ts';
import { parseYaml } from './parse-yaml.ts';
import { type PolicyDocument, policySchema, type RuleDocument } from './policy-schema.ts';
import { scalarFinding } from './scalar-finding.ts';
import { toRole, toRule } from './to-rule.ts';

/** A policy file as it was read. */
export interface PolicyFile {
  readonly path: string;
  readonly text: string;
}

/** The rules of files, or every mistake in any of them. */
export type ParsedPolicies =
  | { readonly rules: readonly Rule[]; readonly roles: readonly Role[] }
  | { readonly findings: readonly Finding[] };

/** Policies of which all is checked but their conditions; only `checkConditions` makes rules of them. */
export interface PolicyDraft {
  readonly conditions: readonly PolicyCondition[];
  readonly rules: readonly Rule[];
  readonly roles: readonly Role[];
  readonly findings: readonly Finding[];
}

/** A condition in CEL, and where it stands. */
interface PolicyCondition {
  readonly located: PolicyText;
  readonly path: readonly PropertyKey[];
  readonly text: string;
}

/**
 * The documents of all files, each checked for its form, for what hangs on several fields, and for what hangs on other documents (an id stands once).
 * Their conditions are left to `checkConditions`, so that what reads CEL is loaded only where there are any.
 */
export function draftPolicies(files: readonly PolicyFile[]): PolicyDraft {
  const draft: Draft = { conditions: [], rules: [], roles: [], findings: [], places: new Map() };
  for (const file of files) {
    for (const parsed of parseYaml(file.path, file.text)) {
      if ('findings' in parsed) draft.findings.push(...parsed.findings);
      else if (parsed.document.contents !== null) addDocument({ ...parsed, text: file.text }, draft);
    }
  }
  return draft;
}

/** The rules of a draft, once its conditions are checked, or every mistake: a set is loaded whole or not at all. */
export function checkConditions(
  draft: PolicyDraft,
  checkWhen: (text: string) => readonly CelMistake[],
): ParsedPolicies {
  const mistakes = draft.conditions.flatMap(({ located, path, text }) =>
    checkWhen(text).map(({ offset, message }) => scalarFinding(located, path, offset, message)),
  );
  const findings = [...draft.findings, ...mistakes];
  return findings.length === 0 ? { rules: Object.freeze(draft.rules), roles: draft.roles } : { findings };
}

/** A document with the text of its file, which CEL's positions are counted in. */
export interface PolicyText extends Located {
  readonly text: string;
}

/** A draft while it is made. */
interface Draft {
  readonly conditions: PolicyCondition[];
  readonly rules: Rule[];
  readonly roles: Role[];
  readonly findings: Finding[];
  /** Where each id stands. */
  readonly places: Map<string, string>;
}

function addDocument(located: PolicyText, { conditions, rules, roles, findings, places }: Draft): void {
  const parsed = policySchema.safeParse(located.document.toJS());
  if (!parsed.success) {
    findings.push(...schemaFindings(located, parsed.error));
    return;
  }
  const policy = parsed.data;
  for (const role of policy.roles ?? []) roles.push(toRole(role));
  for (const [i, rule] of policy.rules.entries()) {
    const path = ['rules', i];
    for (const [key, message] of ruleMistakes(policy, rule))
      findings.push(findingAt(located, key === '' ? path : [...path, key], message));
    if (rule.when !== undefined) conditions.push({ located, path: [...path, 'when'], text: rule.when });
    const made = toRule(policy, rule, i, { file: located.file, line: findingAt(located, path, '').line });
    const first = places.get(made.id);
    if (first !== undefined)
      findings.push(findingAt(located, [...path, 'id'], `\`${made.id}\` stands in ${first} too; an id stands once`));
    places.set(made.id, first ?? `${made.source.file}:${made.source.line}`);
    rules.push(made);
  }
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
  yield* effectMistakes(rule);
}

function* effectMistakes(rule: RuleDocument): Iterable<readonly [string, string]> {
  const { effect } = rule;
  if (rule.request !== undefined && effect !== 'request')
    yield ['request', `only a request can be asked for, not a ${effect}`];
  if (rule.amend !== undefined && effect !== 'allow') yield ['amend', `only an allow can amend, not a ${effect}`];
  if (rule.output !== undefined && effect !== 'allow') yield ['output', `only an allow shows output, not a ${effect}`];
  if (rule.serviceAccounts !== undefined && effect !== 'allow' && effect !== 'hold') {
    yield ['serviceAccounts', `only an allow or a hold names service accounts, not a ${effect}`];
  }
  if (rule.mountableSecrets !== undefined && effect !== 'allow' && effect !== 'hold') {
    yield ['mountableSecrets', `only an allow or a hold names Secrets to mount, not a ${effect}`];
  }
  if (rule.equivalents !== undefined && effect !== 'deny' && effect !== 'hold') {
    yield ['equivalents', `only a deny or a hold covers equivalents; a ${effect} never does`];
  }
  const { startsAt, endsAt } = rule.times ?? {};
  if (startsAt !== undefined && endsAt !== undefined && Date.parse(startsAt) >= Date.parse(endsAt))
    yield ['times', '`endsAt` is not after `startsAt`'];
}
