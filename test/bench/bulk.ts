/** Bytes in bulk: a list of 5,000 ConfigMaps, and the output of an exec. */
import { median } from './figures.ts';
import { cpuMicros } from './process-cost.ts';
import type { World } from './world.ts';

export interface ListTime {
  readonly way: string;
  /** The middle of the rounds, for one list read whole. */
  readonly ms: number;
}

export interface ExecRate {
  readonly way: string;
  /** Megabytes for each second of processor time of what stands in between. */
  readonly megabytesPerCpuSecond: number;
}

const LISTS_PER_ROUND = 5;

/** One row for each way. */
export async function measureLists(world: World, rounds: number): Promise<readonly ListTime[]> {
  const ways = world.ways('1.1');
  const job = { ask: 'list', httpVersion: '1.1' } as const;
  const found = ways.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, way] of ways.entries()) {
      const outcome = await world.load(way, {
        ...job,
        mode: { kind: 'saturate', requests: LISTS_PER_ROUND, clients: 1 },
      });
      if (round >= 0) found[i]?.push(outcome.p50Ms);
    }
  }
  return ways.map(({ name }, i) => ({ way: name, ms: median(found[i] ?? []) }));
}

/** One row for each way that something stands in. */
export async function measureExecs(world: World, rounds: number): Promise<readonly ExecRate[]> {
  const ways = world.ways('1.1').filter(({ pid }) => pid !== 0);
  const found = ways.map((): number[] => []);
  for (let round = -1; round < rounds; round++) {
    for (const [i, way] of ways.entries()) {
      const before = cpuMicros(way.pid);
      const { bytes } = await world.load(way, { ask: 'exec', httpVersion: '1.1', mode: { kind: 'once' } });
      if (round >= 0) found[i]?.push(bytes / (cpuMicros(way.pid) - before));
    }
  }
  return ways.map(({ name }, i) => ({ way: name, megabytesPerCpuSecond: median(found[i] ?? []) }));
}
