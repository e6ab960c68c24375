/*
 * What `decide` should answer, written as plainly as the rules of the language can be said: every rule is looked at, one after the other, nothing is
 * compiled, and none of the code under test is used. Slow, and right where it can be read to be right.
 */
import type { Operation } from '../../src/model/operation.ts';
import type { Facts } from '../../src/policy/facts.ts';
import type { Question } from '../../src/policy/question.ts';
import type { Rule } from '../../src/policy/rule.ts';

/** Kleene's three values, the third in two kinds: a fact that is unknown, and a condition that broke off. */
type Three = 'yes' | 'no' | 'unknown' | 'broken';

export interface Obvious {
  readonly effect: 'allow' | 'deny' | 'hold';
  readonly rule: string;
}

/** Guards apart, which the property test opens. */
export function obviousDecide(rules: readonly Rule[], question: Question): Obvious {
  const byId = [...rules].sort((a, b) => (a.id < b.id ? -1 : 1));
  const said = (effect: Rule['effect']) =>
    byId.filter((rule) => rule.effect === effect).map((rule) => ({ rule, three: speaks(rule, question) }));
  const denies = said('deny').filter(({ three }) => three !== 'no');
  const deny = denies.find(({ three }) => three === 'yes') ?? denies[0];
  if (deny !== undefined) return { effect: 'deny', rule: deny.rule.id };
  const hold = said('hold').find(({ three }) => three !== 'no');
  if (hold !== undefined) return { effect: 'hold', rule: hold.rule.id };
  const allows = said('allow');
  const sure = allows.filter(({ three }) => three === 'yes');
  const allow = sure.find(({ rule }) => rule.amend.length === 0) ?? sure[0];
  if (allow !== undefined) return { effect: 'allow', rule: allow.rule.id };
  return { effect: 'deny', rule: allows.find(({ three }) => three === 'unknown')?.rule.id ?? '' };
}

function speaks(rule: Rule, question: Question): Three {
  const isWide = rule.effect === 'deny' || rule.effect === 'hold';
  const { caller, operation } = question;
  if (!rule.targets.some((pattern) => matchesPattern(pattern, operation.target))) return 'no';
  const isCaller = rule.callers.some(
    ({ subjects, groups, kind }) =>
      (subjects === undefined || subjects.some((pattern) => matchesPattern(pattern, caller.subject))) &&
      (groups === undefined || groups.some((group) => caller.groups.includes(group))) &&
      (kind === undefined || kind === caller.kind),
  );
  if (!isCaller) return 'no';
  if (rule.query?.dryRun !== undefined && rule.query.dryRun !== operation.options.isDryRun) return 'no';
  const forms = isWide ? wideForms(rule, question) : narrowForms(rule, operation);
  const where = forms.map((form) =>
    allOf([form === 'every' ? 'yes' : (form.does ?? 'yes'), inNamespace(rule, form, question, isWide)]),
  );
  return allOf([anyOf(where), condition(rule, question)]);
}

/** A namespace in which the operation does what the rule speaks of, if it does; `every` is all of them at once. */
type Form = { readonly namespace: string; readonly does?: Three } | 'every';

function narrowForms(rule: Rule, operation: Operation): readonly Form[] {
  if (rule.resourceNames.length > 0 && !rule.resourceNames.includes(operation.name)) return [];
  const { power } = operation;
  const isReached =
    power === undefined
      ? names(rule.verbs, operation.verb) && names(rule.apiGroups, operation.apiGroup) && resource(rule, operation)
      : rule.powers.includes(power) ||
        (rule.verbs.includes(power === 'exec' || power === 'attach' ? 'create' : operation.verb) &&
          rule.apiGroups.includes(operation.apiGroup) &&
          rule.resources.includes(`${operation.resource}/${operation.subresource}`));
  return isReached ? [{ namespace: operation.namespace }] : [];
}

function wideForms(rule: Rule, { operation, facts }: Question): readonly Form[] {
  const forms: Form[] = [];
  const isMany = operation.name === '' && ['list', 'watch', 'deletecollection'].includes(operation.verb);
  const created = operation.verb === 'create' && operation.name === '' ? bodyName(operation) : operation.name;
  const isNamed =
    rule.resourceNames.length === 0 || isMany || (created === undefined ? true : rule.resourceNames.includes(created));
  const here: Form =
    isMany && operation.namespace === '' && !(operation.apiGroup === '' && operation.resource === 'nodes')
      ? 'every'
      : { namespace: operation.namespace };
  const { power } = operation;
  const asCreate = { ...operation, verb: power === 'exec' || power === 'attach' ? 'create' : operation.verb };
  const isLiteral =
    (power !== undefined && rule.powers.includes(power)) || fields(rule, operation) || fields(rule, asCreate);
  if (isNamed && isLiteral) forms.push(here);
  if (!rule.equivalents) return forms;
  const asDelete = { ...operation, verb: 'delete', subresource: '' };
  if (isNamed && operation.equals.length > 0 && fields(rule, asDelete)) forms.push(here);
  if (isNamed && operation.verb === 'update' && fields(rule, asDelete))
    forms.push({ namespace: operation.namespace, does: dropsFinalizers(facts.existing) });
  const asExec = { ...operation, verb: 'create', subresource: 'exec' };
  if (isNamed && power === 'attach' && (rule.powers.includes('exec') || fields(rule, asExec))) forms.push(here);
  if (
    operation.apiGroup === '' &&
    operation.resource === 'namespaces' &&
    operation.subresource === '' &&
    operation.verb === 'delete'
  ) {
    const isContents = rule.resources.some(
      (entry) =>
        !entry.includes('/') &&
        rule.apiGroups.some((group) => !(group === '' && ['nodes', 'namespaces'].includes(entry))),
    );
    if (names(rule.verbs, 'delete') && isContents) forms.push({ namespace: operation.name });
  }
  return forms;
}

/** No update that is asked about here has finalizers. */
function dropsFinalizers(existing: Facts['existing']): Three {
  if (existing === undefined || existing === 'unknown') return 'unknown';
  const metadata = existing?.metadata as { readonly finalizers?: readonly string[] } | undefined;
  return (metadata?.finalizers ?? []).length > 0 ? 'yes' : 'no';
}

/** Undefined where it could be any. */
function bodyName(operation: Operation): string | undefined {
  const metadata = operation.body?.object?.metadata as { readonly name?: string } | undefined;
  return metadata?.name;
}

function fields(rule: Rule, operation: Operation): boolean {
  return names(rule.verbs, operation.verb) && names(rule.apiGroups, operation.apiGroup) && resource(rule, operation);
}

function names(entries: readonly string[], value: string): boolean {
  return entries.includes('*') || entries.includes(value);
}

function resource(rule: Rule, { resource: name, subresource }: Operation): boolean {
  if (subresource === '') return names(rule.resources, name);
  return names(rule.resources, `${name}/${subresource}`) || rule.resources.includes(`*/${subresource}`);
}

function inNamespace(rule: Rule, form: Form, question: Question, isWide: boolean): Three {
  if (rule.namespaces === undefined || (form === 'every' && isWide)) return 'yes';
  const namespace = form === 'every' ? '' : form.namespace;
  if (namespace === '') return 'no';
  return anyOf(
    rule.namespaces.map((match) => {
      if ('name' in match) return matchesPattern(match.name, namespace) ? 'yes' : 'no';
      const labels = question.facts.namespaceLabels;
      if (labels === undefined || labels === 'unknown') return 'unknown';
      return Object.entries(match.selector.matchLabels ?? {}).every(([key, value]) => labels?.[key] === value)
        ? 'yes'
        : 'no';
    }),
  );
}

/** The conditions that the property test draws from, and what each comes to. */
export const CONDITIONS: Readonly<Record<string, (question: Question) => Three>> = {
  true: () => 'yes',
  'caller.subject == "a"': ({ caller }) => (caller.subject === 'a' ? 'yes' : 'no'),
  '1 / 0 == 1': () => 'broken',
  'existing == null': ({ operation, facts }) => {
    if (operation.name === '') return 'yes';
    return facts.existing === undefined || facts.existing === 'unknown'
      ? 'unknown'
      : facts.existing === null
        ? 'yes'
        : 'no';
  },
};

function condition(rule: Rule, question: Question): Three {
  return rule.when === undefined ? 'yes' : (CONDITIONS[rule.when]?.(question) ?? 'no');
}

function matchesPattern(pattern: string, text: string): boolean {
  const source = pattern.split('*').map((piece) => piece.replace(/[^a-z0-9]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's').test(text);
}

function anyOf(values: readonly Three[]): Three {
  return (['yes', 'unknown', 'broken'] as const).find((each) => values.includes(each)) ?? 'no';
}

function allOf(values: readonly Three[]): Three {
  return (['no', 'unknown', 'broken'] as const).find((each) => values.includes(each)) ?? 'yes';
}
