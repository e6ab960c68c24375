import { allHold, conditionsOf } from './conditions.ts';
import type { Question } from './question.ts';
import { matchesRbac } from './rbac.ts';
import { type Reading, readings } from './reading.ts';
import type { Rule } from './rule.ts';
import type { RuleSetParts } from './rule-set.ts';
import { YES } from './truth.ts';

/** Limit: so many names are told at most. */
const NAMES_MAX = 5;

/**
 * What a caller that no rule allows can do, in one sentence; empty where nothing is known. A request rule says that access can be asked for; a list or
 * watch wider than the caller's rules is told the namespaces or names that it could ask for instead, which are the caller's own rules' words (T52).
 */
export function silenceAdvice(parts: RuleSetParts, question: Question, request: Rule | undefined): string {
  const narrower = narrowerList(parts, question);
  if (narrower !== '') return narrower;
  return request === undefined
    ? ''
    : `access can be requested: rule \`${request.id}\`${request.reason === '' ? '' : `, ${request.reason}`}`;
}

function narrowerList(parts: RuleSetParts, question: Question): string {
  const { operation } = question;
  if (!operation.isResourceRequest || operation.name !== '' || !['list', 'watch'].includes(operation.verb)) return '';
  const rules = allowedForSome(parts, question);
  if (operation.namespace === '') {
    const namespaces = unique(rules.flatMap((rule) => (rule.resourceNames.length > 0 ? [] : namesOf(rule))));
    if (namespaces.length > 0) return `ask for one namespace: ${listed(namespaces)}`;
  }
  const names = unique(rules.filter((rule) => isIn(rule, operation.namespace)).flatMap((rule) => rule.resourceNames));
  return names.length === 0 ? '' : `ask by name: ${listed(names)}`;
}

/** Allow rules that would match if namespace and name were theirs. */
function allowedForSome({ rules }: RuleSetParts, question: Question): readonly Rule[] {
  const literal = readings(question.operation)[0] as Reading;
  return rules
    .map(({ rule }) => rule)
    .filter((rule) => rule.effect === 'allow' && rule.when === undefined)
    .filter((rule) => {
      const { namespaces: _, ...anywhere } = { ...rule, resourceNames: [] };
      return (
        matchesRbac(anywhere, question.operation, 'named') &&
        allHold(conditionsOf(anywhere, false), question, literal) === YES
      );
    });
}

function namesOf({ namespaces = [] }: Rule): readonly string[] {
  return namespaces.flatMap((match) => ('name' in match && !match.name.includes('*') ? [match.name] : []));
}

function isIn({ namespaces }: Rule, namespace: string): boolean {
  return namespaces === undefined || namespaces.some((match) => 'name' in match && match.name === namespace);
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)].sort();
}

function listed(words: readonly string[]): string {
  const shown = words.slice(0, NAMES_MAX).map((word) => `\`${word}\``);
  return words.length > NAMES_MAX ? `${shown.join(', ')} and ${words.length - NAMES_MAX} more` : shown.join(', ');
}
