import { allHold, type Condition, conditionsOf } from './conditions.ts';
import { isInnerPath } from './inner-paths.ts';
import type { Question } from './question.ts';
import { matchesRbac, matchesRbacUnnamed } from './rbac.ts';
import { isClusterScoped, type Reading } from './reading.ts';
import type { Rule } from './rule.ts';
import { and, NO, or, type Truth, unsaid, YES } from './truth.ts';

/** A rule and its test. */
export interface CompiledRule {
  readonly rule: Rule;
  /** The place of the rule's id among all ids, so that of two rules the same one is always named. */
  readonly order: number;
  /** Whether the rule speaks of the question, under any of the readings of its operation. */
  readonly test: (question: Question, readings: readonly Reading[]) => Truth;
  /** Of a hold that lifts guards: whether it speaks of the operation to the letter, since what is read widely names nothing. */
  readonly lifts?: (question: Question, readings: readonly Reading[]) => Truth;
}

/** Makes the test of a `when`; an argument, since what reads CEL is a large part of what a gateway loads, and many rule sets have no condition. */
export type CompileWhen = (text: string) => (question: Question) => Truth;

/** Whether a rule is read widely: what denies or holds matches more than it says, what permits never does. */
export function isWide(rule: Rule): boolean {
  return rule.effect === 'deny' || rule.effect === 'hold';
}

/**
 * The rule with its test. What permits is tested against the operation to the letter; what denies or holds against every reading of it.
 *
 * @throws {Error} the rule's `when` does not compile; the loader has refused such a rule
 */
export function compileRule(rule: Rule, order: number, limitsPorts: boolean, compileWhen: CompileWhen): CompiledRule {
  const when = rule.when === undefined ? [] : [compileWhen(rule.when)];
  const conditions = [...conditionsOf(rule, isWide(rule), limitsPorts), ...when];
  if (!isWide(rule)) return { rule, order, test: narrowTest(rule, conditions) };
  const test = wideTest(rule, conditions);
  if ((rule.hold?.lifts ?? []).length === 0) return { rule, order, test };
  return { rule, order, test, lifts: narrowTest(rule, [...conditionsOf(rule, false, limitsPorts), ...when]) };
}

function narrowTest(rule: Rule, conditions: readonly Condition[]): CompiledRule['test'] {
  return (question, [literal]) => {
    const reading = literal as Reading;
    const isNamed = matchesRbac(rule, question.operation, 'named');
    if (!isNamed && !couldBeNamed(rule, question)) return NO;
    if (!reading.isResourceRequest && !reachesPath(rule, reading.path)) return NO;
    const fields = isNamed ? YES : unsaid('name');
    return and(fields, allHold(conditions, question, reading));
  };
}

/** Whether an access review leaves the name open, and the rule speaks of some name. A create never has one in its path. */
function couldBeNamed(rule: Rule, { operation, unsaid: open }: Question): boolean {
  return open?.name === true && operation.name === '' && matchesRbacUnnamed(rule, operation, 'named');
}

/** T21: the server's own insides are reached by their exact paths, never by a wildcard. */
function reachesPath(rule: Rule, path: string): boolean {
  return !isInnerPath(path) || rule.nonResourceURLs.includes(path);
}

function wideTest(rule: Rule, conditions: readonly Condition[]): CompiledRule['test'] {
  return (question, readings) => {
    let result = NO;
    for (const reading of readings) {
      if (reading.isEquivalent && !rule.equivalents) continue;
      if (!fieldsMatchWidely(rule, reading)) continue;
      const name = reading.isNameUnsaid && rule.resourceNames.length > 0 ? unsaid('name') : YES;
      result = or(result, and(and(reading.hangsOn, name), allHold(conditions, question, reading)));
      if (result === YES) return YES;
    }
    return result;
  };
}

function fieldsMatchWidely(rule: Rule, reading: Reading): boolean {
  if (!reading.isResourceRequest) return matchesRbac(rule, reading, 'wildcard');
  if (reading.isEveryResource ? !deletesContents(rule) : !matchesRbacUnnamed(rule, reading, 'wildcard')) return false;
  if (rule.resourceNames.length === 0 || reading.names === 'all') return true;
  if (reading.names === 'one') return rule.resourceNames.includes(reading.name);
  const { prefix } = reading.names;
  return rule.resourceNames.some((name) => name.startsWith(prefix));
}

/** Whether a rule on `delete` speaks of anything that a namespace can hold. */
export function deletesContents({ verbs, apiGroups, resources }: Rule): boolean {
  if (!verbs.includes('delete') && !verbs.includes('*')) return false;
  return resources.some(
    (resource) => !resource.includes('/') && apiGroups.some((apiGroup) => !isClusterScoped({ apiGroup, resource })),
  );
}
