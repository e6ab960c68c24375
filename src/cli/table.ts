import { escapeControl } from './escape-control.ts';

/** Limit: characters of one cell; what is longer is cut, and whole in JSON. */
const CELL_CHARS_MAX = 80;

/** Lines with aligned columns, the first row being the head; safe to print. */
export function table(rows: readonly (readonly string[])[]): readonly string[] {
  const cells = rows.map((row) => row.map(clip));
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** The same, ended by a line feed; where there is a head and nothing below it, the sentence that says so. */
export function listText(rows: readonly (readonly string[])[], none: string): string {
  return `${rows.length > 1 ? table(rows).join('\n') : escapeControl(none)}\n`;
}

function clip(text: string): string {
  const safe = escapeControl(text);
  return safe.length <= CELL_CHARS_MAX ? safe : `${safe.slice(0, CELL_CHARS_MAX - 1)}…`;
}
