import { setTimeout as pause } from 'node:timers/promises';
import { median } from './figures.ts';
import { residentKilobytes } from './process-cost.ts';
import type { World } from './world.ts';

const SETTLE_MS = 500;

/** How long a gateway takes from its start until it is ready, and what memory it has then; the middle of several starts. */
export async function measureStarts(
  world: World,
  times: number,
): Promise<{ readonly startMs: number; readonly idleMegabytes: number }> {
  const starts: number[] = [];
  const memory: number[] = [];
  for (let i = 0; i < times; i++) {
    const gateway = await world.startGateway();
    await pause(SETTLE_MS);
    starts.push(gateway.startMs);
    memory.push(residentKilobytes(gateway.way.pid) / 1_000);
    await gateway.stop();
  }
  return { startMs: median(starts), idleMegabytes: median(memory) };
}
