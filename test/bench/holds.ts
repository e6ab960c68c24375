/*
 * What waiting for persons costs: from a yes to the end of the request that waited for it, said here and at another gateway; the memory of requests that wait, and what they cost others; and how
 * soon it is known what deleting a large namespace would do. The first two are measured with 500 requests a second beside them.
 */
import { type ClientHttp2Session, connect } from 'node:http2';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { controlApi } from '../support/control-api.ts';
import { startSmallWorld } from '../support/small-world.ts';
import { besideLoad } from './beside-load.ts';
import { median } from './figures.ts';
import { startPair } from './pair.ts';
import { residentKilobytes } from './process-cost.ts';
import type { GatewayProcess, Way, World } from './world.ts';

/** What was measured; times of several tries are the middle one. */
export interface HoldCost {
  /** Milliseconds from sending the yes to the reply of what waited. */
  readonly answeredMs: number;
  /** The same, the yes said at another gateway; undefined where there is no PostgreSQL. */
  readonly answeredElsewhereMs: number | undefined;
  /** How many waited at once. */
  readonly held: number;
  /** Megabytes of resident memory of the gateway while they do. */
  readonly heldMegabytes: number;
  /** Milliseconds of a small GET at 500 a second, without and with them. */
  readonly besideMs: number;
  readonly besideHeldMs: number;
  /** Milliseconds until it is known what a deletion would do, and until it is asked about. */
  readonly previewMs: number;
  readonly askedMs: number;
}

const AGENT = 'kubectl/v1.35.0 (linux/amd64) kubernetes/bench';
const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';
const CALLERS = 1_000;
/** No server here takes more streams on one connection. */
const STREAMS_PER_CONNECTION = 50;
const OBJECTS = 2_000;
const LOOK_EVERY_MS = 2_000;
const LOOKS_MAX = 100;
/** Of all. */
const NEARLY = 0.95;

/** The figures; `held` requests wait at once, `tries` of each call count. */
export async function measureHolds(
  world: World,
  { held, tries }: { readonly held: number; readonly tries: number },
): Promise<HoldCost> {
  const lead = await world.tokenOf('lea', ['leads'], 'person');
  const own = await world.startGateway({ console: {} });
  try {
    const answeredMs = await besideLoad(world, own.way, () => answered(world, lead, own, own, tries));
    const waiting = await besideWaiting(world, own, held);
    const answeredElsewhereMs = await elsewhere(world, lead, tries);
    return { answeredMs, answeredElsewhereMs, held, ...waiting, ...(await previewed(Math.min(tries, 9))) };
  } finally {
    await own.stop();
  }
}

function apiOf({ caPem }: World, { consoleUrl }: GatewayProcess) {
  const dispatcher = new Agent({ connect: { ca: caPem } });
  return controlApi(
    () => consoleUrl,
    () => dispatcher,
  );
}

/** From the yes to the end of what waited: it waits at one gateway, and is answered at another. */
async function answered(
  world: World,
  lead: string,
  waits: GatewayProcess,
  answers: GatewayProcess,
  tries: number,
): Promise<number> {
  const api = apiOf(world, answers);
  const dispatcher = new Agent({ connect: { ca: world.caPem } });
  const times: number[] = [];
  try {
    for (let round = -2; round < tries; round++) {
      const waiting = heldDelete(dispatcher, waits.way, world.token, `answered-${round}`);
      const { id, digest } = await question(api, lead, `answered-${round}`);
      const start = performance.now();
      const [said, status] = await Promise.all([api(lead, 'POST', `/approvals/${id}/approve`, { digest }), waiting]);
      if (said.status !== 200 || status !== 200) throw new Error(`answered ${said.status}, and then ${status}`);
      if (round >= 0) times.push(performance.now() - start);
    }
    return median(times);
  } finally {
    await dispatcher.destroy();
  }
}

async function heldDelete(dispatcher: Agent, way: Way, token: string, name: string): Promise<number> {
  const reply = await dispatcher.request({
    origin: way.origin,
    path: `${way.prefix}${CONFIG_MAPS}/${name}`,
    method: 'DELETE',
    headers: { authorization: `Bearer ${token}`, 'user-agent': AGENT },
  });
  await reply.body.dump();
  return reply.statusCode;
}

/** The question about an object, once what it would do is in it. */
async function question(api: ReturnType<typeof controlApi>, lead: string, name: string) {
  for (;;) {
    const { body } = await api(lead, 'GET', '/approvals?state=pending&limit=10');
    const found = body.items.find(
      (item: { shown: { operation: string }; preview: string }) =>
        item.preview !== 'looking' && item.shown.operation.includes(`\`${name}\``),
    );
    if (found !== undefined) return found as { readonly id: string; readonly digest: string };
  }
}

async function elsewhere(world: World, lead: string, tries: number): Promise<number | undefined> {
  const pair = await startPair(world, 'a yes at another gateway');
  if (pair === undefined) return undefined;
  const [one, other] = pair.gateways;
  try {
    return await besideLoad(world, one.way, () => answered(world, lead, one, other, tries));
  } finally {
    await pair.stop();
  }
}

/** What others pay, and the gateway's memory, while so many requests wait. */
async function besideWaiting(world: World, gateway: GatewayProcess, held: number) {
  const rate = { kind: 'rate', perSecond: 500, seconds: 8 } as const;
  const beside = async () => {
    const times: number[] = [];
    for (let round = 0; round < 3; round++)
      times.push((await world.load(gateway.way, { ask: 'get', httpVersion: '1.1', mode: rate })).p50Ms);
    return median(times);
  };
  const besideMs = await beside();
  const waiters = await startWaiters(world, gateway.way, held);
  try {
    await allWait(gateway, held);
    const heldMegabytes = residentKilobytes(gateway.way.pid) / 1_000;
    return { heldMegabytes, besideMs, besideHeldMs: await beside() };
  } finally {
    waiters.stop();
  }
}

/** Resolves when nearly all wait; some are on their way back at any moment. */
async function allWait({ metricsUrl }: GatewayProcess, held: number): Promise<void> {
  for (let look = 0; look < LOOKS_MAX; look++) {
    await pause(LOOK_EVERY_MS);
    const text = await (await fetch(metricsUrl)).text();
    const waits = Number(/^sallyport_requests_held (\d+)$/m.exec(text)?.[1]);
    process.stderr.write(`waiting: ${waits}\n`);
    if (waits >= NEARLY * held) return;
  }
  throw new Error(`${held} requests do not wait after ${(LOOKS_MAX * LOOK_EVERY_MS) / 1_000} s`);
}

/** Requests of a thousand callers, each of its own object; whoever is told to come back does, as client-go does. */
async function startWaiters({ caPem, tokenOf }: World, { origin, prefix }: Way, count: number) {
  const tokens = await Promise.all(
    Array.from({ length: Math.min(CALLERS, count) }, (_, at) => tokenOf(`bot-${at}`, ['shop-developers'])),
  );
  const sessions: ClientHttp2Session[] = [];
  let isOver = false;
  const send = (session: ClientHttp2Session, at: number) => {
    const stream = session.request({
      ':method': 'DELETE',
      ':path': `${prefix}${CONFIG_MAPS}/held-${at}`,
      authorization: `Bearer ${tokens[at % tokens.length]}`,
      'user-agent': AGENT,
    });
    stream.on('error', () => {});
    stream.on('response', ({ ':status': status }) => {
      if (!isOver && status === 429) setTimeout(() => send(session, at), 1_000);
      else if (!isOver) stream.once('data', (said: Buffer) => process.stderr.write(`answered ${status}: ${said}\n`));
    });
    stream.resume().end();
  };
  for (let at = 0; at < count; at++) {
    if (at % STREAMS_PER_CONNECTION === 0) {
      const session = connect(origin, { ca: caPem });
      session.on('error', () => {});
      sessions.push(session);
    }
    send(sessions.at(-1) as ClientHttp2Session, at);
  }
  return {
    stop() {
      isOver = true;
      for (const session of sessions) session.destroy();
    },
  };
}

const NAMESPACES = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [leads] }] }]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: ["*"], resources: ["*"] }
  - { id: gone, effect: hold, verbs: [delete], apiGroups: [""], resources: [namespaces], hold: { approvers: [{ groups: [leads] }], lifts: [deletions] } }
`;

/** How soon it is asked about the deletion of a large namespace, and how soon it is known what goes with it. */
async function previewed(tries: number): Promise<Pick<HoldCost, 'previewMs' | 'askedMs'>> {
  const people = await startIssuer();
  const small = await startSmallWorld({ policy: NAMESPACES, config: 'console: { port: 0 }\n', people: people.url });
  const dispatcher = new Agent({ connect: { ca: [small.caPem, small.standin.caPem] } });
  const [token, lead] = [await small.token('dev'), await people.tokenFor('lea', ['leads'])];
  const api = controlApi(
    () => small.gateway.consoleUrl,
    () => dispatcher,
  );
  const [asked, known]: [number[], number[]] = [[], []];
  try {
    await fillNamespace(dispatcher, small.standin);
    const told = await toldOf(dispatcher, small.gateway.consoleUrl as string, lead);
    for (let round = -1; round < tries; round++) {
      const uri = `/api/v1/namespaces/large?gracePeriodSeconds=${round + 10}`;
      const start = performance.now();
      void small.ask({ token, method: 'DELETE', uri, headers: { 'user-agent': AGENT } }).catch(() => {});
      const first = await told(({ state }) => state === 'pending');
      if (round >= 0) asked.push(performance.now() - start);
      const looked = await told(
        ({ id, state, preview }) => id === first.id && state === 'pending' && preview !== 'looking',
      );
      if (round >= 0) known.push(performance.now() - start);
      const { count } = looked.shown.losses.find(({ kind }: { kind: string }) => kind === 'configmaps');
      if (count < OBJECTS) throw new Error(`${count} of ${OBJECTS} objects were found`);
      await api(lead, 'POST', `/approvals/${looked.id}/reject`, { digest: looked.digest });
    }
    return { previewMs: median(known), askedMs: median(asked) };
  } finally {
    await dispatcher.destroy();
    await small.stop();
    await people.close();
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a benchmark reads what it expects
type Told = any;

/** Questions as they change: the next one that is meant. */
async function toldOf(
  dispatcher: Agent,
  consoleUrl: string,
  token: string,
): Promise<(isMeant: (told: Told) => boolean) => Promise<Told>> {
  const heard: Told[] = [];
  let wake = () => {};
  const { body } = await dispatcher.request({
    origin: consoleUrl,
    path: '/api/v1/approvals/events',
    method: 'GET',
    headers: { authorization: `Bearer ${token}` },
  });
  let rest = '';
  body.setEncoding('utf8').on('error', () => {});
  body.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) if (line.startsWith('data: ')) heard.push(JSON.parse(line.slice(6)));
    wake();
  });
  return async (isMeant) => {
    for (;;) {
      const found = heard.findIndex(isMeant);
      if (found >= 0) return heard.splice(found, 1)[0];
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
}

async function fillNamespace(
  dispatcher: Agent,
  { url, adminToken }: { readonly url: string; readonly adminToken: string },
): Promise<void> {
  const make = async (path: string, body: object) => {
    const reply = await dispatcher.request({
      origin: url,
      path,
      method: 'POST',
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    await reply.body.dump();
    if (reply.statusCode !== 201) throw new Error(`${path}: ${reply.statusCode}`);
  };
  await make('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'large' } });
  for (let at = 0; at < OBJECTS; at++)
    await make('/api/v1/namespaces/large/configmaps', {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: `object-${at}`, labels: { app: 'bench' } },
      data: { key: 'value'.repeat(100) },
    });
}
