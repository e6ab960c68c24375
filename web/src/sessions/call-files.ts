/* Calls as files that other programs read. Pure. */
import type { ExchangeRowView } from '../../../src/control/session-contract.ts';

/** One JSON object a line, as `/api/v1` has it. */
export function asLines(rows: readonly ExchangeRowView[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
}

const COLUMNS = [
  ...(['at', 'id', 'session', 'target', 'verb', 'apiGroup', 'resource', 'subresource', 'namespace', 'name'] as const),
  ...([
    'path',
    'isChange',
    'decision',
    'rule',
    'grant',
    'approval',
    'outcome',
    'status',
    'code',
    'durationMs',
  ] as const),
  ...(['bytesIn', 'bytesOut'] as const),
];

/**
 * A table. Security: a cell that a spreadsheet would take for a formula begins with an apostrophe: names and paths are other people's text (T54).
 * Source: RFC 4180; OWASP, CSV injection
 */
export function asTable(rows: readonly ExchangeRowView[]): string {
  const lines = rows.map((row) => [
    ...COLUMNS.map((column) => row[column] ?? ''),
    row.caller.subject,
    row.caller.issuer,
    row.claimed?.command ?? '',
  ]);
  return [[...COLUMNS, 'caller', 'issuer', 'said'], ...lines]
    .map((line) => `${line.map((cell) => quoted(String(cell))).join(',')}\r\n`)
    .join('');
}

function quoted(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
