import { Command } from 'commander';
import { callerMatcher } from '../../policy/caller-match.ts';
import { anyGlob } from '../../policy/glob.ts';
import { type NarrowedFields, narrowRule, type Use, withFields } from '../../policy/observed/narrow-rule.ts';
import type { Rule } from '../../policy/rule.ts';
import { ruleSaid } from '../../policy/rule-said.ts';
import { counted } from '../../std/counted.ts';
import { escapeControl, listOf, printableJson } from '../escape-control.ts';
import { instant, wholeNumber } from '../option-values.ts';
import { type OutputFormat, outputOption } from '../output-option.ts';
import { readRecorded } from '../recorded/recorded-exchanges.ts';
import { RuleUses } from '../recorded/rule-uses.ts';
import { journalFolders, type TimeOptions, warnOfBegin, withTimeOptions } from '../recorded/time-options.ts';
import { readPolicyFiles, readRules } from './read-policies.ts';
import { tightenedText } from './tightened-text.ts';
import { unifiedPatch } from './unified-patch.ts';

interface Options extends TimeOptions {
  readonly caller: string;
  readonly policy: readonly string[];
  readonly namesMax: number;
  readonly output: OutputFormat;
}

const SINCE = '30d';

/** `sallyport policy tighten`. */
export function tightenCommand(): Command {
  return withTimeOptions(new Command('tighten'), SINCE)
    .description(
      'print a patch that narrows the allow rules of a caller to what they were used for; exit code 1 where there is something to narrow',
    )
    .requiredOption(
      '--caller <subject>',
      'callers whose rules are looked at, with `*`; what others used of the same rules stays',
    )
    .option(
      '--policy <file>',
      'a policy file or folder, instead of the configuration’s; may be given again',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .option(
      '--names-max <count>',
      'where a verb reached more objects of a kind than this, leave their names open',
      wholeNumber(0, 9_999),
      20,
    )
    .addOption(outputOption())
    .action(async (options: Options) => {
      const { since = instant(SINCE), caller, namesMax, output } = options;
      const source =
        options.policy.length === 0
          ? { config: options.config ?? 'sallyport.yaml', files: [] }
          : { files: options.policy };
      const [files, rules] = [readPolicyFiles(source), readRules(source)];
      const recorded = await readRecorded(await journalFolders(options), since, () => true);
      warnOfBegin(recorded.beginsAt, since);
      const uses = new RuleUses(recorded.exchanges);
      if (!uses.callers.some(({ subject }) => anyGlob([caller])(subject)))
        process.stderr.write(`note: the journal knows no caller \`${escapeControl(caller)}\` in this time\n`);
      const mine = rules.filter((rule) => rule.effect === 'allow' && isFor(rule, caller, uses));
      const narrowed = new Map(mine.flatMap((rule) => narrowing(rule, uses.of(rule.id), namesMax)));
      for (const [id, parts] of narrowed) process.stderr.write(`${escapeControl(id)}: ${says(parts)}\n`);
      const patch = files.map((file) => unifiedPatch(file.path, file.text, tightenedText(file, narrowed))).join('');
      process.stdout.write(output === 'json' ? printableJson({ ...listOf(itemsOf(narrowed)), patch }) : patch);
      process.exitCode = narrowed.size === 0 ? 0 : 1;
    });
}

/** Each rule that does not stay as it is, with what its parts say then; none: it was not used, and goes. */
function itemsOf(narrowed: ReadonlyMap<string, readonly NarrowedFields[]>) {
  return [...narrowed].map(([id, parts]) => ({ id, state: parts.length === 0 ? 'unused' : 'wider', parts }));
}

/** Whether a rule is about such a caller: one that used it, or one of whom its `callers` speak. */
function isFor(rule: Rule, pattern: string, uses: RuleUses): boolean {
  const isMeant = anyGlob([pattern]);
  return uses.callers.some((caller) => isMeant(caller.subject) && callerMatcher(rule.callers)(caller));
}

/** What becomes of a rule, unless it stays as it is. */
function narrowing(
  rule: Rule,
  uses: readonly Use[],
  namesMax: number,
): readonly (readonly [string, readonly NarrowedFields[]])[] {
  const parts = narrowRule(rule, uses, namesMax);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined && same(rule, withFields(rule, rule.id, only))) return [];
  return [[rule.id, parts]];
}

function same(a: Rule, b: Rule): boolean {
  const sorted = (rule: Rule) =>
    ruleSaid({
      ...rule,
      verbs: rule.verbs.toSorted(),
      apiGroups: rule.apiGroups.toSorted(),
      resources: rule.resources.toSorted(),
      resourceNames: rule.resourceNames.toSorted(),
      nonResourceURLs: rule.nonResourceURLs.toSorted(),
      powers: rule.powers.toSorted(),
    });
  return sorted(a) === sorted(b);
}

function says(parts: readonly NarrowedFields[]): string {
  if (parts.length === 0) return 'was not used, and goes';
  return parts.length === 1 ? 'is narrowed' : `is narrowed, and becomes ${counted(parts.length, 'rule')}`;
}
