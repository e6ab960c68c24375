/*
 * What an idle watch over HTTP/2 costs in memory: each way's process, fresh, before and after many watches were opened through it, divided by their
 * number. Fresh, since memory that a process took for something else is not given back; several times, since a garbage collection may come in between.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { median } from './figures.ts';
import { residentKilobytes } from './process-cost.ts';
import type { Way, World } from './world.ts';

export interface WatchCost {
  readonly way: string;
  /** Of resident memory, in thousands of bytes a watch. */
  readonly kilobytes: number;
}

interface Started {
  readonly way: Way;
  stop(): Promise<void>;
}

const SETTLE_MS = 500;
/** Opened first and not counted: they bring what the process takes once, for whatever number of watches. */
const WARM_UP = 100;

/** One row for each way. */
export async function measureWatches(
  world: World,
  { watches, rounds }: { readonly watches: number; readonly rounds: number },
): Promise<readonly WatchCost[]> {
  const starts: readonly (() => Promise<Started | undefined>)[] = [
    world.startBare,
    world.startNginx,
    world.startGateway,
  ];
  const found = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const start of starts) {
      const started = await start();
      if (started === undefined) continue;
      const { name } = started.way;
      found.set(name, [...(found.get(name) ?? []), await costOf(world, started.way, watches)]);
      await started.stop();
    }
  }
  return [...found].map(([way, kilobytes]) => ({ way, kilobytes: median(kilobytes) }));
}

async function costOf(world: World, way: Way, watches: number): Promise<number> {
  const loads = [world.startLoad(), world.startLoad()] as const;
  const job = { ask: 'watch', httpVersion: '2' } as const;
  await loads[0].run(way, { ...job, mode: { kind: 'open', streams: WARM_UP } });
  await pause(SETTLE_MS);
  const before = residentKilobytes(way.pid);
  await loads[1].run(way, { ...job, mode: { kind: 'open', streams: watches } });
  await pause(SETTLE_MS);
  const kilobytes = (residentKilobytes(way.pid) - before) / watches;
  for (const load of loads) await load.stop();
  return kilobytes;
}
