/*
 * A policy file whose rules are narrowed, with comments and order as they were. What comes out is read again and must hold exactly the rules that were meant, so that no
 * mistake of editing can widen one.
 */
import { isMap, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import { parsePolicies } from '../../config/parse-policies.ts';
import { parseYaml } from '../../config/parse-yaml.ts';
import type { PolicyFile } from '../../config/policy-load.ts';
import { type NarrowedFields, withFields } from '../../policy/observed/narrow-rule.ts';
import type { Rule } from '../../policy/rule.ts';
import { ruleSaid } from '../../policy/rule-said.ts';
import { assert } from '../../std/assert.ts';
import { CliError } from '../cli-error.ts';
import { type Edit, edited, ruleEdits } from './rule-edits.ts';

/** What becomes of a rule: its parts; none where it goes. */
export type Narrowed = ReadonlyMap<string, readonly NarrowedFields[]>;

/**
 * The file’s text with these rules narrowed. Rules that are not named stay as they are written.
 *
 * @throws {CliError} no rule of a policy would be left: taking a policy away is for a person
 */
export function tightenedText(file: PolicyFile, narrowed: Narrowed): string {
  const edits: Edit[] = [];
  for (const parsed of parseYaml(file.path, file.text)) {
    assert(!('findings' in parsed), 'the file was read before');
    const policy = (parsed.document.toJS() as { metadata?: { name?: string } } | null)?.metadata?.name;
    const rules = parsed.document.getIn(['rules'], true);
    if (policy !== undefined && isSeq(rules)) edits.push(...listEdits(file.text, policy, rules as YAMLSeq, narrowed));
  }
  const text = edited(file.text, edits);
  holdTo(meant(rulesOf(file), narrowed), rulesOf({ ...file, text }));
  return text;
}

function listEdits(text: string, policy: string, list: YAMLSeq, narrowed: Narrowed): readonly Edit[] {
  const ids = list.items.map((rule, i) => `${policy}/${(isMap(rule) ? rule.get('id') : undefined) ?? i + 1}`);
  if (ids.every((id) => narrowed.get(id)?.length === 0))
    throw new CliError(
      `no rule of the policy \`${policy}\` was used: take it away, or look at a longer time with --since`,
    );
  const edits: Edit[] = [];
  let isShifted = false;
  for (const [i, rule] of list.items.entries()) {
    if (!isMap(rule)) continue;
    const named = rule.get('id') as string | undefined;
    const own = named ?? String(i + 1);
    const parts = narrowed.get(`${policy}/${own}`);
    // What has no id is called by its place, and stays called so where its place changes.
    const kept = isShifted && named === undefined ? own : undefined;
    if (parts === undefined) {
      if (kept !== undefined) edits.push(...ruleEdits(text, rule, fieldsOf(rule), kept));
      continue;
    }
    const span = itemSpan(text, rule);
    const [first, ...more] = parts;
    if (first === undefined) edits.push(itemRemoval(text, list, i));
    else {
      edits.push(...ruleEdits(text, rule, first, kept));
      edits.push({
        start: span.end,
        end: span.end,
        text: more.map((fields, n) => copyOf(text, list, rule, fields, partId(own, n))).join(''),
      });
    }
    if (parts.length !== 1) isShifted = true;
  }
  return edits;
}

/** Of the parts behind the first. */
function partId(own: string, n: number): string {
  return `${own}-${n + 2}`;
}

/** The rule's own fields, so that nothing but its id changes. */
function fieldsOf(rule: YAMLMap): NarrowedFields {
  const { namespaces, ...fields } = rule.toJSON() as Record<string, unknown>;
  const own = namespaces as readonly (string | { readonly selector: object })[] | undefined;
  return {
    ...fields,
    ...(own === undefined ? {} : { namespaces: own.map((one) => (typeof one === 'string' ? { name: one } : one)) }),
  } as NarrowedFields;
}

/** From the first key to the end of the last line that says something. */
function itemSpan(text: string, rule: YAMLMap): { readonly start: number; readonly end: number } {
  const [start = 0, end = 0] = rule.range ?? [];
  const trimmed = start + text.slice(start, end).trimEnd().length;
  if ((rule as { flow?: boolean }).flow === true) return { start, end: trimmed };
  const newline = text.indexOf('\n', trimmed);
  return { start, end: newline === -1 ? text.length : newline };
}

function copyOf(text: string, list: YAMLSeq, rule: YAMLMap, fields: NarrowedFields, id: string): string {
  const { start, end } = itemSpan(text, rule);
  const edits = ruleEdits(text, rule, fields, id).map((edit) => ({
    ...edit,
    start: edit.start - start,
    end: edit.end - start,
  }));
  const copy = edited(text.slice(start, end), edits);
  if (list.flow === true) return `, ${copy}`;
  const line = text.lastIndexOf('\n', start - 1) + 1;
  const dash = text.slice(line, start);
  return `\n${dash.trim() === '-' ? dash : `${' '.repeat(dash.length - dash.trimStart().length)}- `}${copy}`;
}

/** The item with its dash, and the comment that stands right above it. */
function itemRemoval(text: string, list: YAMLSeq, i: number): Edit {
  const { start, end } = itemSpan(text, list.items[i] as YAMLMap);
  if (list.flow === true) {
    const next = list.items[i + 1] as YAMLMap | undefined;
    if (next !== undefined) return { start, end: next.range?.[0] ?? end, text: '' };
    const before = list.items[i - 1] as YAMLMap | undefined;
    return { start: before === undefined ? start : itemSpan(text, before).end, end, text: '' };
  }
  let from = text.lastIndexOf('\n', start - 1) + 1;
  for (;;) {
    const line = text.lastIndexOf('\n', from - 2) + 1;
    if (from === 0 || !text.slice(line, from).trimStart().startsWith('#')) break;
    from = line;
  }
  return { start: from, end: Math.min(text.length, end + 1), text: '' };
}

/** The rules that are to come of the file's. */
function meant(rules: readonly Rule[], narrowed: Narrowed): readonly Rule[] {
  return rules.flatMap((rule) => {
    const parts = narrowed.get(rule.id);
    if (parts === undefined) return [rule];
    return parts.map((fields, n) => withFields(rule, n === 0 ? rule.id : partId(rule.id, n - 1), fields));
  });
}

function rulesOf(file: PolicyFile): readonly Rule[] {
  const parsed = parsePolicies([file]);
  assert(!('findings' in parsed), `${file.path} was read before`);
  return parsed.rules;
}

/** Security: the patch is what was meant, word for word, or there is none. */
function holdTo(wanted: readonly Rule[], made: readonly Rule[]): void {
  const said = (rules: readonly Rule[]) => rules.map((rule) => `${rule.id} ${ruleSaid(sortedLists(rule))}`).sort();
  assert(
    JSON.stringify(said(wanted)) === JSON.stringify(said(made)),
    'the edited file holds the rules that were meant',
  );
}

function sortedLists(rule: Rule): Rule {
  const sorted = <T>(list: readonly T[]) => [...list].sort();
  return {
    ...rule,
    verbs: sorted(rule.verbs),
    apiGroups: sorted(rule.apiGroups),
    resources: sorted(rule.resources),
    resourceNames: sorted(rule.resourceNames),
    powers: sorted(rule.powers),
    nonResourceURLs: sorted(rule.nonResourceURLs),
    ...(rule.namespaces === undefined
      ? {}
      : { namespaces: rule.namespaces.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) }),
  };
}
