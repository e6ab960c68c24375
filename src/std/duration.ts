const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a length of time as people write it: `90s`, `10m`, `12h`, `7d`; the configuration takes no other form. */
export function durationMs(text: string): number {
  return Number.parseInt(text, 10) * (UNITS_MS[text.slice(-1)] as number);
}

/** The same, the other way: the largest unit that says it whole; seconds are rounded up. */
export function durationText(ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const)
    if (seconds % size === 0) return `${seconds / size}${unit}`;
  return `${seconds}s`;
}
