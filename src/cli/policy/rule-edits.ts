/*
 * A rule's text in a policy file with other fields, and all else as it was written: comments, order, quotes and lines stay. Nothing is printed anew but the values that
 * differ; `tightenedText` reads the result again and holds it to what was meant.
 */
import { isScalar, isSeq, type Pair, type Scalar, type YAMLMap } from 'yaml';
import type { NarrowedFields } from '../../policy/observed/narrow-rule.ts';

/** A stretch of a text, and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Keys that narrowing changes, in the order in which they stand where they are new. */
const KEYS = ['powers', 'verbs', 'apiGroups', 'resources', 'nonResourceURLs', 'resourceNames', 'namespaces'] as const;

type Written = readonly (string | { readonly selector: unknown })[];

/** The edits that give a rule these fields, and an id where one is given. */
export function ruleEdits(text: string, rule: YAMLMap, fields: NarrowedFields, id?: string): readonly Edit[] {
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const key of KEYS) {
    const pair = pairOf(rule, key);
    const wanted = written(fields, key);
    if (wanted === undefined && pair !== undefined) edits.push(removal(text, rule, pair));
    else if (wanted !== undefined && pair === undefined) added.push(`${key}: ${flow(wanted)}`);
    else if (wanted !== undefined && pair !== undefined) edits.push(...valueEdits(text, pair, wanted));
  }
  const own = pairOf(rule, 'id');
  if (id !== undefined && own !== undefined) edits.push({ ...spanOf(text, own), text: `id: ${quoted(id)}` });
  if (id !== undefined && own === undefined) added.unshift(`id: ${quoted(id)}`);
  return added.length === 0 ? edits : [...edits, insertion(text, rule, fields, added)];
}

/** The text after its edits: of two that meet, the first stands whole. */
export function edited(text: string, edits: readonly Edit[]): string {
  let [done, at] = ['', 0];
  for (const { start, end, text: put } of edits.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    done += text.slice(at, Math.max(at, start)) + put;
    at = Math.max(at, end);
  }
  return done + text.slice(at);
}

function pairOf(rule: YAMLMap, key: string): Pair | undefined {
  return rule.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

function written(fields: NarrowedFields, key: (typeof KEYS)[number]): Written | undefined {
  if (key !== 'namespaces') return fields[key];
  return fields.namespaces?.map((match) => ('name' in match ? match.name : match));
}

/** From the key to the end of the value, without what follows on its line. */
function spanOf(text: string, pair: Pair): { readonly start: number; readonly end: number } {
  const start = (pair.key as Scalar).range?.[0] ?? 0;
  const end = (pair.value as Scalar).range?.[1] ?? start;
  return { start, end: start + text.slice(start, end).trimEnd().length };
}

function removal(text: string, rule: YAMLMap, pair: Pair): Edit {
  const at = rule.items.indexOf(pair);
  const { start, end } = spanOf(text, pair);
  const next = rule.items[at + 1];
  if (next !== undefined) return { start, end: spanOf(text, next).start, text: '' };
  const before = rule.items[at - 1];
  return { start: before === undefined ? start : spanOf(text, before).end, end, text: '' };
}

/** Where all that is wanted is there already, only what is too much goes, with the comments on its lines. */
function valueEdits(text: string, pair: Pair, wanted: Written): readonly Edit[] {
  const items = isSeq(pair.value) ? pair.value.items : [];
  const values = items.map((item) => (isScalar(item) ? item.value : undefined));
  const isSubset = wanted.every((value) => values.includes(value));
  if (isSubset && values.length === new Set(wanted).size) return [];
  const isSame = JSON.stringify(items) === JSON.stringify(wanted);
  if (isSame) return [];
  const { start, end } = spanOf(text, pair);
  if (isSubset && !isFlow(pair.value)) {
    return items.flatMap((item, i) =>
      wanted.includes(values[i] as string) ? [] : [lineOf(text, (item as Scalar).range?.[0] ?? 0)],
    );
  }
  const key = text.slice(start, (pair.key as Scalar).range?.[1] ?? start);
  const kept = isSubset ? values.filter((value) => wanted.includes(value as string)) : wanted;
  return [{ start, end, text: `${key}: ${flow(kept as Written)}` }];
}

function isFlow(node: unknown): boolean {
  return (node as { flow?: boolean }).flow === true;
}

function lineOf(text: string, at: number): Edit {
  const start = text.lastIndexOf('\n', at - 1) + 1;
  const newline = text.indexOf('\n', at);
  return { start, end: newline === -1 ? text.length : newline + 1, text: '' };
}

/** Beside the field that says what the rule is about, which every rule has; in a block on lines of their own. */
function insertion(text: string, rule: YAMLMap, fields: NarrowedFields, added: readonly string[]): Edit {
  const anchor = (['resources', 'powers', 'nonResourceURLs', 'effect'] as const)
    .filter((key) => key === 'effect' || fields[key] !== undefined)
    .map((key) => pairOf(rule, key))
    .find((pair) => pair !== undefined) as Pair;
  const { start, end } = spanOf(text, anchor);
  if (isFlow(rule)) return { start: end, end, text: added.map((one) => `, ${one}`).join('') };
  const indent = ' '.repeat(start - (text.lastIndexOf('\n', start - 1) + 1));
  // Lines of a list may go, so what is new stands above it.
  if (isSeq(anchor.value) && !isFlow(anchor.value))
    return { start, end: start, text: added.map((one) => `${one}\n${indent}`).join('') };
  const newline = text.indexOf('\n', end);
  const at = newline === -1 ? text.length : newline;
  return { start: at, end: at, text: added.map((one) => `\n${indent}${one}`).join('') };
}

function flow(values: Written): string {
  return `[${values.map((value) => (typeof value === 'string' ? quoted(value) : JSON.stringify(value))).join(', ')}]`;
}

/** As YAML reads it back as this very text; plain where that is plain. */
function quoted(value: string): string {
  return /^[A-Za-z][-A-Za-z0-9./]*$/.test(value) && !/^(?:true|false|null|yes|no|on|off|y|n)$/i.test(value)
    ? value
    : JSON.stringify(value);
}
