import { Command, Option } from 'commander';
import { formatFinding } from '../../config/finding.ts';
import { loadConfig } from '../../config/load.ts';
import { openedIds } from '../../config/open-guards.ts';
import type { Catalog } from '../../policy/analysis/space.ts';
import { GUARD_IDS } from '../../policy/guards/table.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl, printableJson } from '../escape-control.ts';
import { catalogOf } from './catalog.ts';
import { checkPolicies, invalid, type PolicyFinding } from './check-policies.ts';
import { guardIds, readPolicyFiles } from './read-policies.ts';
import { sarif } from './sarif.ts';

interface Options {
  readonly config?: string;
  readonly openGuard: readonly string[];
  readonly strict?: boolean;
  readonly output: 'text' | 'json' | 'sarif';
}

/** `sallyport policy check`. */
export function checkCommand(powerOf: Catalog['powerOf']): Command {
  return new Command('check')
    .description('check policies before they are loaded; exit code 1 for mistakes, and with --strict for warnings')
    .argument('[files...]', 'policy files or folders')
    .option('--config <file>', 'the gateway’s configuration, which is checked too, for its policies and open guards')
    .option(
      '--open-guard <id>',
      'a guard that is open; may be given again',
      (id, before: string[]) => [...before, id],
      [],
    )
    .option('--strict', 'exit with 1 for warnings too')
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['text', 'json', 'sarif']).default('text'))
    .action((files: string[], options: Options) => {
      const findings = findingsOf(files, options, catalogOf(powerOf));
      process.stdout.write(printed(findings, options.output));
      const isFailed =
        findings.some(({ severity }) => severity === 'error') || (options.strict === true && findings.length > 0);
      process.exitCode = isFailed ? 1 : 0;
    });
}

function findingsOf(
  files: readonly string[],
  { config, openGuard }: Options,
  catalog: Catalog,
): readonly PolicyFinding[] {
  if ((config === undefined) === (files.length === 0))
    throw new CliError('name policy files, or a configuration with --config');
  if (config === undefined) return checkPolicies(readPolicyFiles({ files }), guardIds(openGuard), catalog, Date.now());
  const loaded = loadConfig(config, { guards: GUARD_IDS });
  if ('findings' in loaded) return loaded.findings.map(invalid);
  const opened = guardIds([...openedIds(loaded.config), ...openGuard]);
  return checkPolicies(readPolicyFiles({ config, files: [] }), opened, catalog, Date.now());
}

function printed(findings: readonly PolicyFinding[], output: Options['output']): string {
  if (output === 'json') return printableJson(findings);
  if (output === 'sarif') return printableJson(sarif(findings));
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const lines = findings.flatMap((finding) => [
    formatFinding(finding) + (finding.code === 'invalid' ? '' : ` (${finding.code})`),
    ...(finding.fix === '' ? [] : [`    fix: ${finding.fix}`]),
  ]);
  const counted =
    findings.length === 0 ? 'nothing to remark' : `${errors} mistakes, ${findings.length - errors} warnings`;
  return `${[...lines, counted].map(escapeControl).join('\n')}\n`;
}
