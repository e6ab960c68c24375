/*
 * What a token of the gateway's own is bound to. It is a guard and not a rule: nothing opens it, no grant widens it, and every answer that names guards
 * (a refusal, `can-i`, an explanation) names it too.
 */
import { builtInRule } from './built-in.ts';
import { within } from './grant-scope.ts';
import type { SpeakingGuard } from './guards/guard.ts';
import type { Question } from './question.ts';
import { NO, not, or, type Truth, YES } from './truth.ts';

/** Stops whatever is beyond the token by which it is asked. */
export const tokenScope: SpeakingGuard = {
  id: 'token-scope',
  reason: 'the token was given for less than this',
  advice: 'ask whoever gave the token for one that reaches it: `sallyport run --scope`',
};

/** Whether the question is beyond the caller's own token; no of callers whose token an issuer gave. */
export function isBeyondToken(question: Question, healthPaths: ReadonlySet<string>): Truth {
  const { issued } = question.caller;
  if (issued === undefined) return NO;
  const { operation } = question;
  if (!issued.targets.includes(operation.target)) return YES;
  // What every caller may ask tells nothing of what the target holds.
  if (issued.scopes === undefined || builtInRule(operation, healthPaths) !== undefined) return NO;
  return not(issued.scopes.map((scope) => within(scope, operation, question.unsaid)).reduce(or, NO));
}
