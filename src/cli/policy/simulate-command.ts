import { Command } from 'commander';
import { openGuards } from '../../config/open-guards.ts';
import { compileCel } from '../../policy/cel/compile.ts';
import { compileForGateway } from '../../policy/gateway-rules.ts';
import { anyGlob } from '../../policy/glob.ts';
import { replay } from '../../policy/observed/replay.ts';
import type { RuleSet } from '../../policy/rule-set.ts';
import { escapeControl, printableJson } from '../escape-control.ts';
import { instant } from '../option-values.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { readConfig } from '../read-config.ts';
import { type OperationReader, recall } from '../recorded/recall.ts';
import { readRecorded } from '../recorded/recorded-exchanges.ts';
import { journalFolders, type TimeOptions, warnOfBegin, withTimeOptions } from '../recorded/time-options.ts';
import { table } from '../table.ts';
import { guardIds, readRules } from './read-policies.ts';
import { Differences, type Differing } from './simulated-differences.ts';

interface Options extends TimeOptions {
  readonly caller?: string[];
  readonly openGuard: readonly string[];
  readonly output: OutputFormat;
}

const SINCE = '7d';

/** `sallyport policy simulate`. */
export function simulateCommand(read: OperationReader): Command {
  const more = (value: string, before: string[] = []) => [...before, value];
  return withTimeOptions(new Command('simulate'), SINCE)
    .description(
      'ask both policies about each recorded exchange, and list those that would be answered otherwise; exit code 1 where any would, or might',
    )
    .argument('<old>', 'a policy file or folder: what is in force')
    .argument('<new>', 'another: what is to be')
    .option('--caller <subject>', 'only exchanges of these callers, with `*`; repeat for more', more)
    .option(
      '--open-guard <id>',
      'a guard that is open, beside those of the configuration; may be given again',
      more,
      [],
    )
    .addOption(outputOption())
    .action(async (before: string, after: string, options: Options) => {
      const { since = instant(SINCE), caller, output } = options;
      const compile = compiler(options);
      const [old, next] = [compile(before), compile(after)];
      const isMeant = caller === undefined ? () => true : anyGlob(caller);
      const recorded = await readRecorded(await journalFolders(options), since, ({ caller: { subject } }) =>
        isMeant(subject),
      );
      warnOfBegin(recorded.beginsAt, since);
      const found = new Differences();
      for (const exchange of recorded.exchanges) {
        const recalled = recall(exchange, recorded, read);
        found.take(exchange, recalled === undefined ? undefined : replay(old, next, recalled));
      }
      const result = found.result();
      process.stdout.write(output === 'json' ? printableJson(result) : `${lines(result).join('\n')}\n`);
      process.exitCode = result.differ.length + result.mayDiffer.length === 0 ? 0 : 1;
    });
}

/** The guards are those of the configuration, for either policy. */
function compiler({ config, openGuard }: Options): (policy: string) => RuleSet {
  const configured = config === undefined ? undefined : readConfig(config, 'policy');
  const opened = configured === undefined ? { unsafe: new Set<never>(), openings: [] } : openGuards(configured);
  const unsafe = new Set([...opened.unsafe, ...guardIds(openGuard)]);
  const options = { unsafe, openings: opened.openings, openHealthPaths: configured?.openHealthPaths ?? false };
  return (policy) => compileForGateway(readRules({ files: [policy] }), options, compileCel);
}

type Result = ReturnType<Differences['result']>;

function lines({ exchanges, differ, mayDiffer, notAsRecorded, notReadAgain }: Result): readonly string[] {
  const count = (list: readonly Differing[]) => list.reduce((sum, { times }) => sum + times, 0);
  return [
    `${count(differ)} of ${exchanges} recorded exchanges would be answered otherwise${differ.length === 0 ? '' : ':'}`,
    ...(differ.length === 0 ? [] : indented(table([HEAD, ...differ.map(row)]))),
    `of ${count(mayDiffer)} it cannot be known${mayDiffer.length === 0 ? '' : ', since it hangs on what no journal has:'}`,
    ...(mayDiffer.length === 0
      ? []
      : indented(table([[...HEAD, 'HANGS ON'], ...mayDiffer.map((one) => [...row(one), one.needs.join(', ')])]))),
    ...(notReadAgain === 0
      ? []
      : [`${notReadAgain} could not be read again: a name in them is masked, or their token’s scope is in no journal`]),
    ...(notAsRecorded === 0
      ? []
      : [
          `note: ${notAsRecorded} were answered otherwise than the old policy would: another one, or other guards, were in force then`,
        ]),
  ];
}

const HEAD = ['CALLER', 'TARGET', 'WHAT', 'BEFORE', 'AFTER', 'TIMES', 'LAST'] as const;

function row({ caller, target, operation, before, after, times, last }: Differing): readonly string[] {
  return [caller, target, operation, answer(before), answer(after), String(times), last];
}

function answer({ effect, rule }: Differing['before']): string {
  return `${effect} (${rule === '' ? 'no rule' : rule})`;
}

function indented(rows: readonly string[]): readonly string[] {
  return rows.map((text) => escapeControl(`  ${text}`));
}
