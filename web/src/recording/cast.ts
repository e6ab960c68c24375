/*
 * A recording as the gateway gives it: of a terminal asciicast v3, else the same lines with channels by their names. Pure. A line that cannot be read is passed
 * over, as players do with lines that begin with `#`.
 *
 * Source: https://docs.asciinema.org/manual/asciicast/v3/
 */

/** What passed, in order, each at its time from the beginning. */
export interface Cast {
  readonly isTerminal: boolean;
  readonly columns: number;
  readonly rows: number;
  readonly command: string;
  readonly events: readonly CastEvent[];
  readonly durationMs: number;
}

export interface CastEvent {
  readonly atMs: number;
  readonly channel: string;
  readonly data: string;
}

/** Limits of a terminal's size, in cells: a recording names its own. */
const CELLS_MAX = { columns: 1_000, rows: 500 };

/** The recording that these lines are; undefined where they are none. */
export function castOf(text: string): Cast | undefined {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  const head = parsed(lines[0] ?? '');
  if (typeof head !== 'object' || head === null || Array.isArray(head) || !('version' in head)) return undefined;
  const { version, term, command } = head as {
    version: unknown;
    term?: { cols?: unknown; rows?: unknown };
    command?: unknown;
  };
  let atMs = 0;
  const events = lines.slice(1).flatMap((line): CastEvent[] => {
    const event = parsed(line);
    if (!Array.isArray(event) || typeof event[0] !== 'number' || typeof event[1] !== 'string') return [];
    atMs += Math.max(0, event[0] * 1_000);
    return [{ atMs, channel: event[1], data: dataText(event[2]) }];
  });
  return {
    isTerminal: version === 3,
    columns: cells(term?.cols, 80, CELLS_MAX.columns),
    rows: cells(term?.rows, 24, CELLS_MAX.rows),
    command: typeof command === 'string' ? command : '',
    events,
    durationMs: atMs,
  };
}

/** The size that a resize event says; undefined where it says none. */
export function sizeOf(data: string): { readonly columns: number; readonly rows: number } | undefined {
  const [, columns, rows] = /^(\d{1,5})x(\d{1,5})$/.exec(data) ?? [];
  if (columns === undefined || rows === undefined) return undefined;
  return { columns: cells(Number(columns), 80, CELLS_MAX.columns), rows: cells(Number(rows), 24, CELLS_MAX.rows) };
}

/** The same with no pause longer than this. */
export function withoutPauses(cast: Cast, pauseMsMax: number): Cast {
  let atMs = 0;
  let before = 0;
  const events = cast.events.map((event) => {
    atMs += Math.min(event.atMs - before, pauseMsMax);
    before = event.atMs;
    return { ...event, atMs };
  });
  return { ...cast, events, durationMs: atMs };
}

/** When the words stand in the output, without what moves the cursor: the instants at which each place is whole. Upper and lower case are one. */
export function placesOf({ events }: Cast, words: string): readonly number[] {
  const wanted = words.toLowerCase();
  if (wanted === '') return [];
  let text = '';
  const ends: { readonly until: number; readonly atMs: number }[] = [];
  for (const { channel, data, atMs } of events) {
    if (!['o', 'stdout', 'stderr'].includes(channel)) continue;
    text += plain(data).toLowerCase();
    ends.push({ until: text.length, atMs });
  }
  const places: number[] = [];
  let part = 0;
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    while ((ends[part]?.until ?? Number.POSITIVE_INFINITY) < at + wanted.length) part++;
    const atMs = ends[part]?.atMs ?? 0;
    if (places.at(-1) !== atMs) places.push(atMs);
  }
  return places;
}

/** Output without its control sequences. */
function plain(data: string): string {
  return data
    .replaceAll(/\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[ -/]*[0-~])/g, '')
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '');
}

function dataText(data: unknown): string {
  return typeof data === 'string' ? data : JSON.stringify(data ?? '');
}

function cells(value: unknown, otherwise: number, max: number): number {
  return typeof value === 'number' && Number.isInteger(value) && value > 0 ? Math.min(value, max) : otherwise;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
