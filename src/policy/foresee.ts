/*
 * What `decide` will say of every request that an access review describes. The same rules are evaluated; what the review leaves open is missing in them
 * like a fact, and what is missing makes the answer incomplete where `decide` would have to be on the safe side.
 *
 * Law: an answer that is not incomplete is the one that `decide` gives to each such request, whatever its body, options, stream and facts.
 */
import type { Caller } from '../model/caller.ts';
import type { Foresight, Supposed } from '../model/foresight.ts';
import { silenceAdvice } from './advice.ts';
import { certain, type Evaluation, evaluate, type Spoken } from './evaluate.ts';
import type { FactKind } from './facts.ts';
import { partsOf, type RuleSet } from './rule-set.ts';
import { missingFacts, missingParts, type Truth, type UnsaidKind } from './truth.ts';

/** The answer to all requests like the supposed one at `nowMs`, or what it hangs on. Looks nothing up. */
export function foresee(rules: RuleSet, caller: Caller, { operation, unsaid }: Supposed, nowMs: number): Foresight {
  const parts = partsOf(rules);
  const question = { caller, operation, facts: {}, nowMs, unsaid };
  const spoken = evaluate(parts, question);
  const denied = certainDenial(spoken);
  if (denied !== undefined) return denied;
  const { allow, hold, builtIn } = spoken;
  if (builtIn === undefined && allow.length === 0 && hold.length === 0) {
    const advice = silenceAdvice(parts, question, certain(spoken.request)?.by.rule);
    return { effect: 'deny', by: 'silence', rule: '', reason: '', advice };
  }
  return (
    undecided(spoken.deny, ({ rule }) => rule.id) ?? undecided(spoken.guards, ({ id }) => id) ?? permission(spoken)
  );
}

/** A rule is named before a guard, as `decide` does. */
function certainDenial({ deny, guards }: Evaluation): Foresight | undefined {
  const rule = certain(deny)?.by.rule;
  if (rule !== undefined) return { effect: 'deny', by: 'rule', rule: rule.id, reason: rule.reason, advice: '' };
  const guard = certain(guards)?.by;
  if (guard === undefined) return undefined;
  return { effect: 'deny', by: 'guard', rule: guard.id, reason: guard.reason, advice: guard.advice };
}

function permission({ hold, allow, builtIn }: Evaluation): Foresight {
  const held = certain(hold)?.by.rule;
  if (held !== undefined) return { effect: 'hold', rule: held.id, reason: held.reason };
  const open = undecided(hold, ({ rule }) => rule.id);
  if (open !== undefined) return open;
  const allowed = builtIn ?? certain(allow)?.by.rule.id;
  if (allowed !== undefined) return { effect: 'allow', rule: allowed };
  return undecided(allow, ({ rule }) => rule.id) as Foresight;
}

function undecided<By>(spoken: readonly Spoken<By>[], id: (by: By) => string): Foresight | undefined {
  const open = spoken[0];
  return open === undefined ? undefined : { effect: 'incomplete', rule: id(open.by), needs: needsOf(open.truth) };
}

const FACT_WORDS: Record<FactKind, string> = {
  existing: 'the live object',
  result: 'the object as the server would store it',
  pod: 'the pod',
  namespaceLabels: 'the labels of the namespace',
  services: 'the services in front of the pod',
};

const PART_WORDS: Record<UnsaidKind, string> = {
  name: 'the name of the object',
  namespace: 'the namespace',
  body: 'the object that would be sent',
  options: 'the options of the request',
  command: 'the command and its container',
  container: 'the container',
  ports: 'the ports',
  path: 'the path behind the proxy',
  condition: 'the whole request for its condition',
};

function needsOf(truth: Truth): readonly string[] {
  const needs = [
    ...missingParts(truth).map((part) => PART_WORDS[part]),
    ...missingFacts(truth).map((kind) => FACT_WORDS[kind]),
  ];
  return needs.length === 0 ? ['the whole request'] : needs;
}
