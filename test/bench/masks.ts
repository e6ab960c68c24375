/* What masks cost a whole gateway: one with them beside one whose masks are open for everybody, in turns, in processor time. */
import { median } from './figures.ts';
import type { Job } from './load.ts';
import { EVENTS } from './payloads.ts';
import { peakKilobytes, resetPeak, residentKilobytes } from './process-cost.ts';
import { cpuOf } from './requests.ts';
import type { Way, World } from './world.ts';

/** One kind of request, with masks and without. */
export interface MaskRow {
  readonly what: string;
  /** Processor time of the gateway, in microseconds: of a request, or of one event of a watch. */
  readonly maskedMicros: number;
  readonly openMicros: number;
}

export interface MaskCost {
  readonly rows: readonly MaskRow[];
  /** Memory above idle while a list of 100 MB passes, in megabytes; undefined where the system does not tell it. */
  readonly largeListMegabytes: number | undefined;
}

const CLIENTS = 8;

const ASKED: readonly (readonly [what: string, ask: Job['ask'], requests: number, each: number])[] = [
  ['small GET', 'get', 2_000, 1],
  ['list of 5,000 ConfigMaps, nothing to mask', 'list', 5, 1],
  ['list of 5,000 Secrets', 'secrets', 5, 1],
  ['event of a watch', 'events', 1, EVENTS],
];

/** The rows; `rounds` of each way count. */
export async function measureMasks(world: World, rounds: number): Promise<MaskCost> {
  const gateways = [await world.startGateway(), await world.startGateway({ areMasksOpen: true })] as const;
  const ways = gateways.map(({ way }) => way) as [Way, Way];
  const rows: MaskRow[] = [];
  for (const [what, ask, requests, each] of ASKED) {
    const mode = { kind: 'saturate', requests, clients: Math.min(CLIENTS, requests) } as const;
    const found: [number[], number[]] = [[], []];
    for (let round = -2; round < rounds; round++)
      for (const [i, way] of round % 2 === 0 ? [...ways.entries()] : [...ways.entries()].reverse()) {
        const micros = await cpuOf(world, way, { ask, httpVersion: '1.1', mode });
        if (round >= 0) found[i as 0 | 1].push(micros / each);
      }
    const [maskedMicros, openMicros] = [median(found[0]), median(found[1])];
    rows.push({ what, maskedMicros, openMicros });
  }
  const largeListMegabytes = await largeList(world, ways[0]);
  for (const gateway of gateways) await gateway.stop();
  return { rows, largeListMegabytes };
}

async function largeList(world: World, way: Way): Promise<number | undefined> {
  const before = residentKilobytes(way.pid);
  resetPeak(way.pid);
  const mode = { kind: 'saturate', requests: 1, clients: 1 } as const;
  await world.load(way, { ask: 'large-list', httpVersion: '1.1', mode });
  const peak = peakKilobytes(way.pid);
  return peak === undefined ? undefined : (peak - before) / 1_000;
}
