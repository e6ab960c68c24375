import { formatFinding } from '../config/finding.ts';
import { type Config, type FilesNeeded, loadConfig } from '../config/load.ts';
import { GUARD_IDS } from '../policy/guards/table.ts';
import { CliError } from './cli-error.ts';

/** @throws {CliError} listing every mistake of the file */
export function readConfig(file: string, files: FilesNeeded = 'all'): Config {
  const loaded = loadConfig(file, { guards: GUARD_IDS, files });
  if ('config' in loaded) return loaded.config;
  throw new CliError(loaded.findings.map(formatFinding).join('\n'));
}
