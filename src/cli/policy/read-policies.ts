import { readFileSync, statSync } from 'node:fs';
import { isAbsolute, relative } from 'node:path';
import { type Finding, formatFinding } from '../../config/finding.ts';
import { type Config, policyFiles } from '../../config/load.ts';
import { parsePolicies } from '../../config/parse-policies.ts';
import type { PolicyFile, PolicySet } from '../../config/policy-load.ts';
import type { GuardId } from '../../policy/guards/guard.ts';
import { noSuchGuard } from '../../policy/guards/no-such-guard.ts';
import { GUARD_IDS } from '../../policy/guards/table.ts';
import type { Rule } from '../../policy/rule.ts';
import { fileTrouble } from '../../std/file-trouble.ts';
import { CliError } from '../cli-error.ts';
import { readConfig } from '../read-config.ts';

/** Limit: a policy file larger than this is refused, as the gateway refuses it. */
const FILE_BYTES_MAX = 4 * 1024 * 1024;

/** Where policies are read from: a configuration, or the files themselves. */
export interface PolicySource {
  readonly config?: string;
  readonly files: readonly string[];
}

/**
 * The files of a source, a folder's `.yaml` and `.yml` files in place of the folder, tests left out.
 *
 * @throws {CliError} neither or both are given, or a file cannot be read
 */
export function readPolicyFiles({ config, files }: PolicySource): readonly PolicyFile[] {
  if ((config === undefined) === (files.length === 0))
    throw new CliError('name policy files, or a configuration with --config');
  const paths = config === undefined ? listed(files) : readConfig(config, 'policy').policyFiles;
  return paths.map(policyFile);
}

function policyFile(path: string): PolicyFile {
  return { path: shortest(path), text: readText(path) };
}

function listed(files: readonly string[]): readonly string[] {
  return files.flatMap((file) => {
    try {
      return policyFiles({ policy: { files: [file] } });
    } catch (error) {
      throw unreadable(file, error);
    }
  });
}

/** @throws {CliError} the file cannot be read, or is larger than 4 MiB */
export function readText(path: string): string {
  try {
    if (statSync(path).size > FILE_BYTES_MAX) throw new Error(`it is larger than ${FILE_BYTES_MAX} bytes`);
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): CliError {
  const { code } = error as NodeJS.ErrnoException;
  return new CliError(
    code === 'ENOENT' ? `there is no file \`${path}\`` : `\`${path}\` cannot be read: ${fileTrouble(error)}`,
  );
}

/** A path as findings show it: relative where that is shorter. */
function shortest(path: string): string {
  const near = relative(process.cwd(), path);
  return isAbsolute(path) && !near.startsWith('..') && near !== '' ? near : path;
}

/** The rules of a source. @throws {CliError} listing every mistake */
export function readRules(source: PolicySource): readonly Rule[] {
  return readPolicySet(source).rules;
}

/** The rules of a configuration that has been read. @throws {CliError} listing every mistake */
export function readRulesOf({ policyFiles: paths }: Pick<Config, 'policyFiles'>): readonly Rule[] {
  return parsedSet(paths.map(policyFile)).rules;
}

/** The rules, roles and masks of a source. @throws {CliError} listing every mistake */
export function readPolicySet(source: PolicySource): PolicySet {
  return parsedSet(readPolicyFiles(source));
}

function parsedSet(files: readonly PolicyFile[]): PolicySet {
  const parsed = parsePolicies(files);
  if ('findings' in parsed) throw findingsError(parsed.findings);
  return parsed;
}

/** Findings as a mistake of the person at the terminal. */
export function findingsError(findings: readonly Finding[]): CliError {
  return new CliError(findings.map(formatFinding).join('\n'));
}

/** The guards that an operator opens. @throws {CliError} a name that is none of a guard */
export function guardIds(names: readonly string[]): ReadonlySet<GuardId> {
  const unknown = names.find((name) => !GUARD_IDS.has(name));
  if (unknown !== undefined) {
    throw new CliError(noSuchGuard(unknown, GUARD_IDS));
  }
  return new Set(names as GuardId[]);
}
