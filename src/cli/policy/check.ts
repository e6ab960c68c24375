import { Command } from 'commander';
import { formatFinding } from '../../config/finding.ts';
import { loadConfig } from '../../config/load.ts';
import { openedIds, openGuards } from '../../config/open-guards.ts';
import type { Catalog } from '../../policy/analysis/space.ts';
import { compileCel } from '../../policy/cel/compile.ts';
import { compileForGateway } from '../../policy/gateway-rules.ts';
import { GUARD_IDS } from '../../policy/guards/table.ts';
import { counted } from '../../std/counted.ts';
import { CliError } from '../cli-error.ts';
import { escapeControl, listOf, printableJson } from '../escape-control.ts';
import { instant } from '../option-values.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { readConfig } from '../read-config.ts';
import type { OperationReader } from '../recorded/recall.ts';
import { readRecorded } from '../recorded/recorded-exchanges.ts';
import { journalFolders, warnOfBegin } from '../recorded/time-options.ts';
import { catalogOf, type TypesAt } from './catalog.ts';
import { checkPolicies, invalid, type PolicyFinding } from './check-policies.ts';
import { heldWork, heldWorkWords } from './held-work.ts';
import { ruleLocator } from './locate-rules.ts';
import { guardIds, readPolicyFiles, readRules } from './read-policies.ts';
import { sarif } from './sarif.ts';

interface Options {
  readonly config?: string;
  readonly openGuard: readonly string[];
  readonly strict?: boolean;
  readonly journal?: readonly string[];
  readonly since?: number;
  readonly output: OutputFormat | 'sarif';
}

/** `sallyport policy check`. */
export function checkCommand(powerOf: Catalog['powerOf'], typesAt: TypesAt, read: OperationReader): Command {
  return new Command('check')
    .description('check policies before they are loaded; exit code 1 for mistakes, and with --strict for warnings')
    .argument('[files...]', 'policy files or folders')
    .option(
      '--config <file>',
      'the gateway’s configuration, which is checked too, for its policies and open guards; of the files that it names, those of policy alone are looked for',
    )
    .option(
      '--open-guard <id>',
      'a guard that is open; may be given again',
      (id, before: string[]) => [...before, id],
      [],
    )
    .option(
      '--journal <folder>',
      'warn of holds too that would have stopped what was allowed in this journal; repeat for that of each gateway',
      (folder: string, before: string[] = []) => [...before, folder],
    )
    .option('--since <when>', 'of that journal, since an instant or for a time; default: 7d', instant)
    .option('--strict', 'exit with 1 for warnings too')
    .addOption(outputOption({ more: ['sarif'] }))
    .action(async (files: string[], options: Options) => {
      const found = findingsOf(files, options, catalogOf(powerOf, typesAt));
      const isValid = found.every(({ severity }) => severity !== 'error');
      const findings = isValid ? [...found, ...(await heldFindings(files, options, read))] : found;
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
  const loaded = loadConfig(config, { guards: GUARD_IDS, files: 'policy' });
  if ('findings' in loaded) return loaded.findings.map(invalid);
  const opened = guardIds([...openedIds(loaded.config), ...openGuard]);
  return checkPolicies(readPolicyFiles({ config, files: [] }), opened, catalog, Date.now());
}

/** Holds that would stop ordinary work, by what was done. */
async function heldFindings(
  files: readonly string[],
  { config, openGuard, journal, since = instant('7d') }: Options,
  read: OperationReader,
): Promise<readonly PolicyFinding[]> {
  if (journal === undefined) return [];
  const configured = config === undefined ? undefined : readConfig(config, 'policy');
  const opened = configured === undefined ? { unsafe: new Set<never>(), openings: [] } : openGuards(configured);
  const unsafe = new Set([...opened.unsafe, ...guardIds(openGuard)]);
  const options = { unsafe, openings: opened.openings, openHealthPaths: configured?.openHealthPaths ?? false };
  const source = config === undefined ? { files } : { config, files: [] };
  const rules = compileForGateway(readRules(source), options, compileCel);
  const recorded = await readRecorded(await journalFolders({ journal: [...journal] }), since, () => true);
  warnOfBegin(recorded.beginsAt, since);
  const locate = ruleLocator(readPolicyFiles(source));
  return heldWork(rules, recorded, read).map((held) => ({
    ...locate(held.rule, 'hold'),
    severity: 'warning',
    code: 'held-work',
    message: heldWorkWords(held),
    fix: 'narrow it, allow what is alike, or offer it as a grant with `request`',
    rule: held.rule,
  }));
}

function printed(findings: readonly PolicyFinding[], output: Options['output']): string {
  if (output === 'json') return printableJson(listOf(findings));
  if (output === 'sarif') return printableJson(sarif(findings));
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const lines = findings.flatMap((finding) => [
    formatFinding(finding) + (finding.code === 'invalid' ? '' : ` (${finding.code})`),
    ...(finding.fix === '' ? [] : [`    fix: ${finding.fix}`]),
  ]);
  const total =
    findings.length === 0
      ? 'nothing to remark'
      : `${counted(errors, 'mistake')}, ${counted(findings.length - errors, 'warning')}`;
  return `${[...lines, total].map(escapeControl).join('\n')}\n`;
}
