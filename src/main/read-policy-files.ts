import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Finding } from '../config/finding.ts';
import { checkConditions, draftPolicies, type PolicyDraft } from '../config/policy-load.ts';
import type { Role } from '../policy/role.ts';
import type { Rule } from '../policy/rule.ts';

/** The rules of the files, with the SHA-256 over the files' bytes in their order; or all that is wrong with them. */
export type ReadPolicies =
  | { readonly rules: readonly Rule[]; readonly roles: readonly Role[]; readonly digest: string }
  | { readonly findings: readonly Finding[] };

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
  const checked = checkConditions(draft, await checkerFor(draft));
  if ('findings' in checked) return checked;
  const digest = createHash('sha256');
  for (const { text } of texts) digest.update(text);
  return { rules: checked.rules, roles: checked.roles, digest: digest.digest('hex') };
}

/** A file of which nothing could be read. */
export function unreadable(file: string, message: string): Finding {
  return { file, line: 1, column: 1, path: '', message, severity: 'error' };
}

/** What checks the conditions of a draft; CEL is loaded only where there are any. */
async function checkerFor({ conditions }: PolicyDraft): Promise<Parameters<typeof checkConditions>[1]> {
  return conditions.length === 0 ? () => [] : (await import('../policy/cel/check.ts')).checkCel;
}
