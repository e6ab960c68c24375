/*
 * What grants and the control plane cost: a decision beside 10,000 live grants, a grant from the question to the first allowed call, here and at another gateway, a list of 10,000, and what a
 * small GET costs more where there is a control plane, where its caller has a grant, and where it goes by one (small-gets.ts). The last three are measured with 500 requests a second beside them.
 */
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import { CONTROL_LIMITS } from '../../src/control/answer.ts';
import { grantRow } from '../../src/control/row-body.ts';
import { systemClock } from '../../src/std/clock.ts';
import { newId } from '../../src/std/ids.ts';
import { openStore, type StorePlace } from '../../src/store/open-store.ts';
import { controlApi } from '../support/control-api.ts';
import { besideLoad } from './beside-load.ts';
import { decisionBesideGrants, type GrantedDecision } from './decide-granted.ts';
import { median } from './figures.ts';
import { startPair } from './pair.ts';
import { cpuMicros } from './process-cost.ts';
import { given, measureSmallGets, type SmallGets } from './small-gets.ts';
import type { GatewayProcess, Way, World } from './world.ts';

/** What was measured; times of several tries are the middle one. */
export interface GrantCost {
  /** With 10,000 rules, beside 10,000 live grants and without any. */
  readonly decision: GrantedDecision;
  /** Milliseconds from asking to the first allowed call. */
  readonly firstCallMs: number;
  /** The same with nothing beside it, and the processor time of the gateway in it. */
  readonly firstCallAloneMs: number;
  readonly firstCallCpuMs: number;
  /** The same, where the call goes to another gateway on the store; undefined where there is no PostgreSQL. */
  readonly firstCallElsewhereMs: number | undefined;
  /** Milliseconds from writing a change to when another gateway on the store has heard of it; undefined where there is no PostgreSQL. */
  readonly changeMs: number | undefined;
  /** Milliseconds of a list of 10,000 grants, and of its first page of 100. */
  readonly listMs: number;
  readonly pageMs: number;
  readonly small: SmallGets;
}

const GRANTS = 10_000;
const SERVICE = '/api/v1/namespaces/shop/services';
/** Tries that do not count. */
const WARM_UP = 2;

/** The figures; `rounds` of each way count, and `tries` of each call. */
export async function measureGrants(world: World, rounds: number, tries: number): Promise<GrantCost> {
  const decision = decisionBesideGrants();
  await fill(world);
  const [bare, granted] = [await world.startGateway(), await world.startGateway({ console: {} })] as const;
  try {
    const api = apiOf(world, granted);
    const small = await measureSmallGets(world, { bare: bare.way, control: granted.way }, api, rounds);
    await bare.stop();
    const { pid } = granted.way;
    const before = cpuMicros(pid);
    const firstCallAloneMs = await firstCalls(world, api, granted.way, tries);
    const firstCallCpuMs = (cpuMicros(pid) - before) / 1_000 / (tries + WARM_UP);
    const firstCallMs = await besideLoad(world, granted.way, () => firstCalls(world, api, granted.way, tries));
    const list = (limit: number) =>
      timesOf(tries, async () => {
        const { status, body } = await api(world.token, 'GET', `/grants?all=true&limit=${limit}`);
        if (status !== 200 || body.items.length !== limit) throw new Error(`${status}: ${body.items?.length} grants`);
      });
    const [listMs, pageMs] = await besideLoad(
      world,
      granted.way,
      async () => [await list(GRANTS), await list(100)] as const,
    );
    const { firstCallElsewhereMs, changeMs } = (await elsewhere(world, tries)) ?? {};
    const firsts = { firstCallMs, firstCallAloneMs, firstCallCpuMs, firstCallElsewhereMs };
    return { decision, ...firsts, changeMs, listMs, pageMs, small };
  } finally {
    await granted.stop();
  }
}

function apiOf({ caPem }: World, { consoleUrl }: GatewayProcess) {
  const dispatcher = new Agent({ connect: { ca: caPem } });
  return controlApi(
    () => consoleUrl,
    () => dispatcher,
  );
}

type Api = ReturnType<typeof controlApi>;

/** No faster than the control plane lets one caller ask, so that no time has a wait in it that was asked for. */
const PAUSE_MS = (2 * 1_000) / CONTROL_LIMITS.requestsPerCallerPerSecond;

async function timesOf(
  tries: number,
  work: () => Promise<unknown>,
  after: () => Promise<void> = async () => {},
): Promise<number> {
  const times: number[] = [];
  for (let round = -WARM_UP; round < tries; round++) {
    const start = performance.now();
    await work();
    if (round >= 0) times.push(performance.now() - start);
    await after();
    await pause(PAUSE_MS);
  }
  return median(times);
}

let count = 0;

async function firstCalls(world: World, api: Api, way: Way, tries: number): Promise<number> {
  const dispatcher = new Agent({ connect: { ca: world.caPem } });
  const call = async (name: string) => {
    const reply = await dispatcher.request({
      origin: way.origin,
      path: `${way.prefix}${SERVICE}/${name}`,
      method: 'GET',
      headers: { authorization: `Bearer ${world.token}` },
    });
    await reply.body.dump();
    return reply.statusCode;
  };
  try {
    let id = '';
    const once = async () => {
      const name = `service-${++count}`;
      id = await given(api, name, world.token);
      let status = await call(name);
      // Another gateway has not heard of it yet.
      while (status === 403) status = await call(name);
      if (status !== 200) throw new Error(`the first allowed call was answered ${status}`);
    };
    return await timesOf(tries, once, async () => void (await api(world.token, 'POST', `/grants/${id}/release`, {})));
  } finally {
    await dispatcher.destroy();
  }
}

/** Ten thousand grants of others that have ended, in the store that the gateway will have. */
async function fill({ folder }: World): Promise<void> {
  const at = (name: string) => join(folder, 'data', name);
  const place = { kind: 'sqlite', file: at('store.db'), keyFile: at('store.key'), isKeyMade: true } as const;
  const store = await openStore(place, { clock: systemClock, feedLostMs: 10_000, onUnsealed: () => {} });
  await store.exclusively('bench', async (rows) => {
    for (let i = 0; i < GRANTS; i++) {
      const now = store.now();
      const grant = {
        id: newId(now + i),
        state: 'ended',
        holder: { subject: `bot-${i % 2_000}`, issuer: 'bench' },
        parts: [
          {
            rule: 'bench/task',
            ruleDigest: '',
            scope: {
              target: 'bench',
              verbs: ['get'],
              apiGroups: [''],
              resources: ['services'],
              resourceNames: [`s-${i}`],
              namespaces: ['shop'],
            },
          },
        ],
        reason: 'bench',
        askedAt: now,
        startsAt: now,
        endsAt: now + 3_600_000,
        endedAt: now,
        endedBy: 'time',
        forMs: 3_600_000,
        uses: 0,
      } as const;
      await rows.put({ ...grantRow({ grant, version: 0 }), isQuiet: true });
    }
  });
  await store.close();
}

/** What another gateway on the same PostgreSQL sees, and when. */
async function elsewhere(world: World, tries: number) {
  const pair = await startPair(world, 'a grant at another gateway');
  if (pair === undefined) return undefined;
  const [one, other] = pair.gateways;
  try {
    return await besideLoad(world, other.way, async () => ({
      firstCallElsewhereMs: await firstCalls(world, apiOf(world, one), other.way, tries),
      changeMs: await changes(pair.place, tries),
    }));
  } finally {
    await pair.stop();
  }
}

/** How long until a change is told at another gateway. */
async function changes(place: StorePlace, tries: number): Promise<number> {
  const open = () => openStore(place, { clock: systemClock, feedLostMs: 10_000, onUnsealed: () => {} });
  const [one, other] = [await open(), await open()];
  let heard = (_id: string): void => {};
  try {
    await other.changes({ changed: (_kind, id) => heard(id), readAgain: async () => {}, lost() {} });
    return await timesOf(tries, async () => {
      const id = newId(one.now());
      const told = new Promise<void>((resolve) => {
        heard = (each) => each === id && resolve();
      });
      const row = { kind: 'answer', id, version: 0, owner: '', state: '', body: {} } as const;
      await one.exclusively(id, (rows) => rows.put(row));
      await told;
    });
  } finally {
    await Promise.all([one.close(), other.close()]);
  }
}
