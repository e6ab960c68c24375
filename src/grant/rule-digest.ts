import { createHash } from 'node:crypto';
import type { GrantApproval, Rule } from '../policy/rule.ts';
import { sortedJson } from '../policy/rule-said.ts';

/**
 * What of a rule a grant was given under, in one digest: a rule that says something else now ends it, so that no reload widens what was asked for. Its place,
 * its reason, its bounds and what is kept are not part of it; lower bounds hold at once.
 */
export function ruleDigest({
  source: _,
  reason: __,
  request: ___,
  neutralise: ____,
  record: _____,
  ...said
}: Rule): string {
  return digestOf(said);
}

/** Who has to say yes before a grant begins, and how, in one digest. */
export function approvalDigest(approval: 'none' | GrantApproval): string {
  return digestOf({ approval });
}

function digestOf(said: object): string {
  return createHash('sha256').update(sortedJson(said)).digest('base64url');
}
