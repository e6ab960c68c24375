import { Command } from 'commander';
import { type Change, compare } from '../../policy/analysis/compare.ts';
import type { Catalog } from '../../policy/analysis/space.ts';
import { GUARDS } from '../../policy/guards/table.ts';
import { listOf, printableJson } from '../escape-control.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { analysed, catalogOf } from './catalog.ts';
import { CHANGE_TITLES, partLines } from './change-text.ts';
import { guardIds, readRules } from './read-policies.ts';

interface Options {
  readonly openGuard: readonly string[];
  readonly output: OutputFormat;
}

/** `sallyport policy diff`. */
export function diffCommand(powerOf: Catalog['powerOf']): Command {
  return new Command('diff')
    .description('tell who gains and loses what by a change; exit code 1 where anything differs')
    .argument('<old>', 'a policy file or folder')
    .argument('<new>', 'another')
    .option(
      '--open-guard <id>',
      'a guard that is open; may be given again',
      (id, before: string[]) => [...before, id],
      [],
    )
    .addOption(outputOption())
    .action((before: string, after: string, { openGuard, output }: Options) => {
      const opened = guardIds(openGuard);
      const guards = GUARDS.filter(({ id }) => !opened.has(id));
      const [a, b] = [readRules({ files: [before] }), readRules({ files: [after] })];
      const changes = analysed(() => compare(a, b, guards, catalogOf(powerOf)));
      process.stdout.write(output === 'json' ? printableJson(listOf(changes)) : `${diffLines(changes).join('\n')}\n`);
      process.exitCode = changes.length === 0 ? 0 : 1;
    });
}

function diffLines(changes: readonly Change[]): readonly string[] {
  if (changes.length === 0) return ['nobody gains or loses anything'];
  return Object.entries(CHANGE_TITLES).flatMap(([kind, title]) => {
    const own = changes.filter((change) => change.kind === kind);
    return own.length === 0 ? [] : [`${title}:`, ...own.flatMap((change) => partLines(change, true))];
  });
}
