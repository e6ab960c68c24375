/*
 * Where a rule and a question part: each field of the rule is asked on its own, through the same tests that `decide` uses. A rule that denies or
 * holds is asked under each reading of the operation, and the nearest reading is told.
 */
import type { Caller } from '../../model/caller.ts';
import { callerMatcher } from '../caller-match.ts';
import { compileCel } from '../cel/compile.ts';
import { deletesContents, isWide } from '../compiled-rule.ts';
import { allHold, conditionsOf } from '../conditions.ts';
import { mustBeNamed } from '../must-be-named.ts';
import type { Question } from '../question.ts';
import { matchesRbac, type RbacRule } from '../rbac.ts';
import { type Reading, readings } from '../reading.ts';
import type { CallerMatch, NamespaceMatch, Rule } from '../rule.ts';
import { BROKEN, NO, type Truth } from '../truth.ts';

/** A field of a rule that the question does not satisfy. */
export interface Difference {
  /** As it is spelt in a policy document. */
  readonly field: string;
  /** What the rule says there. */
  readonly rule: string;
  /** What the question has there. */
  readonly question: string;
}

/** The fields in which the rule does not speak of the question; none where it does, or where only facts are missing. */
export function differences(rule: Rule, question: Question): readonly Difference[] {
  const own = readings(question.operation, undefined, question.facts).filter(
    (reading, i) => i === 0 || (isWide(rule) && (rule.equivalents || !reading.isEquivalent)),
  );
  const each = own.map((reading) => underReading(rule, question, reading));
  return each.reduce((nearest, other) => (other.length < nearest.length ? other : nearest));
}

function underReading(rule: Rule, question: Question, reading: Reading): readonly Difference[] {
  return [
    ...callerDifference(rule, question.caller),
    ...conditionDifferences(rule, question, reading, ['targets']),
    ...whatDifferences(rule, reading),
    ...nameDifference(rule, isWide(rule) ? reading : { ...reading, name: question.operation.name }),
    ...conditionDifferences(rule, question, reading, CONDITION_KEYS),
    ...whenDifference(rule, question),
  ];
}

function callerDifference({ callers }: Rule, caller: Caller): readonly Difference[] {
  if (callerMatcher(callers)(caller)) return [];
  const nearest = callers
    .map((match) => callerParts(match).filter((part) => !callerMatcher([part])(caller)))
    .reduce(
      (a, b) => (b.length < a.length ? b : a),
      callers.length === 0 ? [] : callerParts(callers[0] as CallerMatch),
    );
  return nearest.map((part) => {
    const [key = '', wanted] = Object.entries(part)[0] ?? [];
    return { field: `callers.${key}`, rule: shown(wanted), question: shown(callerValue(caller, key)) };
  });
}

/** A match for each of its conditions. */
function callerParts(match: CallerMatch): readonly CallerMatch[] {
  return Object.entries(match).map(([key, value]) => ({ [key]: value }));
}

function callerValue(caller: Caller, key: string): unknown {
  switch (key) {
    case 'subjects':
      return caller.subject;
    case 'groups':
      return caller.groups;
    case 'issuers':
      return caller.issuer;
    case 'labels':
      return caller.labels;
    default:
      return caller.kind;
  }
}

/** Verb, group and resource; or verb and path. */
function whatDifferences(rule: Rule, reading: Reading): readonly Difference[] {
  const { power, isResourceRequest, apiGroup, path } = reading;
  const reach = isWide(rule) ? 'wildcard' : 'named';
  const matches = (part: Partial<RbacRule>) =>
    matchesRbac({ ...exactly(reading), ...part, resourceNames: [] }, reading, reach);
  const verbs = { field: 'verbs', rule: shown(rule.verbs), question: verbWords(reading) };
  if (reading.isEveryResource) return contentsDifferences(rule);
  if (!isResourceRequest) {
    if (rule.nonResourceURLs.length === 0) return [{ field: 'nonResourceURLs', rule: 'none', question: path }];
    const isPath = matches({ nonResourceURLs: rule.nonResourceURLs });
    const paths = { field: 'nonResourceURLs', rule: shown(rule.nonResourceURLs), question: path };
    return [...(matches({ verbs: rule.verbs }) ? [] : [verbs]), ...(isPath ? [] : [paths])];
  }
  if (power !== undefined && rule.powers.includes(power)) return [];
  const resource = combined(reading);
  if (rule.resources.length === 0) {
    return [
      { field: rule.powers.length > 0 ? 'powers' : 'resources', rule: shown(rule.powers), question: power ?? resource },
    ];
  }
  const found: Difference[] = [];
  if (!matches({ verbs: rule.verbs })) found.push(verbs);
  if (!matches({ apiGroups: rule.apiGroups }))
    found.push({ field: 'apiGroups', rule: shown(rule.apiGroups), question: shown(apiGroup) });
  if (!matches({ resources: rule.resources }))
    found.push({ field: 'resources', rule: wildly(rule.resources, reading), question: resource });
  if (power === undefined || reach === 'wildcard' || found.length === 0) return found;
  const isWild = [...rule.verbs, ...rule.apiGroups, ...rule.resources].some((entry) => entry.startsWith('*'));
  return isWild
    ? [{ field: 'powers', rule: `${shown(rule.powers)}; a wildcard reaches no power`, question: power }]
    : found;
}

/** What a rule misses that does not speak of deleting all that is in a namespace. */
function contentsDifferences(rule: Rule): readonly Difference[] {
  const isDelete = rule.verbs.includes('delete') || rule.verbs.includes('*');
  return [
    ...(isDelete ? [] : [{ field: 'verbs', rule: shown(rule.verbs), question: 'delete' }]),
    ...(deletesContents({ ...rule, verbs: ['delete'] })
      ? []
      : [{ field: 'resources', rule: shown(rule.resources), question: 'what is in a namespace' }]),
  ];
}

/** What the rule says, and that its wildcard does not reach what has to be named. */
function wildly(resources: readonly string[], reading: Reading): string {
  const isWild = mustBeNamed(reading) === 'resources' && resources.includes('*');
  return isWild ? `${shown(resources)}; a wildcard reaches no change of \`secrets\`` : shown(resources);
}

/** Exec, attach and port-forward are had for `create`, whatever HTTP method carries them. */
function verbWords({ verb, power }: Reading): string {
  const isCreate = power === 'exec' || power === 'attach' || power === 'portforward';
  return isCreate && verb !== 'create' ? `create (as ${power} is, also by ${verb})` : verb;
}

/** A rule of exactly what the reading has. A power that is carried as `create` is had for either verb. */
function exactly({ verb, path, apiGroup, ...reading }: Reading): RbacRule {
  return { verbs: [verb, 'create'], apiGroups: [apiGroup], resources: [combined(reading)], nonResourceURLs: [path] };
}

function combined({ resource, subresource }: Pick<Reading, 'resource' | 'subresource'>): string {
  return subresource === '' ? resource : `${resource}/${subresource}`;
}

function nameDifference(rule: Rule, { name, names, verb, isResourceRequest }: Reading): readonly Difference[] {
  const { resourceNames } = rule;
  if (!isResourceRequest || resourceNames.length === 0 || resourceNames.includes(name)) return [];
  const isMany = names !== 'one';
  if (isMany && isWide(rule) && (names === 'all' || resourceNames.some((each) => each.startsWith(names.prefix))))
    return [];
  return [{ field: 'resourceNames', rule: shown(resourceNames), question: namedAs(name, verb) }];
}

/** What permits goes by the name in the path, which a create has not. */
function namedAs(name: string, verb: string): string {
  if (name !== '') return name;
  return verb === 'create' ? 'no name, since a create has none in its path' : 'no name';
}

const CONDITION_KEYS = ['namespaces', 'query', 'exec', 'log', 'portForward', 'proxy', 'times'] as const;

type ConditionKey = (typeof CONDITION_KEYS)[number] | 'targets';

function conditionDifferences(
  rule: Rule,
  question: Question,
  reading: Reading,
  keys: readonly ConditionKey[],
): readonly Difference[] {
  const { namespaces: _n, query: _q, exec: _e, log: _l, portForward: _f, proxy: _p, times: _t, ...rest } = rule;
  const bare: Rule = { ...rest, targets: ['*'], callers: [{}] };
  return keys.flatMap((key) => {
    if (rule[key] === undefined) return [];
    const conditions = conditionsOf({ ...bare, [key]: rule[key] }, isWide(rule));
    if (allHold(conditions, question, reading) !== NO) return [];
    return [{ field: key, rule: shown(rule[key]), question: questionValue(question, reading, key) }];
  });
}

function questionValue({ operation, nowMs }: Question, reading: Reading, key: ConditionKey): string {
  const { stream, power, options } = operation;
  switch (key) {
    case 'targets':
      return operation.target;
    case 'namespaces':
      return reading.namespace === '' ? 'no namespace' : reading.namespace;
    case 'query':
      return shown({
        dryRun: options.isDryRun,
        force: options.force ?? false,
        propagation: options.propagationPolicy ?? 'none',
      });
    case 'times':
      return new Date(nowMs).toISOString();
    case 'exec':
      return stream === undefined || power === undefined
        ? 'no exec'
        : shown({ argv: stream.argv, container: stream.container ?? '', tty: stream.isTty, stdin: stream.isStdin });
    case 'log':
      return operation.subresource === 'log' ? `container ${shown(stream?.container ?? '')}` : 'no log';
    case 'portForward':
      return power === 'portforward' ? shown({ ports: stream?.ports ?? [] }) : 'no port-forward';
    case 'proxy':
      return stream?.proxyPath === undefined ? 'no proxy' : `/${stream.proxyPath.replace(/^\/+/, '')}`;
  }
}

function whenDifference({ when }: Rule, question: Question): readonly Difference[] {
  if (when === undefined) return [];
  const truth: Truth = compileCel(when)(question);
  if (truth === NO) return [{ field: 'when', rule: when, question: 'false' }];
  return (truth & BROKEN) === 0 ? [] : [{ field: 'when', rule: when, question: 'broke off with an error' }];
}

/** A value of a rule as one short text. */
function shown(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(listed).join(', ');
  if (typeof value === 'string') return value === '' ? '""' : value;
  return JSON.stringify(value);
}

function listed(item: NamespaceMatch | string): string {
  if (typeof item === 'string') return item === '' ? '""' : item;
  return 'name' in item ? item.name : JSON.stringify(item);
}
