/** What the benchmarks say, and the figures of the design that it is held against. */

/** One request by one way, as the middle of the rounds has it. */
export interface WayFigures {
  readonly way: string;
  /** Of what stands in between; undefined for the direct way. */
  readonly cpuMicros: number | undefined;
  /** At a fixed rate. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** What was measured for one figure to reach. */
export interface Figure {
  readonly what: string;
  readonly unit: string;
  readonly atMost?: number;
  readonly atLeast?: number;
  readonly measured: number;
  /** What else ran on the machine hides it: the direct way was slow by itself. */
  readonly isHidden?: boolean;
}

export function isMet({ atMost, atLeast, measured }: Figure): boolean {
  return measured <= (atMost ?? Number.POSITIVE_INFINITY) && measured >= (atLeast ?? Number.NEGATIVE_INFINITY);
}

/** The middle one; of an even number the lower of the two. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? Number.NaN;
}

/** Rows in columns, the first to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] as number) : cell.padStart(widths[column] as number),
        )
        .join('  '),
    )
    .join('\n');
}

export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map((figure) => {
    const { what, unit, atMost, atLeast, measured } = figure;
    const wanted = atMost === undefined ? `at least ${atLeast}` : `at most ${atMost}`;
    return [
      what,
      `${measured.toFixed(2)} ${unit}`,
      wanted,
      figure.isHidden ? 'machine too busy to tell' : isMet(figure) ? 'met' : 'NOT MET',
    ];
  });
  return table([['figure', 'measured', 'to reach', ''], ...rows]);
}
