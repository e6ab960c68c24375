import type { Allowed } from '../../policy/analysis/changes.ts';
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
  'now-requestable': 'may now be asked for',
  'no-longer-requestable': 'may no longer be asked for',
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

/** What a rule allows, with what it hangs on beneath. */
export function allowedLines(allowed: Allowed, hasOperations: boolean): readonly string[] {
  const beneath = [
    ...allowed.when.map((text) => `when ${text}`),
    ...allowed.grants,
    ...allowed.unless.map((text) => `unless ${text}`),
    ...(allowed.rule === '' ? [] : [`by rule ${allowed.rule}`]),
  ];
  return [`  ${placeLine(allowed, hasOperations)}`, ...beneath.map((text) => `      ${escapeControl(text)}`)];
}
