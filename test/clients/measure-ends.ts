// How each client of the table takes the end of its streams: all of them follow streams through one gateway to a real pod, the gateway ends the
// streams, and what each says is written down. Each process has a caller of its own, so that what it asks for afterwards can be told from what others do.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '../../src/recording/event.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, MACHINES, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller } from '../support/test-cluster.ts';
import { administratorOf } from './administrator.ts';
import { callersOf, type OwnCaller } from './callers.ts';
import { controlApi } from './control-api.ts';
import type { EndCause, Ending } from './ending.ts';
import { type FollowedProcess, followProcess, WATCHED } from './followed-process.ts';
import { journalEvents } from './journal-events.ts';
import { normalised } from './normalise.ts';
import { until } from './until.ts';
import { withoutLuck } from './without-luck.ts';

/** What clients say of the ends of their streams, a line each; no line where one notices nothing. By `client kind`. */
export type EndsMeasured = Readonly<Record<string, readonly string[]>>;

/** Long enough for all to begin; tried again with twice as much where it was not. */
const TOKEN_SECONDS = 30;
/** How long a token is taken after its end, for the skew of clocks. */
const SKEW_SECONDS = 30;
/** How often a client is started before it counts as one that cannot. */
const TRIES_MAX = 5;
const BEGIN_MS_MAX = 90_000;
/** Limit: who has not noticed by then counts as one who does not. */
const NOTICE_MS_MAX = 60_000;

const TICKING = `
apiVersion: v1
kind: ConfigMap
metadata: {name: ${WATCHED.first}, labels: {watched: "yes"}}
---
apiVersion: v1
kind: Pod
metadata: {name: ticks}
spec:
  terminationGracePeriodSeconds: 0
  dnsPolicy: Default
  containers:
  - name: ticks
    image: registry.test/busybox:1
    imagePullPolicy: Never
    command: [sh, -c, "nc -ll -p 7777 -e sh -c 'while echo tick; do sleep 1; done' & while true; do echo tick; sleep 1; done"]
`;

const LATER = `{apiVersion: v1, kind: ConfigMap, metadata: {name: ${WATCHED.later}, labels: {watched: "yes"}}}`;

interface World {
  readonly gateway: GatewayInFront;
  /** Those whose processes have begun. */
  readonly callers: OwnCaller[];
  /** In the order of the callers. */
  readonly followed: FollowedProcess[];
  /** The exchanges of the streams. */
  readonly streams: string[];
}

/** Lets the clients follow their streams, ends those, and resolves with what each client said. */
export async function measureEnds(
  cluster: Cluster,
  cause: EndCause,
  endings: readonly Ending[],
): Promise<EndsMeasured> {
  await bindCaller(cluster);
  const namespace = `ticking-${cause}`;
  const admin = await administratorOf(cluster, namespace);
  await admin(`kubectl create namespace ${namespace} --dry-run=client -o yaml | kubectl apply --validate=false -f -`);
  // The service account of a new namespace is there a moment after it.
  await admin('until kubectl get serviceaccount default; do :; done');
  await admin('kubectl apply --validate=false -f -', TICKING);
  await admin('kubectl wait --for=condition=Ready pod/ticks --timeout=120s');
  await admin(`kubectl delete --ignore-not-found configmap ${WATCHED.later}`);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-ends-'));
  const gateway = await startGatewayInFront(cluster, { console: true, limits: { stopTimeoutMs: 500 } });
  const world: World = { gateway, callers: [], followed: [], streams: [] };
  try {
    const all = await callersOf(gateway, folder, namespace, endings);
    // One client after the other: many at once would give their connections up on a machine with few cores.
    for (const callers of Object.values(Object.groupBy(all, ({ ending }) => ending.name)))
      await begin(world, cause, callers ?? []);
    await END[cause](world);
    await admin('input=$(cat); until kubectl apply --validate=false -f - <<< "$input"; do :; done', LATER);
    await until(() => world.followed.every((each) => each.unsettled().length === 0), NOTICE_MS_MAX);
    return wordsOf(world, namespace, folder);
  } finally {
    for (const each of world.followed) each.stop();
    await gateway.stop();
    rmSync(folder, { recursive: true });
  }
}

/** Starts the processes of one client, and resolves once all of their streams have begun; one whose streams do not begin is left out, and said why. */
async function begin(
  { gateway, callers: begun, followed, streams }: World,
  cause: EndCause,
  callers: readonly OwnCaller[],
): Promise<void> {
  let said = '';
  for (let tries = 0, seconds = TOKEN_SECONDS; tries < TRIES_MAX; tries++, seconds *= 2) {
    const endsAt = Date.now() + seconds * 1000;
    if (cause === 'token') for (const caller of callers) await caller.present(seconds - SKEW_SECONDS);
    const started = callers.map(({ ending, environment }) => followProcess(ending, environment));
    const isBegun = () => started.every((each) => each.waiting().length === 0);
    const hasFailed = () => started.some((each) => each.waiting().some((kind) => !each.unsettled().includes(kind)));
    await until(() => isBegun() || hasFailed(), BEGIN_MS_MAX);
    if (isBegun() && (cause !== 'token' || Date.now() < endsAt)) {
      begun.push(...callers);
      followed.push(...started);
      streams.push(...openStreams(gateway));
      for (const caller of callers) await caller.present(7200);
      return;
    }
    // It gave a connection up, or its token has ended: the machine is busy.
    said = started.map((each) => `${each.ending.run}: ${each.waiting()}: ${each.output()}`).join('\n');
    for (const each of started) each.stop();
    for (const caller of callers) await caller.present(7200);
  }
  process.stderr.write(`not begun: ${said}\n`);
}

function wordsOf({ gateway, followed }: World, namespace: string, folder: string): EndsMeasured {
  const surroundings = { namespace, servers: [`${gateway.url}/k8s/main`, gateway.url], folder };
  const entries = followed.flatMap((each) =>
    each.ending.kinds.map((kind) => {
      const lines = each.words(kind).map((line) => withoutLuck(normalised(line, surroundings)));
      // What client-go logs beside what it returns is luck: it races with its own end.
      const words = lines.filter((line) => !/^[EIW]LOG /.test(line));
      // Who goes on was told of errors meanwhile, as many and of what kind as the moment would have it.
      return [`${each.ending.name} ${kind}`, words.includes('goes on') ? ['goes on'] : [...new Set(words)]] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** What ends the streams; resolves once they have ended and who asks again is answered again. */
const END: Readonly<Record<EndCause, (world: World) => Promise<void>>> = {
  token: ({ gateway, streams }) => until(() => areOver(gateway, streams), BEGIN_MS_MAX),

  async access({ gateway, callers, followed, streams }) {
    const operator = await controlApi(gateway);
    const kill = ({ subject }: OwnCaller) =>
      operator.call<{ readonly id: string }>('POST', '/kills', {
        ...{ what: 'caller', value: MACHINES + subject, reason: 'runs wild' },
      });
    const kills = await Promise.all(callers.map(kill));
    await until(() => areOver(gateway, streams), BEGIN_MS_MAX);
    // Who comes back is told no, twice at least, before it is told yes again.
    await until(() => {
      const refused = refusalsBySubject(gateway);
      return callers.every(
        ({ subject }, i) => (refused.get(MACHINES + subject) ?? 0) >= 2 * (followed[i]?.unsettled().length ?? 0),
      );
    }, NOTICE_MS_MAX);
    await Promise.all(kills.map(({ id }) => operator.call('DELETE', `/kills/${id}`)));
    await operator.close();
  },

  stop: ({ gateway }) => gateway.restart(),
};

function endedOf(events: readonly Event[]): ReadonlySet<string> {
  return new Set(events.flatMap((event) => (event.type === 'exchange.ended' ? [event.exchange] : [])));
}

function openStreams(gateway: GatewayInFront): readonly string[] {
  const events = journalEvents(gateway);
  const ended = endedOf(events);
  return events.flatMap((event) =>
    event.type === 'exchange.begun' && !ended.has(event.exchange) ? [event.exchange] : [],
  );
}

function areOver(gateway: GatewayInFront, exchanges: readonly string[]): boolean {
  const ended = endedOf(journalEvents(gateway));
  return exchanges.every((exchange) => ended.has(exchange));
}

function refusalsBySubject(gateway: GatewayInFront): ReadonlyMap<string, number> {
  const events = journalEvents(gateway);
  const subjects = new Map(
    events.flatMap((event) => (event.type === 'exchange.begun' ? [[event.exchange, event.caller.subject]] : [])),
  );
  const counts = new Map<string, number>();
  for (const event of events) {
    if (event.type !== 'exchange.ended' || event.outcome.kind !== 'refused') continue;
    const subject = subjects.get(event.exchange) ?? '';
    counts.set(subject, (counts.get(subject) ?? 0) + 1);
  }
  return counts;
}
