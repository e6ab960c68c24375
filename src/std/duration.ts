const UNITS_MS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a length of time as people write it: `90s`, `10m`, `12h`, `7d`; the configuration takes no other form. */
export function durationMs(text: string): number {
  return Number.parseInt(text, 10) * (UNITS_MS[text.slice(-1)] as number);
}
