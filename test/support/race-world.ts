// A gateway before an API server, and another writer who comes between the look-up of an object and the request that is forwarded.

import assert from 'node:assert/strict';
import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { Agent, request } from 'undici';
import { type SmallWorld, startSmallWorld, type WorldCluster } from './small-world.ts';

/** The cluster of a race: the stand-in, or one that has another administrator's token. */
export interface RaceCluster {
  readonly cluster?: WorldCluster;
  readonly adminToken?: string;
  readonly stop?: () => void;
}

/** A request, as it is sent through the gateway and by the other writer. */
export interface Sent {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'GET';
  readonly uri: string;
  /** Default: `application/json`. */
  readonly type?: string;
  readonly body?: string | object;
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** What the other writer does when a forwarded request is about to reach the API server: the first, the second, … */
export type Between = (attempt: number) => Promise<unknown>;

/** Where it happens. */
export interface RaceWorld {
  readonly world: SmallWorld;
  /** Asks through the gateway; `attempts` counts what was forwarded for it. */
  ask(sent: Sent, between?: Between): Promise<Answer & { readonly attempts: number }>;
  /** Asks the API server, as an administrator. */
  direct(sent: Sent): Promise<Answer>;
  /** Makes the object anew, or sees to it that there is none. */
  make(uri: string, object: object | undefined): Promise<void>;
  /** Writes what no rule looks at. */
  annotate(uri: string, value: string): Promise<void>;
  stop(): Promise<void>;
}

const PLAIN = 'application/json';
const MERGE = 'application/merge-patch+json';

/** Starts it, with a namespace `race`; the caller's group is `ops`. */
export async function startRaceWorld(policy: string, { cluster, adminToken, stop }: RaceCluster): Promise<RaceWorld> {
  let between: Between = nothing;
  let [attempts, isTried] = [0, false];
  const onPass = async (incoming: IncomingMessage) => {
    if (isForwarded(incoming, isTried)) await between(++attempts);
  };
  const config = 'unsafe: { openGuards: [status], openMasks: [{ id: "*", callers: [{ everyone: true }] }] }\n';
  const world = await startSmallWorld({
    policy,
    config,
    front: { onPass },
    ...(cluster === undefined ? {} : { cluster }),
  });
  const token = await world.token('dev');
  const { url, caPem } = cluster ?? world.standin;
  const dispatcher = new Agent({ connect: { ca: caPem } });
  const direct = (sent: Sent) => send(url, dispatcher, adminToken ?? world.standin.adminToken, sent);
  const made = await direct({ method: 'POST', uri: '/api/v1/namespaces', body: { metadata: { name: 'race' } } });
  assert.equal(made.status, 201, made.body);
  return {
    world,
    direct,
    async ask({ method, uri, type = PLAIN, body }, doing = nothing) {
      [attempts, between, isTried] = [0, doing, uri.includes('dryRun=All')];
      const sent = body === undefined ? {} : { body: text(body), headers: { 'content-type': type } };
      const { status, body: answered } = await world.ask({ token, method, uri, ...sent });
      between = nothing;
      return { status, body: answered, attempts };
    },
    async make(uri, object) {
      await direct({ method: 'DELETE', uri: `${uri}?gracePeriodSeconds=0` });
      if (object === undefined) return;
      const answer = await direct({ method: 'POST', uri: uri.slice(0, uri.lastIndexOf('/')), body: object });
      assert.equal(answer.status, 201, answer.body);
      await quiet(uri, world, direct);
    },
    async annotate(uri, value) {
      await direct({ method: 'PATCH', uri, type: MERGE, body: { metadata: { annotations: { written: value } } } });
      await quiet(uri, world, direct);
    },
    async stop() {
      await world.stop();
      await dispatcher.destroy();
      stop?.();
    },
  };
}

async function nothing(): Promise<void> {}

/** Whether it is what the gateway forwards for its caller, and no look-up or question of its own; these are reads and dry runs, and of a caller that tries, none is a dry run. */
function isForwarded({ method, url = '' }: IncomingMessage, isTried: boolean): boolean {
  return method !== 'GET' && (isTried || !url.includes('dryRun=All')) && !url.endsWith('/selfsubjectreviews');
}

/** Resolves once controllers have nothing more to write to an object: they do whenever somebody else has. */
async function quiet(uri: string, world: SmallWorld, direct: RaceWorld['direct']): Promise<void> {
  await world.standin.settle();
  let [version, same] = ['', 0];
  while (uri.includes('/deployments/') && same < 15) {
    const now = JSON.parse((await direct({ method: 'GET', uri })).body).metadata.resourceVersion;
    same = now === version ? same + 1 : 0;
    version = now;
    await pause(20);
  }
}

function text(body: string | object): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}

async function send(url: string, dispatcher: Agent, token: string, sent: Sent): Promise<Answer> {
  const { method, uri, type = PLAIN, body } = sent;
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': type }) };
  const reply = await request(url + uri, {
    method,
    dispatcher,
    headers,
    body: body === undefined ? null : text(body),
  });
  return { status: reply.statusCode, body: await reply.body.text() };
}
