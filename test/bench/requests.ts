/*
 * A small request by each way: processor time at saturation, and latency at a fixed rate. The ways take turns within each round, beginning with another
 * one each time, since other work on the machine comes and goes; the middle of the rounds counts.
 */

import { median, type WayFigures } from './figures.ts';
import type { Job } from './load.ts';
import { cpuMicros } from './process-cost.ts';
import type { Way, World } from './world.ts';

export interface Effort {
  readonly rounds: number;
  readonly requests: number;
  /** Requests of each way that do not count: V8 compiles what they use. A gateway is compiled whole after some twenty thousand. */
  readonly warmUp: number;
  readonly seconds: number;
  readonly perSecond: number;
}

const CLIENTS = 32;

type Asked = Pick<Job, 'ask' | 'httpVersion'>;

/** One row for each way. */
export async function measureRequests(world: World, asked: Asked, effort: Effort): Promise<readonly WayFigures[]> {
  const ways = world.ways(asked.httpVersion);
  const saturate = { kind: 'saturate', requests: effort.requests, clients: CLIENTS } as const;
  for (const way of ways) await world.load(way, { ...asked, mode: { ...saturate, requests: effort.warmUp } });
  const costs = new Map<Way, { cpu: number[]; p50: number[]; p99: number[] }>(
    ways.map((way) => [way, { cpu: [], p50: [], p99: [] }]),
  );
  for (let round = 0; round < effort.rounds; round++) {
    const turns = [...ways.slice(round % ways.length), ...ways.slice(0, round % ways.length)];
    for (const way of turns) costs.get(way)?.cpu.push(await cpuOf(world, way, { ...asked, mode: saturate }));
    for (const way of turns) {
      const { perSecond, seconds } = effort;
      const outcome = await world.load(way, { ...asked, mode: { kind: 'rate', perSecond, seconds } });
      costs.get(way)?.p50.push(outcome.p50Ms);
      costs.get(way)?.p99.push(outcome.p99Ms);
    }
  }
  return [...costs].map(([{ name, pid }, { cpu, p50, p99 }]) => ({
    way: name,
    cpuMicros: pid === 0 ? undefined : median(cpu),
    p50Ms: median(p50),
    p99Ms: median(p99),
  }));
}

/** Processor time of what stands in between, in microseconds a request. */
export async function cpuOf(world: World, way: Way, job: Pick<Job, 'ask' | 'httpVersion' | 'mode'>): Promise<number> {
  const before = way.pid === 0 ? 0 : cpuMicros(way.pid);
  const { requests } = await world.load(way, job);
  return way.pid === 0 ? 0 : (cpuMicros(way.pid) - before) / requests;
}
