import { Command } from 'commander';
import { anyGlob } from '../../policy/glob.ts';
import { type NarrowedFields, narrowRule, type Use } from '../../policy/observed/narrow-rule.ts';
import { OPEN_RULES } from '../../policy/observing.ts';
import type { Rule } from '../../policy/rule.ts';
import { escapeControl, printableJson } from '../escape-control.ts';
import { instant, wholeNumber } from '../option-values.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { readRecorded } from '../recorded/recorded-exchanges.ts';
import { journalFolders, type TimeOptions, warnOfBegin, withTimeOptions } from '../recorded/time-options.ts';
import { table } from '../table.ts';
import { policyText } from './policy-text.ts';
import { type Shadowed, Shadows } from './shadowed-exchanges.ts';

interface Options extends TimeOptions {
  readonly caller?: string[];
  readonly namesMax: number;
  readonly output: OutputFormat;
}

const SINCE = '7d';

/** `sallyport policy shadow`. */
export function shadowCommand(): Command {
  return new Command('shadow')
    .description(
      'what policy would do that is only observed: rules with `mode: observe`, targets under `unsafe.observe`',
    )
    .addCommand(reportCommand());
}

function reportCommand(): Command {
  const more = (value: string, before: string[] = []) => [...before, value];
  return withTimeOptions(new Command('report'), SINCE)
    .description(
      'list what the whole policy would have answered otherwise, from the journal, and the rules that would have to be added; exit code 1 where there is any',
    )
    .option('--caller <subject>', 'only exchanges of these callers, with `*`; repeat for more', more)
    .option(
      '--names-max <count>',
      'where a verb reached more objects of a kind than this, leave their names open',
      wholeNumber(0, 9_999),
      20,
    )
    .addOption(outputOption())
    .action(async (options: Options) => {
      const { since = instant(SINCE), caller, namesMax, output } = options;
      const isMeant = caller === undefined ? () => true : anyGlob(caller);
      const recorded = await readRecorded(await journalFolders(options), since, ({ caller: { subject } }) =>
        isMeant(subject),
      );
      warnOfBegin(recorded.beginsAt, since);
      const shadows = new Shadows();
      for (const exchange of recorded.exchanges) shadows.take(exchange);
      const items = shadows.list();
      const rules = missingRules(items, namesMax);
      const report = { exchanges: recorded.exchanges.length, items: items.map(({ uses: _, ...item }) => item), rules };
      process.stdout.write(output === 'json' ? printableJson(report) : `${lines(report).join('\n')}\n`);
      process.exitCode = items.length === 0 ? 0 : 1;
    });
}

/** What would have to be allowed, for each caller and target: what no rule speaks of, and what is refused by a rule is not among it. */
function missingRules(items: readonly Shadowed[], namesMax: number) {
  const silent = items.filter(({ would, rule }) => would === 'deny' && rule === '');
  const places = Map.groupBy(silent, ({ caller, target }) => JSON.stringify([caller, target]));
  return [...places.values()].flatMap((own) => {
    const { caller, target } = own[0] as Shadowed;
    return partsOf(
      own.flatMap(({ uses }) => uses),
      namesMax,
    ).map((fields, i) => ruleOf(fields, caller, target, i));
  });
}

/** What is a path, and what a resource, are rules of their own. */
function partsOf(uses: readonly Use[], namesMax: number): readonly NarrowedFields[] {
  const [resources, paths] = OPEN_RULES as readonly [Rule, Rule];
  return [
    ...narrowRule(
      resources,
      uses.filter((use) => use.isResourceRequest),
      namesMax,
    ),
    ...narrowRule(
      paths,
      uses.filter((use) => !use.isResourceRequest),
      namesMax,
    ),
  ];
}

function ruleOf({ namespaces, ...fields }: NarrowedFields, caller: string, target: string, i: number) {
  const slug =
    `${caller}-${target}`
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 60) || 'caller';
  return {
    id: `${slug}-${i + 1}`,
    effect: 'allow' as const,
    callers: [{ subjects: [caller] }],
    targets: [target],
    ...fields,
    ...(namespaces === undefined
      ? {}
      : { namespaces: namespaces.flatMap((match) => ('name' in match ? [match.name] : [])) }),
  };
}

interface Report {
  readonly exchanges: number;
  readonly items: readonly Omit<Shadowed, 'uses'>[];
  readonly rules: readonly ReturnType<typeof ruleOf>[];
}

const DESCRIPTION = 'What was done while policy was only observed, and no rule allows. Take over what is meant.';

function lines({ exchanges, items, rules }: Report): readonly string[] {
  const times = items.reduce((sum, item) => sum + item.times, 0);
  const head = `${times} of ${exchanges} recorded exchanges would have been answered otherwise`;
  if (items.length === 0) return [`${head}: what is observed can be enforced, as far as this time shows`];
  const rows = items.map((item) => [
    item.caller,
    item.target,
    item.operation,
    item.was,
    item.would,
    item.rule || 'no rule',
    String(item.times),
    item.last,
  ]);
  const listed = table([['CALLER', 'TARGET', 'WHAT', 'ANSWER', 'WOULD BE', 'BY', 'TIMES', 'LAST'], ...rows]).map(
    (row) => `  ${escapeControl(row)}`,
  );
  const refusing = items.filter(({ rule }) => rule !== '').length;
  const added =
    rules.length === 0
      ? []
      : [
          'the rules that would have to be added, so that all of it goes on:',
          '',
          policyText({
            name: 'observed',
            description: DESCRIPTION,
            target: '*',
            rules: rules.map((rule) => ({ rule, comment: '' })),
            leftOut: [],
          }),
        ];
  const changed =
    refusing === 0
      ? []
      : [
          `${refusing} of these lines are by a rule: no rule that is added lets them through, that rule has to speak of less`,
        ];
  return [`${head}:`, ...listed, ...changed, ...added];
}
