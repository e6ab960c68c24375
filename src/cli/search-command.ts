import { Command, Option } from 'commander';
import type { ExchangeSearch } from '../recording/search-exchanges.ts';
import { FittingExchanges } from '../recording/search-exchanges.ts';
import type { ExchangeView } from '../recording/summarize-sessions.ts';
import { journalsOf, withJournalOptions } from './journal-files.ts';
import { readJournal } from './read-journal.ts';
import { instant } from './recorded/time-options.ts';
import { type OutputOptions, printExchanges, warn, withOutput } from './session-output.ts';

interface SearchOptions extends OutputOptions, Omit<ExchangeSearch, 'words' | 'sinceMs' | 'untilMs'> {
  readonly since?: number;
  readonly until?: number;
}

/** `sallyport sessions search`. */
export function searchCommand(): Command {
  return withOutput(withJournalOptions(new Command('search')), 'exchanges, the latest', 100)
    .description('find exchanges, by words of what was run and by what they were')
    .argument('[words...]', 'each stands in the path, the command in a container, or what the caller says it runs')
    .option('--subject <subject>', 'only those of this caller')
    .option('--target <target>', 'only those on this target')
    .option('--namespace <namespace>', 'only those in this namespace')
    .option('--resource <resource>', 'only those of this resource, as in a path: `pods`')
    .option('--name <name>', 'only those of objects of this name')
    .option('--verb <verb>', 'only those of this verb')
    .addOption(
      new Option('--decision <effect>', 'only those that policy answered so').choices(['allow', 'deny', 'hold']),
    )
    .option('--rule <id>', 'only those that this rule decided')
    .option('--since <when>', 'only those since an instant, or for a time (90s, 30m, 12h, 7d)', instant)
    .option('--until <when>', 'only those before an instant, or longer ago than a time', instant)
    .action(async (words: string[], { limit, output, since, until, ...asked }: SearchOptions) => {
      const { journal, config, worker, ...fields } = asked;
      const where = {
        ...(journal === undefined ? {} : { journal }),
        ...(config === undefined ? {} : { config }),
        ...(worker === undefined ? {} : { worker }),
      };
      const found: ExchangeView[] = [];
      for (const folder of journalsOf(where)) {
        const fitting = new FittingExchanges({ ...fields, words, sinceMs: since, untilMs: until }, limit);
        warn(await readJournal(folder, (event) => fitting.add(event)));
        found.push(...fitting.list());
      }
      printExchanges(latest(found, limit), output);
    });
}

/** Of several journals, in the order in which they ended, those that are open last. */
function latest(found: readonly ExchangeView[], limit: number): readonly ExchangeView[] {
  const at = ({ ended }: ExchangeView) => ended?.at ?? Number.POSITIVE_INFINITY;
  // Of those that are open neither is first.
  return found.toSorted((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b))).slice(-limit);
}
