import type { Offered } from '../model/offered.ts';
import type { Operation } from '../model/operation.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { mustBeNamed } from './must-be-named.ts';
import type { Question } from './question.ts';
import { type Reading, readings } from './reading.ts';
import type { RuleSetParts } from './rule-set.ts';
import { YES } from './truth.ts';

/** Limit: so many names are told at most. */
const NAMES_MAX = 5;

/** How access can be asked for, in one sentence. */
export function requestAdvice({ rule, reason }: Pick<Offered, 'rule' | 'reason'>): string {
  return `access can be requested: rule \`${rule}\`${reason === '' ? '' : `, ${reason}`}`;
}

/** What a rule would have to say that allows what no wildcard reaches, in one sentence; empty where a wildcard does. From the request alone. */
export function namedAlone({ isResourceRequest, ...operation }: Operation): string {
  const field = isResourceRequest ? mustBeNamed(operation) : undefined;
  if (field === undefined) return '';
  const what = field === 'resources' ? operation.resource : operation.apiGroup;
  return `\`*\` does not reach it: a rule that allows it names \`${what}\` under \`${field}\``;
}

/** Limit: so many rules are looked at at most; a caller with more is told of some. */
const RULES_MAX = 64;

/**
 * What a caller whose list or watch is wider than its rules could ask for instead, in one sentence; empty where nothing is known. Namespaces and names are
 * the caller's own rules' words (T52).
 */
export function narrowerList(parts: RuleSetParts, question: Question): string {
  const { operation } = question;
  if (!operation.isResourceRequest || operation.name !== '') return '';
  if (operation.verb !== 'list' && operation.verb !== 'watch') return '';
  const literal = readings(operation)[0] as Reading;
  const wider = { ...literal, names: 'all', isEveryNamespace: operation.namespace === '' } as const;
  const near = parts.permissive
    .candidates(question.caller, [wider], true)
    .filter(({ rule }) => rule.effect === 'allow')
    .slice(0, RULES_MAX);
  const namespaces = operation.namespace === '' ? near.flatMap((rule) => allowedNamespaces(rule, question)) : [];
  if (namespaces.length > 0) return `ask for one namespace: ${listed(namespaces)}`;
  const names = near.flatMap((rule) => rule.rule.resourceNames.filter((name) => isAllowed(rule, question, { name })));
  return names.length === 0 ? '' : `ask by name: ${listed(names)}`;
}

function allowedNamespaces(rule: CompiledRule, question: Question): readonly string[] {
  const { namespaces = [] } = rule.rule;
  return namespaces
    .flatMap((match) => ('name' in match && !match.name.includes('*') ? [match.name] : []))
    .filter((namespace) => isAllowed(rule, question, { namespace }));
}

/** Whether the rule would allow the same for another name or namespace. */
function isAllowed({ test }: CompiledRule, question: Question, change: Partial<Operation>): boolean {
  const operation = { ...question.operation, ...change };
  return test({ ...question, operation }, readings(operation)) === YES;
}

function listed(found: readonly string[]): string {
  const words = [...new Set(found)].sort();
  const shown = words.slice(0, NAMES_MAX).map((word) => `\`${word}\``);
  return words.length > NAMES_MAX ? `${shown.join(', ')} and ${words.length - NAMES_MAX} more` : shown.join(', ');
}
