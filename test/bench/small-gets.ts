/*
 * What a small GET costs the gateway where there is a control plane, told apart: by ways that take turns in one run, and by the threads that take it. What is done
 * later for a request is its own: a way's turn ends when the index of recordings has it.
 */
import type { controlApi } from '../support/control-api.ts';
import { median } from './figures.ts';
import { cpuMicros, threadsMicros } from './process-cost.ts';
import type { Way, World } from './world.ts';

/** Microseconds of processor time a request, whole and by the thread that took it. */
interface SmallGet {
  readonly micros: number;
  /** `rest`: all that V8 and libuv have of their own. */
  readonly byThread: readonly (readonly [name: (typeof THREADS)[number] | 'rest', micros: number])[];
}

/** What one part adds to a small GET, microseconds of processor time: the difference of two turns of one round; the middle of the rounds, and the quarters around it. */
interface Added {
  readonly micros: number;
  readonly quarters: readonly [low: number, high: number];
}

/** `byGrant` and `counted` are allowed by their grant alone, without and with `usesMax`. */
export interface SmallGets extends Readonly<Record<(typeof KINDS)[number], SmallGet>> {
  /** Grants, stops, budgets and the feed, without the index of recordings, whose thread is its own. */
  readonly addedByControl: Added;
  readonly addedByIndex: Added;
  /** A live grant of the caller, beyond the control plane. */
  readonly addedByGrant: Added;
}

const THREADS = ['main', 'catalog', 'recorder'] as const;
const KINDS = ['bare', 'control', 'granted', 'byGrant', 'counted'] as const;
const REQUESTS = 2_000;
/** Rounds that do not count: V8 compiles what they use. */
const WARM_UP = 3;

type Api = ReturnType<typeof controlApi>;

/** The middle of `rounds`, in which each kind has a turn. */
export async function measureSmallGets(
  world: World,
  ways: Readonly<Record<'bare' | 'control', Way>>,
  api: Api,
  rounds: number,
): Promise<SmallGets> {
  const found = new Map(KINDS.map((kind) => [kind, [] as Turn[]]));
  for (let round = -WARM_UP; round < rounds; round++)
    for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
      const costs = await turn(world, ways, api, kind);
      if (round >= 0) found.get(kind)?.push(costs);
    }
  const middle = (kind: (typeof KINDS)[number]): SmallGet => {
    const costs = found.get(kind) ?? [];
    const [micros, ...byThread] = [0, 1, 2, 3].map((i) => median(costs.map((each) => each[i] as number)));
    const rest = (micros as number) - byThread.reduce((sum, one) => sum + one, 0);
    return {
      micros: micros as number,
      byThread: [...THREADS.map((name, i) => [name, byThread[i] as number] as const), ['rest', rest]],
    };
  };
  /** Of the turns that one round had. */
  const added = (micros: (turns: Record<(typeof KINDS)[number], Turn>) => number): Added => {
    const each = Array.from({ length: rounds }, (_, round) => {
      const turns = KINDS.map((kind) => [kind, found.get(kind)?.[round] as Turn] as const);
      return micros(Object.fromEntries(turns) as Record<(typeof KINDS)[number], Turn>);
    }).sort((a, b) => a - b);
    const quarter = Math.floor((rounds - 1) / 4);
    return { micros: median(each), quarters: [each[quarter] as number, each[rounds - 1 - quarter] as number] };
  };
  const [whole, catalog] = [0, 1 + THREADS.indexOf('catalog')];
  return {
    bare: middle('bare'),
    control: middle('control'),
    granted: middle('granted'),
    byGrant: middle('byGrant'),
    counted: middle('counted'),
    addedByControl: added(({ bare, control }) => at(control, whole) - at(control, catalog) - at(bare, whole)),
    addedByIndex: added(({ control }) => at(control, catalog)),
    addedByGrant: added(
      ({ control, granted }) => at(granted, whole) - at(granted, catalog) - at(control, whole) + at(control, catalog),
    ),
  };
}

function at(turn: Turn, place: number): number {
  return turn[place] as number;
}

/** Microseconds a request: the whole, then each of `THREADS`. */
type Turn = readonly number[];

async function turn(
  world: World,
  ways: Parameters<typeof measureSmallGets>[1],
  api: Api,
  kind: (typeof KINDS)[number],
): Promise<Turn> {
  const way = kind === 'bare' ? ways.bare : ways.control;
  const isGranted = kind !== 'bare' && kind !== 'control';
  const bounds = kind === 'counted' ? { uses: 2 * REQUESTS } : {};
  const grant = isGranted ? await given(api, 'first', world.token, bounds) : undefined;
  const before = [cpuMicros(way.pid), threadsMicros(way.pid)] as const;
  await world.load(way, {
    ask: kind === 'byGrant' || kind === 'counted' ? 'granted' : 'get',
    httpVersion: '1.1',
    mode: { kind: 'saturate', requests: REQUESTS, clients: 8 },
  });
  if (kind !== 'bare') await indexed(api, world.token);
  const [whole, threads] = [cpuMicros(way.pid), threadsMicros(way.pid)];
  if (grant !== undefined) await api(world.token, 'POST', `/grants/${grant}/release`, {});
  const since = (name: string) => (threads.get(name) ?? 0) - (before[1].get(name) ?? 0);
  return [whole - before[0], ...THREADS.map(since)].map((micros) => micros / REQUESTS);
}

/** A grant for a service of that name, given at once. */
export async function given(api: Api, name: string, token: string, bounds: { uses?: number } = {}): Promise<string> {
  const scope = {
    target: 'bench',
    verbs: ['get'],
    resources: ['services'],
    namespaces: ['shop'],
    resourceNames: [name],
  };
  const asked = { scopes: [scope], for: '1h', reason: 'bench', ...bounds };
  const { status, body } = await api(token, 'POST', '/grants', asked);
  if (status !== 201 || body.state !== 'live') throw new Error(`no grant: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** Who asks for what is recorded is answered when the index has it. */
async function indexed(api: Api, token: string): Promise<void> {
  const { status } = await api(token, 'GET', '/sessions?limit=1');
  if (status !== 200) throw new Error(`the sessions are answered ${status}`);
}
