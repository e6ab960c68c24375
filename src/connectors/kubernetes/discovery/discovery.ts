/*
 * What exists at the target: kinds, their scope, subresources and verbs.
 *
 * The gateway judges only what the target serves: a path of an unknown kind could be anything, now or after the next release of it. So what
 * is not found is asked for once more, and then refused; and where the target cannot be asked, everything is. What was rejected: a list of
 * kinds of our own (grows stale, knows no custom kinds), and watching APIServices and CustomResourceDefinitions (needs rights that the reader
 * credential should not have).
 *
 * Staleness: an answer comes from a document that is at most `staleMs` old. From half that age on the next question fetches a new one in
 * the background, so that a busy gateway never waits.
 */
import { setTimeout as pauseFor } from 'node:timers/promises';
import { Refusal } from '../../../model/refusal.ts';
import { UNLISTED_GROUPS } from '../../../model/unlisted-groups.ts';
import type { Clock } from '../../../std/clock.ts';
import {
  addAggregated,
  addResourceList,
  type DiscoveredKind,
  type Document,
  groupVersions,
  isNamespaced,
  type KindIndex,
  KindIndexBuilder,
  kindKey,
  type ServedKind,
  servedKinds,
} from './discovered-kinds.ts';
import { DISCOVERY_LIMITS } from './discovery-limits.ts';

/** Answers what the target serves. */
export interface Discovery {
  /**
   * The kind behind a group, version, resource and subresource (empty for none), or undefined where the target serves no such thing: it
   * was asked after this question came.
   *
   * @throws {Refusal} DISCOVERY_UNAVAILABLE the target could not be asked, or not for this group
   */
  find(group: string, version: string, resource: string, subresource: string): Promise<DiscoveredKind | undefined>;
}

/** Answers which kinds there are. */
export interface ServedKinds {
  /** Each kind once, without subresources. @throws {Refusal} DISCOVERY_UNAVAILABLE the target could not be asked */
  served(): Promise<readonly ServedKind[]>;
}

/** Answers what is namespaced. */
export interface Scopes {
  /**
   * Whether a resource is in namespaces, in whichever version; undefined where none of the name is known, which is not asked for anew.
   *
   * @throws {Refusal} DISCOVERY_UNAVAILABLE the target could not be asked
   */
  isNamespaced(group: string, resource: string): Promise<boolean | undefined>;
}

/** A reply to a discovery request. */
export interface DiscoveryReply {
  readonly status: number;
  readonly body: Uint8Array;
}

export interface DiscoveryOptions {
  /** Sends a GET with the target's own credential; bounded in time and size. */
  readonly get: (path: string, accept: string) => Promise<DiscoveryReply>;
  readonly clock: Clock;
  /** Default: `DISCOVERY_LIMITS`. */
  readonly staleMs?: number;
  /** Default: `DISCOVERY_LIMITS`. */
  readonly refreshMinMs?: number;
  /** Resolves after a time; default the machine's timer. */
  readonly pause?: (ms: number) => Promise<unknown>;
}

const JSON_TYPE = 'application/json';
const AGGREGATED = ['v2', 'v2beta1'].map(
  (version) => `${JSON_TYPE};g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`,
);
const ACCEPT = [...AGGREGATED, JSON_TYPE].join(',');

interface Fetched {
  readonly index: KindIndex;
  /** When it was begun, by the monotonic clock. */
  readonly begunAtMs: number;
  /** Which fetch it came from, counted from 1. */
  readonly number: number;
}

/** Discovery of one target; fetches nothing before the first question. */
export function createDiscovery(options: DiscoveryOptions): Discovery & Scopes & ServedKinds {
  const {
    clock,
    staleMs = DISCOVERY_LIMITS.staleMs,
    refreshMinMs = DISCOVERY_LIMITS.refreshMinMs,
    pause = pauseFor,
  } = options;
  let latest: Fetched | undefined;
  let inFlight: Promise<Fetched> | undefined;
  let begunAtMs = Number.NEGATIVE_INFINITY;
  let begun = 0;
  let failure: Refusal | undefined;

  // Single flight: whoever asks meanwhile shares it.
  const refresh = (): Promise<Fetched> => {
    inFlight ??= fetchOnce().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };

  const fetchOnce = async (): Promise<Fetched> => {
    begunAtMs = clock.monotonic();
    const mine = { begunAtMs, number: ++begun };
    try {
      latest = { index: await fetchIndex(options.get), ...mine };
      failure = undefined;
      return latest;
    } catch (thrown) {
      failure = unavailable(thrown);
      throw failure;
    }
  };

  const current = async (): Promise<Fetched> => {
    const nowMs = clock.monotonic();
    const ageMs = latest === undefined ? Number.POSITIVE_INFINITY : nowMs - latest.begunAtMs;
    const isCooling = failure !== undefined && nowMs - begunAtMs < refreshMinMs;
    if (latest !== undefined && ageMs <= staleMs) {
      if (ageMs > staleMs / 2 && !isCooling) refresh().catch(() => {}); // tried again at the next question
      return latest;
    }
    if (inFlight === undefined && isCooling) throw failure;
    return refresh();
  };

  // What was created before the question is in a fetch that was begun after it, and perhaps in no other.
  const newerThan = async (number: number): Promise<Fetched> => {
    if (inFlight !== undefined && begun <= number) await inFlight.catch(() => {});
    if (latest !== undefined && latest.number > number) return latest;
    if (inFlight === undefined) await pauseIf(begunAtMs + refreshMinMs - clock.monotonic(), pause);
    if (latest !== undefined && latest.number > number) return latest;
    return refresh();
  };

  return {
    async find(group, version, resource, subresource) {
      const begunBefore = begun;
      const key = kindKey(group, version, resource, subresource);
      const found = foundIn((await current()).index, key, group, version);
      if (found !== undefined) return found;
      const { index } = await newerThan(begunBefore);
      const foundNow = foundIn(index, key, group, version);
      if (foundNow !== undefined || !index.stale.has(`${group}/${version}`)) return foundNow;
      throw unavailable(`${group}/${version} is stale at the target`);
    },
    served: async () => servedKinds((await current()).index),
    isNamespaced: async (group, resource) => isNamespaced((await current()).index, group, resource),
  };
}

async function pauseIf(ms: number, pause: (ms: number) => Promise<unknown>): Promise<void> {
  if (ms > 0) await pause(ms);
}

function foundIn(index: KindIndex, key: string, group: string, version: string): DiscoveredKind | undefined {
  return index.kinds.get(key) ?? unlistedKind(index, group, version);
}

/**
 * Of a group that lists its resources nowhere, any is there as soon as the group and version are. In the aggregated form they may list nothing at all: the server of the
 * metrics answers that form without them, and the API server then tells an empty version.
 */
function unlistedKind({ versions }: KindIndex, group: string, version: string): DiscoveredKind | undefined {
  const kind = UNLISTED_GROUPS.get(group);
  if (kind === undefined || !versions.has(`${group}/${version}`)) return undefined;
  return { kind, groupVersionKind: { group, version, kind }, isNamespaced: true, verbs: ['get'] };
}

async function fetchIndex(get: DiscoveryOptions['get']): Promise<KindIndex> {
  const builder = new KindIndexBuilder();
  await Promise.all(['/api', '/apis'].map((root) => addRoot(get, root, builder)));
  return builder;
}

async function addRoot(get: DiscoveryOptions['get'], root: string, builder: KindIndexBuilder): Promise<void> {
  const document = await getDocument(get, root, ACCEPT);
  if (document.kind === 'APIGroupDiscoveryList') return addAggregated(builder, document);
  const wanted = groupVersions(document);
  if (wanted.length > DISCOVERY_LIMITS.groupVersionsMax)
    throw new Error(`more than ${DISCOVERY_LIMITS.groupVersionsMax} versions`);
  const rest = wanted.values();
  const worker = async () => {
    for (const { group, version } of rest) {
      const path = group === '' ? `${root}/${version}` : `${root}/${group}/${version}`;
      try {
        addResourceList(builder, group, version, await getDocument(get, path, JSON_TYPE));
      } catch {
        builder.stale.add(`${group}/${version}`); // an aggregated API that is down takes nothing else with it
      }
    }
  };
  await Promise.all(Array.from({ length: DISCOVERY_LIMITS.requestsMax }, worker));
}

async function getDocument(get: DiscoveryOptions['get'], path: string, accept: string): Promise<Document> {
  const { status, body } = await get(path, accept);
  if (status !== 200) throw new Error(`${path} answered ${status}`);
  if (body.length > DISCOVERY_LIMITS.documentBytesMax)
    throw new Error(`${path} answered more than ${DISCOVERY_LIMITS.documentBytesMax} bytes`);
  const document: unknown = JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.length).toString('utf8'));
  if (typeof document !== 'object' || document === null) throw new Error(`${path} answered no object`);
  return document as Document;
}

function unavailable(cause: unknown): Refusal {
  const why = cause instanceof Error ? cause.message : String(cause);
  const detail = cause instanceof Refusal && cause.detail !== '' ? `${why}: ${cause.detail}` : why;
  return new Refusal('DISCOVERY_UNAVAILABLE', 'the target could not be asked which kinds it serves', {
    detail,
    cause,
    retryAfterSeconds: 1,
  });
}
