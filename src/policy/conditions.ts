/*
 * The conditions of a rule beside RBAC's fields, each compiled to a test that says yes, no, or what is missing. They are kept in the order of
 * their cost, so that a look-up or a CEL condition is reached only when all the rest holds.
 *
 * Where a request cannot tell (an exec without a container, an attach, whose command is unknown), a rule that permits does not match and a rule
 * that denies or holds does: `isWide` is that answer.
 */
import type { Operation } from '../model/operation.ts';
import { argvMatcher } from './argv.ts';
import { callerMatcher } from './caller-match.ts';
import { anyGlob } from './glob.ts';
import { selectorMatches } from './label-selector.ts';
import type { Question } from './question.ts';
import type { Reading } from './reading.ts';
import type { ExecMatch, NamespaceMatch, PortForwardMatch, QueryMatch, Rule } from './rule.ts';
import { timeMatcher } from './time-match.ts';
import { and, missing, NO, type Truth, truth, unsaid, YES } from './truth.ts';

/** A condition on a question, under one reading of its operation. */
export type Condition = (question: Question, reading: Reading) => Truth;

/** What a rule states beside RBAC's fields. */
type Stated = Pick<
  Rule,
  'callers' | 'targets' | 'namespaces' | 'query' | 'times' | 'exec' | 'log' | 'portForward' | 'proxy' | 'hold'
>;

/** The conditions that a rule states, cheapest first; CEL is not among them. `limitsPorts`: see `CompileOptions`. */
export function conditionsOf(rule: Stated, isWide: boolean, limitsPorts = false): readonly Condition[] {
  const conditions: Condition[] = [];
  const target = anyGlob(rule.targets);
  conditions.push(({ operation }) => truth(target(operation.target)));
  const caller = callerMatcher(rule.callers);
  conditions.push((question) => truth(caller(question.caller)));
  if (rule.query !== undefined) conditions.push(queryCondition(rule.query));
  if (rule.exec !== undefined) conditions.push(execCondition(rule.exec, isWide));
  if (rule.log !== undefined) conditions.push(logCondition(rule.log.containers, isWide));
  if (rule.proxy !== undefined) conditions.push(proxyCondition(rule.proxy.paths, isWide));
  if (rule.times !== undefined) {
    const isOpen = timeMatcher(rule.times);
    conditions.push(({ nowMs }) => truth(isOpen(nowMs)));
  }
  if (rule.namespaces !== undefined) conditions.push(namespaceCondition(rule.namespaces, isWide));
  if (rule.portForward !== undefined) conditions.push(portForwardCondition(rule.portForward, isWide, limitsPorts));
  if (rule.hold?.novelMs !== undefined) conditions.push(novelCondition(rule.hold.novelMs));
  return conditions;
}

/** A caller that has not done the like for so long. What is not known is held. */
function novelCondition(novelMs: number): Condition {
  return ({ facts: { lastDone }, nowMs }) => {
    if (lastDone === undefined || lastDone === 'unknown') return missing('lastDone');
    return truth(lastDone === null || nowMs - lastDone >= novelMs);
  };
}

function queryCondition({ dryRun, force, propagation }: QueryMatch): Condition {
  return (question) => {
    if (question.unsaid !== undefined) return unsaid('options');
    const { options } = question.operation;
    return truth(
      (dryRun === undefined || options.isDryRun === dryRun) &&
        (force === undefined || (options.force ?? false) === force) &&
        (propagation === undefined || propagation.includes(options.propagationPolicy ?? 'none')),
    );
  };
}

/** A name says yes or no; a selector needs the namespace's labels, which are looked up only where no name says yes. */
function namespaceCondition(matches: readonly NamespaceMatch[], isWide: boolean): Condition {
  const isNamed = anyGlob(matches.flatMap((match) => ('name' in match ? [match.name] : [])));
  const selectors = matches.flatMap((match) => ('selector' in match ? [match.selector] : []));
  return ({ facts, unsaid: open }, reading) => {
    if (open?.namespace === true && reading.namespace === '') return unsaid('namespace');
    if (isWide && reading.isEveryNamespace) return YES;
    if (reading.namespace === '') return NO;
    if (isNamed(reading.namespace)) return YES;
    if (selectors.length === 0) return NO;
    const labels = facts.namespaceLabels;
    if (labels === undefined || labels === 'unknown') return missing('namespaceLabels');
    return truth(labels !== null && selectors.some((selector) => selectorMatches(selector, labels)));
  };
}

function execCondition(match: ExecMatch, isWide: boolean): Condition {
  const argv = match.argv === undefined ? undefined : argvMatcher(match.argv);
  const container = containerTest(match.containers, isWide);
  return ({ operation: { power, stream }, unsaid: open }, reading) => {
    if (power === 'exec' || power === 'attach') {
      if (open !== undefined) return unsaid('command');
      if (stream === undefined) return truth(isWide);
      const isCommand = argv === undefined || (power === 'exec' ? argv(stream.argv) : isWide);
      return truth(
        isCommand &&
          container(stream.container) &&
          (match.tty === undefined || stream.isTty === match.tty) &&
          (match.stdin === undefined || stream.isStdin === match.stdin),
      );
    }
    return truth(isWide && reading.power === 'exec');
  };
}

function logCondition(containers: readonly string[] | undefined, isWide: boolean): Condition {
  const container = containerTest(containers, isWide);
  return ({ operation, unsaid: open }) => {
    if (!isOfPods(operation, 'log')) return NO;
    return open === undefined ? truth(container(operation.stream?.container)) : unsaid('container');
  };
}

function isOfPods({ apiGroup, resource, subresource }: Operation, wanted: string): boolean {
  return apiGroup === '' && resource === 'pods' && subresource === wanted;
}

function containerTest(
  names: readonly string[] | undefined,
  isWide: boolean,
): (container: string | undefined) => boolean {
  if (names === undefined) return () => true;
  const isNamed = anyGlob(names);
  return (container) => (container === undefined || container === '' ? isWide : isNamed(container));
}

function portForwardCondition(
  { ports, podLabels, services }: PortForwardMatch,
  isWide: boolean,
  limitsPorts: boolean,
): Condition {
  return ({ operation: { power, stream }, facts, unsaid: open }) => {
    if (power !== 'portforward') return NO;
    const asked = stream?.ports ?? [];
    // T41: ports that are named inside the stream are not known yet; a rule that denies some could be meant, one that allows some is held to
    // them as the stream passes, or allows nothing.
    const isPort = asked.length === 0 ? isWide || limitsPorts : portsMatch(ports ?? [], asked, isWide);
    let result = open !== undefined && ports !== undefined ? unsaid('ports') : truth(ports === undefined || isPort);
    if (result !== NO && podLabels !== undefined) {
      const { pod } = facts;
      result = and(
        result,
        pod === undefined || pod === 'unknown'
          ? missing('pod')
          : truth(pod !== null && selectorMatches(podLabels, pod.labels)),
      );
    }
    if (result !== NO && services !== undefined) {
      const behind = facts.services;
      result = and(
        result,
        behind === undefined || behind === 'unknown'
          ? missing('services')
          : truth(behind.some((service) => services.includes(service))),
      );
    }
    return result;
  };
}

function portsMatch(ports: readonly number[], asked: readonly number[], isWide: boolean): boolean {
  return isWide ? asked.some((port) => ports.includes(port)) : asked.every((port) => ports.includes(port));
}

const PROXY_POWERS: ReadonlySet<string> = new Set(['pods-proxy', 'services-proxy', 'nodes-proxy']);

function proxyCondition(paths: readonly string[] | undefined, isWide: boolean): Condition {
  const isOnPath = paths === undefined ? () => true : anyGlob(paths);
  return ({ operation: { power, stream }, unsaid: open }) => {
    if (power === undefined || !PROXY_POWERS.has(power)) return NO;
    if (open !== undefined) return unsaid('path');
    if (stream === undefined) return truth(isWide);
    const asked = `/${(stream.proxyPath ?? '').replace(/^\/+/, '')}`;
    if (!asked.includes('//')) return truth(isOnPath(asked));
    // Security: some programs take `//` for `/` and some do not: a deny matches either reading, an allow both.
    const both = [isOnPath(asked), isOnPath(asked.replace(/\/{2,}/g, '/'))];
    return truth(isWide ? both.includes(true) : !both.includes(false));
  };
}

/** All of the conditions on a question; those after one that says no are not asked. */
export function allHold(conditions: readonly Condition[], question: Question, reading: Reading): Truth {
  let result = YES;
  for (const condition of conditions) {
    result = and(result, condition(question, reading));
    if (result === NO) return NO;
  }
  return result;
}
