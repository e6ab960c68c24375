/*
 * What masks cost a whole gateway: one with them beside one whose masks are open for everybody, in turns, in processor time. Neither keeps bodies, so that the ratio is that of masks
 * alone; a third one does both.
 */
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
  /** With masks and kept bodies, as a gateway is by default. */
  readonly wholeMicros: number;
}

export interface MaskCost {
  readonly rows: readonly MaskRow[];
  /** Memory above idle while a list of 100 MB passes, in megabytes; undefined where the system does not tell it. */
  readonly largeListMegabytes: number | undefined;
}

const CLIENTS = 8;

/** `warmUp`: requests that do not count, since V8 compiles meanwhile. */
const ASKED = [
  { what: 'small GET', ask: 'get', requests: 1_000, each: 1, warmUp: 10_000 },
  { what: 'list of 5,000 ConfigMaps, nothing to mask', ask: 'list', requests: 5, each: 1, warmUp: 20 },
  { what: 'list of 5,000 Secrets', ask: 'secrets', requests: 5, each: 1, warmUp: 20 },
  { what: 'event of a watch', ask: 'events', requests: 1, each: EVENTS, warmUp: 3 },
] as const satisfies readonly (Pick<Job, 'ask'> & {
  readonly what: string;
  readonly requests: number;
  readonly each: number;
  readonly warmUp: number;
})[];

/** The rows; `rounds` of each way count. */
export async function measureMasks(world: World, rounds: number): Promise<MaskCost> {
  const gateways = [
    await world.startGateway({ bodies: 'none' }),
    await world.startGateway({ bodies: 'none', areMasksOpen: true }),
    await world.startGateway(),
  ] as const;
  const ways = gateways.map(({ way }) => way);
  const rows: MaskRow[] = [];
  for (const asked of ASKED) {
    const [maskedMicros, openMicros, wholeMicros] = (await microsOf(world, ways, asked, rounds)) as [
      number,
      number,
      number,
    ];
    rows.push({ what: asked.what, maskedMicros, openMicros, wholeMicros });
  }
  const largeListMegabytes = await largeList(world, gateways[2].way);
  for (const gateway of gateways) await gateway.stop();
  return { rows, largeListMegabytes };
}

/** Of each way, the middle of its rounds; another one begins each round. */
async function microsOf(
  world: World,
  ways: readonly Way[],
  { ask, requests, each, warmUp }: (typeof ASKED)[number],
  rounds: number,
): Promise<readonly number[]> {
  const micros = (way: Way, many: number) => {
    const mode = { kind: 'saturate', requests: many, clients: Math.min(CLIENTS, many) } as const;
    return cpuOf(world, way, { ask, httpVersion: '1.1', mode });
  };
  for (const way of ways) await micros(way, warmUp);
  const found = new Map<Way, number[]>(ways.map((way) => [way, []]));
  for (let round = 0; round < rounds; round++)
    for (const way of [...ways.slice(round % ways.length), ...ways.slice(0, round % ways.length)])
      found.get(way)?.push((await micros(way, requests)) / each);
  return [...found.values()].map(median);
}

async function largeList(world: World, way: Way): Promise<number | undefined> {
  const before = residentKilobytes(way.pid);
  resetPeak(way.pid);
  const mode = { kind: 'saturate', requests: 1, clients: 1 } as const;
  await world.load(way, { ask: 'large-list', httpVersion: '1.1', mode });
  const peak = peakKilobytes(way.pid);
  return peak === undefined ? undefined : (peak - before) / 1_000;
}
