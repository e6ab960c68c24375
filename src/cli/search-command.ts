import { Command, Option } from 'commander';
import type { ExchangeRowView } from '../control/session-contract.ts';
import { type ExchangeSearch, FittingExchanges } from '../recording/search-exchanges.ts';
import type { ExchangeView } from '../recording/summarize-sessions.ts';
import type { Environment } from './control/find-server.ts';
import { listOf } from './escape-control.ts';
import { journalsOf } from './journal-files.ts';
import { instant } from './option-values.ts';
import { readJournal } from './read-journal.ts';
import { controlPages } from './recorded/control-pages.ts';
import { indexedViews } from './recorded/indexed-views.ts';
import { openIndex } from './recorded/open-index.ts';
import { recordedSource, type SourceOptions, withSource } from './recorded/recorded-source.ts';
import { shownRow } from './recorded/shown-exchange.ts';
import { type OutputOptions, printExchanges, printViews, warn, withOutput } from './session-output.ts';

interface SearchOptions extends OutputOptions, SourceOptions, Omit<ExchangeSearch, 'words' | 'sinceMs' | 'untilMs'> {
  readonly since?: number;
  readonly until?: number;
}

/** `sallyport sessions search`. */
export function searchCommand(env: Environment): Command {
  return withOutput(withSource(new Command('search')), 'exchanges, the latest', 100)
    .description('find exchanges, by words of what was run, said or kept, and by what they were')
    .argument(
      '[words...]',
      'each stands in the path, the command in a container, or what the caller says it runs; with an index whole words, also in bodies and output that are kept',
    )
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
    .action(
      async (
        words: string[],
        { limit, output, since, until, journal, config, worker, context, ...fields }: SearchOptions,
      ) => {
        const where = Object.entries({ journal, config, worker, context }).filter(([, value]) => value !== undefined);
        const source = await recordedSource(Object.fromEntries(where), env);
        const search = { ...fields, words, sinceMs: since, untilMs: until };
        if (source.kind === 'control') {
          const query = queryOf(search);
          const { items, next } = await controlPages<ExchangeRowView, Rows>(source.client, '/exchanges', query, limit);
          const list = items.toReversed();
          return printExchanges(list.map(shownRow), listOf(list, next), output);
        }
        const found: ExchangeView[] = [];
        for (const folder of await journalsOf(source.where)) found.push(...(await searched(folder, search, limit + 1)));
        printViews(latest(found, limit), found.length > limit, output);
      },
    );
}

/** Of several journals, in the order in which they ended, those that are open last; of one as it has them. */
function latest(found: readonly ExchangeView[], limit: number): readonly ExchangeView[] {
  const at = ({ ended }: ExchangeView) => ended?.at ?? Number.POSITIVE_INFINITY;
  // Of those that are open neither is first.
  return found.toSorted((a, b) => (at(a) === at(b) ? 0 : at(a) - at(b))).slice(-limit);
}

type Rows = { readonly items: readonly ExchangeRowView[]; readonly next: string | null };

function queryOf({ words, sinceMs, untilMs, subject, ...same }: ExchangeSearch) {
  const timed = { since: sinceMs, until: untilMs };
  return {
    ...(same as Readonly<Record<string, string | undefined>>),
    caller: subject,
    text: words.length === 0 ? undefined : words.join(' '),
    ...Object.fromEntries(
      Object.entries(timed).map(([name, at]) => [name, at === undefined ? undefined : new Date(at).toISOString()]),
    ),
  };
}

/** By the index where a gateway keeps one here; else every line is read. */
async function searched(folder: string, search: ExchangeSearch, limit: number): Promise<readonly ExchangeView[]> {
  const index = await openIndex(folder);
  if (index !== undefined) {
    try {
      const { words, decision, ...same } = search;
      const text = words.length === 0 ? undefined : words.join(' ');
      return await indexedViews(index, { ...same, decision: decision as 'allow' | undefined, text }, limit);
    } finally {
      index.close();
    }
  }
  const fitting = new FittingExchanges(search, limit);
  warn(await readJournal(folder, (event) => fitting.add(event)));
  return fitting.list();
}
