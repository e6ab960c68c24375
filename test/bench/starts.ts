/*
 * A start and what memory it leaves: a bare Node proxy, a gateway from source and one as it is published, each with 1,000 rules, and the last with 20 too. They
 * take turns; the middle of several counts.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { median } from './figures.ts';
import { residentKilobytes } from './process-cost.ts';
import type { Way, World } from './world.ts';

/** A way's process, fresh. */
export interface StartCost {
  readonly way: string;
  /** From its start until it answers. */
  readonly startMs: number;
  /** Resident, in millions of bytes. */
  readonly megabytes: number;
}

interface Started {
  readonly way: Way;
  stop(): Promise<void>;
}

const SETTLE_MS = 500;

/** One row for each way. */
export async function measureStarts(world: World, times: number): Promise<readonly StartCost[]> {
  build();
  const ways: Readonly<Record<string, () => Promise<Started>>> = {
    bare: world.startBare,
    'gateway, from source': () => world.startGateway(),
    'gateway, built': () => world.startGateway({ from: 'dist' }),
    'gateway, built, 20 rules': () => world.startGateway({ from: 'dist', rules: 'few' }),
  };
  const found = new Map(Object.keys(ways).map((way) => [way, { starts: [] as number[], memory: [] as number[] }]));
  for (let i = 0; i < times; i++) {
    for (const [way, start] of Object.entries(ways)) {
      const beganMs = performance.now();
      const started = await start();
      found.get(way)?.starts.push(performance.now() - beganMs);
      await pause(SETTLE_MS);
      found.get(way)?.memory.push(residentKilobytes(started.way.pid) / 1_000);
      await started.stop();
    }
  }
  return [...found].map(([way, { starts, memory }]) => ({ way, startMs: median(starts), megabytes: median(memory) }));
}

function build(): void {
  const root = join(import.meta.dirname, '..', '..');
  const { status } = spawnSync(process.execPath, [join(root, 'tools', 'build.mjs')], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('the package could not be built');
}
