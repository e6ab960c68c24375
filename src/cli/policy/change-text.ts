import type { DescribedPart } from '../../policy/analysis/changes.ts';
import type { ChangeKind } from '../../policy/analysis/compare.ts';
import type { Described } from '../../policy/analysis/describe.ts';
import { escapeControl } from '../escape-control.ts';

/** What each kind of change is called, in the order in which they are told: what widens first. */
export const CHANGE_TITLES: Readonly<Record<ChangeKind, string>> = {
  gains: 'may now be done, and could not be before',
  freed: 'no longer hangs on a condition',
  conditions: 'hangs on other conditions than before, or is changed otherwise',
  bound: 'now hangs on a condition',
  loses: 'can no longer be done',
  'now-held': 'is now held for a person',
  'no-longer-held': 'is no longer held for a person',
  'held-otherwise': 'is held for a person under other conditions than before',
  'now-requestable': 'may now be asked for',
  'no-longer-requestable': 'may no longer be asked for',
  'requestable-otherwise': 'may be asked for under other conditions than before',
};

/** Who, what and where, in a line; safe to print. */
export function placeLine(
  { callers, targets, operations, namespaces, names }: Described,
  hasOperations: boolean,
): string {
  const parts = [
    callers === '' ? 'everyone' : callers,
    hasOperations ? operations : '',
    names === '' ? '' : `name: ${names}`,
    namespaces === '' ? '' : `namespace: ${namespaces}`,
    targets === '' ? 'every target' : `target: ${targets}`,
  ];
  return escapeControl(parts.filter((part) => part !== '').join(' | '));
}

/** What a rule allows, holds or offers, with what it hangs on beneath; safe to print. */
export function partLines(part: DescribedPart, hasOperations: boolean): readonly string[] {
  const beneath = [
    ...part.when.map((text) => `when ${text}`),
    ...part.grants,
    ...part.unless.map((text) => `unless ${text}`),
    ...(part.rule === '' ? [] : [`by rule ${part.rule}`]),
  ];
  return [`  ${placeLine(part, hasOperations)}`, ...beneath.map((text) => `      ${escapeControl(text)}`)];
}
