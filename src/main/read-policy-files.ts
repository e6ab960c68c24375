import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Finding } from '../config/finding.ts';
import { checkTexts, draftPolicies, type PolicyDraft, type PolicySet, type TextChecks } from '../config/policy-load.ts';

/** The rules of the files, with the SHA-256 over the files' bytes in their order; or all that is wrong with them. */
export type ReadPolicies = (PolicySet & { readonly digest: string }) | { readonly findings: readonly Finding[] };

/** Limit: a policy file larger than this is refused. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** Reads policy files, here and now. */
export async function readPolicyFiles(paths: readonly string[]): Promise<ReadPolicies> {
  const texts: { path: string; text: string }[] = [];
  const findings: Finding[] = [];
  for (const path of paths) {
    try {
      const stat = statSync(path);
      // Limit: to read a pipe or a device may take forever, and all requests would wait.
      if (!stat.isFile()) throw new Error('it is no regular file');
      if (stat.size > FILE_BYTES_MAX) throw new Error(`it is larger than ${FILE_BYTES_MAX} bytes`);
      texts.push({ path, text: readFileSync(path, 'utf8') });
    } catch (error) {
      findings.push(unreadable(path, `the file cannot be read: ${(error as Error).message}`));
    }
  }
  if (findings.length > 0) return { findings };
  const draft = draftPolicies(texts);
  const checked = checkTexts(draft, await checksFor(draft));
  if ('findings' in checked) return checked;
  const digest = createHash('sha256');
  for (const { text } of texts) digest.update(text);
  return { ...checked, digest: digest.digest('hex') };
}

/** A file of which nothing could be read. */
export function unreadable(file: string, message: string): Finding {
  return { file, line: 1, column: 1, path: '', message, severity: 'error' };
}

/** What checks the conditions and patterns of a draft; CEL, and the reader of patterns, are loaded only where there are any. */
async function checksFor({ conditions, patterns }: PolicyDraft): Promise<TextChecks> {
  return {
    when: conditions.length === 0 ? () => [] : (await import('../policy/cel/check.ts')).checkCel,
    pattern:
      patterns.length === 0 ? () => undefined : (await import('../masking/detect/pattern-mistake.ts')).patternMistake,
  };
}
