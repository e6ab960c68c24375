import { Command } from 'commander';
import { anyGlob } from '../../policy/glob.ts';
import { narrowScope } from '../../policy/observed/narrow-scope.ts';
import { durationText } from '../../std/duration.ts';
import { escapeControl, listOf, printableJson } from '../escape-control.ts';
import { instant } from '../option-values.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { type RecordedGrant, readRecorded } from '../recorded/recorded-exchanges.ts';
import { RuleUses } from '../recorded/rule-uses.ts';
import { journalFolders, type TimeOptions, warnOfBegin, withTimeOptions } from '../recorded/time-options.ts';
import { table } from '../table.ts';

interface Options extends TimeOptions {
  readonly caller?: string[];
  readonly output: OutputFormat;
}

const SINCE = '30d';

/** Limit: where a verb reached more objects of a kind than this, the proposal leaves their names open. */
const NAMES_MAX = 20;

/** `sallyport grants report`: from the journal, so it asks no gateway. */
export function reportCommand(): Command {
  const more = (value: string, before: string[] = []) => [...before, value];
  return withTimeOptions(new Command('report'), SINCE)
    .description(
      'compare what grants allowed with what was used, from the journal, and propose the narrower ones; exit code 1 where one was wider than its use',
    )
    .option('--caller <subject>', 'only grants of these callers, with `*`; repeat for more', more)
    .addOption(outputOption())
    .action(async (options: Options) => {
      const { since = instant(SINCE), caller, output } = options;
      const isMeant = caller === undefined ? () => true : anyGlob(caller);
      const recorded = await readRecorded(await journalFolders(options), since, ({ caller: { subject } }) =>
        isMeant(subject),
      );
      warnOfBegin(recorded.beginsAt, since);
      const uses = new RuleUses(recorded.exchanges);
      const grants = recorded.grants
        .list()
        .filter(({ holder, endedAt }) => isMeant(holder.subject) && endedAt >= since);
      const items = grants.map((grant) => reported(grant, uses));
      process.stdout.write(output === 'json' ? printableJson(listOf(items)) : `${lines(items).join('\n')}\n`);
      process.exitCode = items.some(({ isWider }) => isWider) ? 1 : 0;
    });
}

type Scope = RecordedGrant['scopes'][number]['scope'];

function reported({ id, holder, reason, liveAt, endedAt, endedBy, usesMax, scopes }: RecordedGrant, uses: RuleUses) {
  const used = uses.ofGrant(id);
  const allowed = scopes.map(({ rule, scope }) => ({ rule, ...scope }));
  const narrower = allowed.flatMap(({ rule, ...scope }) =>
    narrowScope(
      scope,
      used.filter((use) => use.rule === rule),
      NAMES_MAX,
    ).map((one) => ({ rule, ...one })),
  );
  return {
    id,
    holder,
    reason,
    liveAt: new Date(liveAt).toISOString(),
    ...(Number.isFinite(endedAt)
      ? { endsAt: new Date(endedAt).toISOString(), for: durationText(endedAt - liveAt) }
      : {}),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(usesMax === undefined ? {} : { usesMax }),
    allowed,
    uses: uses.timesOfGrant(id),
    used: narrower,
    isWider: key(allowed) !== key(narrower),
  };
}

type Reported = ReturnType<typeof reported>;

/** Which scopes say the same, in whatever order. */
function key(scopes: readonly ({ readonly rule: string } & Scope)[]): string {
  const sorted = scopes.map(({ rule, target, unmask, ...lists }) => {
    const said = Object.entries(lists).map(([name, list]) => [name, list.toSorted()]);
    return JSON.stringify([rule, target, unmask === true, ...said.sort()]);
  });
  return JSON.stringify(sorted.sort());
}

function lines(items: readonly Reported[]): readonly string[] {
  if (items.length === 0) return ['no grant was live in this time'];
  const rows = items.map(({ id, holder, for: length = '', uses, usesMax, allowed }) => [
    id,
    holder.subject,
    length,
    usesMax === undefined ? String(uses) : `${uses} of ${usesMax}`,
    allowed.map(words).join('; '),
  ]);
  const [head = '', ...rest] = table([['ID', 'HOLDER', 'FOR', 'USES', 'ALLOWED'], ...rows]);
  return [head, ...rest.flatMap((row, i) => [row, ...proposal(items[i] as Reported)])];
}

function proposal({ isWider, used }: Reported): readonly string[] {
  if (!isWider) return [];
  if (used.length === 0) return ['    was not used: nothing of it was needed'];
  return [
    `    used: ${escapeControl(used.map(words).join('; '))}`,
    `    next time: ${escapeControl(`sallyport grants request --body ${quoted(JSON.stringify({ scopes: used }))}`)}`,
  ];
}

function words({ verbs, apiGroups, resources, namespaces, resourceNames, target }: Scope): string {
  const [group = ''] = apiGroups;
  const kinds = resources.map((resource) => (group === '' ? resource : `${resource} of ${apiGroups.join(',')}`));
  const where = namespaces.length === 0 ? '' : ` in ${namespaces.join(',')}`;
  return `${verbs.join(',')} ${kinds.join(',')}${resourceNames.length === 0 ? '' : ` ${resourceNames.join(',')}`}${where} on ${target}`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
