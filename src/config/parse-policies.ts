import { checkCel } from '../policy/cel/check.ts';
import { checkConditions, draftPolicies, type ParsedPolicies, type PolicyFile } from './policy-load.ts';

/** The rules of all documents in all files, or every mistake in any of them, those in conditions included: a set is loaded whole or not at all. */
export function parsePolicies(files: readonly PolicyFile[]): ParsedPolicies {
  return checkConditions(draftPolicies(files), checkCel);
}
