import { escapeControl } from '../escape-control.ts';
import type { Check } from './check.ts';

const MARKS: Readonly<Record<Check['state'], string>> = { well: 'ok', warning: 'WARN', fault: 'FAULT' };

/** A line for each, with what to do under it, and a last one that counts; safe to print. */
export function checksText(checks: readonly Check[]): string {
  const lines = checks.flatMap(({ area, about, state, found, advice }) => [
    `${MARKS[state].padEnd(5)}  ${about === '' ? area : `${area} ${about}`}: ${found}`,
    ...(advice === '' ? [] : [`       ${advice}`]),
  ]);
  const count = (state: Check['state']) => checks.filter((check) => check.state === state).length;
  const total = `faults: ${count('fault')}, warnings: ${count('warning')}, well: ${count('well')}`;
  return `${[...lines, total].map(escapeControl).join('\n')}\n`;
}
