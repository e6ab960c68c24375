/*
 * What a token of the gateway's own is bound to. It is a guard and not a rule: nothing opens it, no grant widens it, and every answer that names guards
 * (a refusal, `can-i`, an explanation) names it too.
 */
import type { GrantScope } from '../model/grant-scope.ts';
import { builtInRule } from './built-in.ts';
import { isWithin } from './grant-scope.ts';
import type { SpeakingGuard } from './guards/guard.ts';
import type { Question } from './question.ts';
import { unsaid as missingPart, NO, type Truth, YES } from './truth.ts';

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
  const found = issued.scopes.map((scope) => beyond(scope, question));
  if (found.includes(NO)) return NO;
  return found.find((truth) => truth !== YES) ?? YES;
}

/** Whether the question is beyond one scope; what a review leaves open is missing where only some of its requests are. */
function beyond(scope: GrantScope, { operation, unsaid }: Question): Truth {
  if (isWithin(scope, operation)) return NO;
  const wider = {
    ...scope,
    ...(unsaid?.name === true ? { resourceNames: [] } : {}),
    ...(unsaid?.namespace === true ? { namespaces: [] } : {}),
  };
  if (unsaid === undefined || !isWithin(wider, operation)) return YES;
  return missingPart(scope.resourceNames.length > 0 ? 'name' : 'namespace');
}
