import type { Caller } from '../model/caller.ts';
import { anyGlob } from './glob.ts';
import type { CallerMatch } from './rule.ts';

/** What of a caller rules and budgets tell it by; a recording has as much of it. */
export type MatchedCaller = Pick<Caller, 'subject' | 'groups' | 'issuer' | 'labels' | 'kind'>;

/** A test whether a caller is one of those that a rule names; of a rule that names none, nobody is. */
export function callerMatcher(matches: readonly CallerMatch[]): (caller: MatchedCaller) => boolean {
  const tests = matches.map(one);
  return (caller) => tests.some((test) => test(caller));
}

function one({ subjects, groups, issuers, labels, kind }: CallerMatch): (caller: MatchedCaller) => boolean {
  const isSubject = subjects === undefined ? () => true : anyGlob(subjects);
  const wanted = Object.entries(labels ?? {});
  return (caller) =>
    isSubject(caller.subject) &&
    (groups === undefined || caller.groups.some((group) => groups.includes(group))) &&
    (issuers === undefined || issuers.includes(caller.issuer)) &&
    (kind === undefined || caller.kind === kind) &&
    wanted.every(([key, value]) => Object.hasOwn(caller.labels, key) && caller.labels[key] === value);
}
