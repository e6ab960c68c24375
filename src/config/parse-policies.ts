import { patternMistake } from '../masking/detect/pattern-mistake.ts';
import { checkCel } from '../policy/cel/check.ts';
import { checkTexts, draftPolicies, type ParsedPolicies, type PolicyFile } from './policy-load.ts';

/** The rules of all documents in all files, or every mistake in any of them, those in conditions and patterns included: a set is loaded whole or not at all. */
export function parsePolicies(files: readonly PolicyFile[]): ParsedPolicies {
  return checkTexts(draftPolicies(files), { when: checkCel, pattern: patternMistake });
}
