import { setTimeout as pause } from 'node:timers/promises';

/** How the requests of a load went. */
export interface LoadReport {
  readonly failures: readonly string[];
  /** How many, how many a second, and how long they took. */
  readonly count: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** A load that runs. */
export interface Load {
  /** What it was from the last time on that this was asked; the load goes on. */
  soFar(): LoadReport;
  /** Resolves once so many were answered since then. */
  untilAnswered(count: number): Promise<void>;
  /** Sends no more, and resolves when all are answered. */
  stop(): Promise<LoadReport>;
}

const TICK_MS = 10;
/** Where answers are late, those that are due wait: a client has no endless connections either. */
const UNDER_WAY_MAX = 400;

/** Asks so many times a second, however long answers take; `ask` gives what went wrong, or nothing. */
export function steadyLoad(perSecond: number, ask: () => Promise<string | undefined>): Load {
  let [took, failures]: [number[], string[]] = [[], []];
  const underWay = new Set<Promise<void>>();
  const startedMs = performance.now();
  let sinceMs = startedMs;
  let sent = 0;
  const one = async () => {
    const askedMs = performance.now();
    const failure = await ask().catch((error: Error) => `${error.name}: ${error.message}`);
    took.push(performance.now() - askedMs);
    if (failure !== undefined) failures.push(failure);
  };
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedMs) * perSecond) / 1000);
    for (; sent < due && underWay.size < UNDER_WAY_MAX; sent++) {
      const asked: Promise<void> = one().finally(() => underWay.delete(asked));
      underWay.add(asked);
    }
  }, TICK_MS);
  const soFar = () => {
    const [sorted, failed] = [took.toSorted((a, b) => a - b), failures];
    const seconds = (performance.now() - sinceMs) / 1000;
    [took, failures] = [[], []];
    sinceMs = performance.now();
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    return {
      failures: failed,
      count: sorted.length,
      perSecond: sorted.length / seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
    };
  };
  return {
    soFar,
    async untilAnswered(count) {
      while (took.length < count) await pause(TICK_MS);
    },
    async stop() {
      clearInterval(timer);
      await Promise.all(underWay);
      return soFar();
    },
  };
}
