/*
 * Facts from the API server, each one request: a GET, or the caller's own patch as a dry run. Answers about what changes slowly are kept for a
 * few seconds, so that a loop of calls costs one look-up; live objects and dry runs never are.
 *
 * Security: a dry run is sent in the caller's own name, so that it can show nothing that the caller's RBAC would not let happen; reads go in
 * the target's reader credential, which the caller never sees, and only policy sees what they say.
 */

import type { Caller } from '../../model/caller.ts';
import type { JsonObject, JsonValue, Operation } from '../../model/operation.ts';
import { Rejection } from '../../model/rejection.ts';
import { AtMost } from '../../std/at-most.ts';
import { collectBytes } from '../../std/byte-source.ts';
import type { Clock } from '../../std/clock.ts';
import type { LifeBehind, PodSecrets, Probe } from '../connector.ts';
import { isJsonObject } from './is-json-object.ts';
import { podSecretOf, secretNamesOf } from './pod-secrets.ts';
import { isKeptHere } from './preview/dry-run.ts';
import type { Upstream, UpstreamRequest } from './upstream/upstream.ts';

/** Limits of look-ups; documented in docs/reference/limits.md. */
export const PROBE_LIMITS = Object.freeze({
  /** How long a look-up may take before its fact is unknown. */
  timeoutMs: 5_000,
  /** How many of one target are under way at once; a burst of requests that need one opens no more connections. */
  atOnceMax: 64,
  /** How long one waits for that, before its fact is unknown. */
  waitMaxMs: 20_000,
  /** The largest answer that is read. */
  answerBytesMax: 4 * 1024 * 1024,
  /** How long the labels of a namespace and the services of a pod are kept. */
  keptMs: 5_000,
  /** How many such answers are kept. */
  keptMax: 2_000,
  /** How many Secrets a pod may be given whose values are looked for in its output. */
  podSecretsMax: 64,
});

interface Parts {
  /** The way upstream in the reader's own name. */
  readonly reader: Upstream;
  /** The way upstream that forwards. */
  readonly upstream: Upstream;
  readonly upstreamIdentity: 'caller' | 'credential';
  readonly clock: Clock;
  /** Namespaces whose Secrets the reader may read. */
  readonly podSecrets: ReadonlySet<string>;
}

/** What answers look-ups. */
interface Looking extends Parts {
  readonly looks: AtMost;
}

/** A probe of one target. */
export function createProbe(given: Parts): Omit<Probe, 'preview'> {
  const parts: Looking = { ...given, looks: new AtMost(PROBE_LIMITS.atOnceMax) };
  const kept = new Map<string, { readonly until: number; readonly value: Promise<unknown> }>();
  const keep = <T>(key: string, look: () => Promise<T | 'unknown'>): Promise<T | 'unknown'> => {
    const now = parts.clock.monotonic();
    const found = kept.get(key);
    if (found !== undefined && found.until > now) return found.value as Promise<T | 'unknown'>;
    if (kept.size >= PROBE_LIMITS.keptMax) kept.clear();
    const value = look().then((fact) => {
      if (fact === 'unknown') kept.delete(key);
      return fact;
    });
    kept.set(key, { until: now + PROBE_LIMITS.keptMs, value });
    return value;
  };
  return {
    existing: (operation) => read(parts, objectPath(operation)),
    result: (operation, caller) => dryRun(parts, operation, caller),
    pod: ({ namespace, name }) => read(parts, `/api/v1/namespaces/${namespace}/pods/${name}`),
    namespaceLabels: ({ namespace }) =>
      keep(`labels/${namespace}`, async () => {
        const found = await read(parts, `/api/v1/namespaces/${namespace}`);
        return found === null || found === 'unknown' ? found : labelsOf(found);
      }),
    services: ({ namespace, name }) => keep(`services/${namespace}/${name}`, () => servicesOf(parts, namespace, name)),
    podSecrets: (operation) => podSecrets(parts, operation),
    lifeBehind: (operation) => podBehind(parts, operation),
    takesDryRuns: ({ apiGroup, apiVersion }) => isKeptHere((path) => read(parts, path), apiGroup, apiVersion),
    clusterUid: async () => {
      const found = await read(parts, CLUSTER_NAMESPACE);
      return (found !== null && found !== 'unknown' && textAt(found, 'metadata', 'uid')) || 'unknown';
    },
  };
}

/** A kubelet leaves a port-forward open whose pod is gone; all other streams into a pod end with their container. */
function podBehind(parts: Looking, { resource, subresource, namespace, name }: Operation): LifeBehind | undefined {
  if (resource !== 'pods' || subresource !== 'portforward') return undefined;
  return async () => {
    const pod = await read(parts, `/api/v1/namespaces/${namespace}/pods/${name}`);
    if (pod === 'unknown') return undefined;
    const isOver = pod !== null && /^(Succeeded|Failed)$/.test(textAt(pod, 'status', 'phase'));
    return pod === null || isOver ? null : textAt(pod, 'metadata', 'uid');
  };
}

/**
 * A namespace that each cluster makes once and never again.
 *
 * Source: the resource attribute `k8s.cluster.uid`, https://opentelemetry.io/docs/specs/semconv/resource/k8s/#cluster
 */
const CLUSTER_NAMESPACE = '/api/v1/namespaces/kube-system';

async function podSecrets(parts: Looking, { namespace, name }: Operation): Promise<PodSecrets> {
  if (!parts.podSecrets.has(namespace)) return { secrets: [], failed: [] };
  const pod = await read(parts, `/api/v1/namespaces/${namespace}/pods/${name}`);
  if (pod === 'unknown') return { secrets: [], failed: [`pod ${namespace}/${name}`] };
  const names = pod === null ? [] : secretNamesOf(pod);
  if (names.length > PROBE_LIMITS.podSecretsMax)
    return { secrets: [], failed: [`${names.length} secrets of pod ${namespace}/${name}`] };
  const looked = await Promise.all(
    names.map(async (secret) => {
      const found = await read(parts, `/api/v1/namespaces/${namespace}/secrets/${secret}`);
      // One that is not there was optional, or its pod has not started.
      if (found === null) return { name: secret, values: [] };
      return found === 'unknown' ? `secret ${namespace}/${secret}` : podSecretOf(secret, found);
    }),
  );
  return {
    secrets: looked.filter((one) => typeof one !== 'string'),
    failed: looked.filter((one) => typeof one === 'string'),
  };
}

async function servicesOf(parts: Looking, namespace: string, pod: string): Promise<readonly string[] | 'unknown'> {
  const list = await read(parts, `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`, '?limit=500');
  if (list === 'unknown' || list === null || textAt(list, 'metadata', 'continue') !== '') return 'unknown';
  const leads = objectsAt(list, 'items').filter((slice) =>
    objectsAt(slice, 'endpoints').some(
      (endpoint) => textAt(endpoint, 'targetRef', 'kind') === 'Pod' && textAt(endpoint, 'targetRef', 'name') === pod,
    ),
  );
  return leads
    .map((slice) => textAt(slice, 'metadata', 'labels', 'kubernetes.io/service-name'))
    .filter((name) => name !== '');
}

function read(parts: Looking, path: string, query = ''): Promise<JsonObject | null | 'unknown'> {
  return ask(parts, {
    method: 'GET',
    uri: encodePath(path) + query,
    headers: JSON_ONLY,
    body: undefined,
    identity: undefined,
    isStream: false,
  });
}

async function dryRun(
  parts: Looking,
  operation: Operation,
  caller: Caller,
): Promise<JsonObject | 'unknown' | Rejection> {
  const { body } = operation;
  if (body?.patch === undefined) return 'unknown';
  const query = [...operation.query].flatMap(([key, values]) =>
    key === 'dryRun' ? [] : values.map((value) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`),
  );
  const { upstreamIdentity } = parts;
  const answered = await answerOf(parts, parts.upstream, {
    method: 'PATCH',
    uri: `${encodePath(operation.path)}?${[...query, 'dryRun=All'].join('&')}`,
    headers: new Map([...JSON_ONLY, ['content-type', [body.mediaType]]]),
    body: Buffer.from(body.bytes),
    identity: upstreamIdentity === 'caller' ? { subject: caller.subject, groups: caller.groups } : undefined,
    isStream: false,
  });
  if (answered === undefined) return 'unknown';
  const { status, object } = answered;
  const message = object === undefined || status < 400 || status >= 500 ? '' : textAt(object, 'message');
  if (message !== '') return new Rejection(message);
  return (status === 200 || status === 201) && object !== undefined ? object : 'unknown';
}

const JSON_ONLY: ReadonlyMap<string, readonly string[]> = new Map([['accept', ['application/json']]]);

async function ask(parts: Looking, request: UpstreamRequest): Promise<JsonObject | null | 'unknown'> {
  const answered = await answerOf(parts, parts.reader, request);
  if (answered?.status === 404) return null;
  return answered?.status === 200 && answered.object !== undefined ? answered.object : 'unknown';
}

interface Answered {
  readonly status: number;
  /** Undefined where the answer is no JSON object. */
  readonly object: JsonObject | undefined;
}

/** Undefined where there was no answer, or none in time or of a size that is read. */
function answerOf(
  { looks, clock }: Looking,
  upstream: Upstream,
  request: UpstreamRequest,
): Promise<Answered | undefined> {
  const waitsUntil = clock.monotonic() + PROBE_LIMITS.waitMaxMs;
  return looks.run(async () => {
    if (clock.monotonic() > waitsUntil) return undefined;
    try {
      const reply = await upstream.send(request, AbortSignal.timeout(PROBE_LIMITS.timeoutMs));
      const bytes = await collectBytes(reply.body, PROBE_LIMITS.answerBytesMax);
      return { status: reply.status, object: parsedObject(bytes) };
    } catch {
      return undefined;
    }
  });
}

function parsedObject(bytes: Buffer): JsonObject | undefined {
  try {
    const value: JsonValue = JSON.parse(bytes.toString('utf8'));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The object itself, also where the operation is on a subresource of it. */
function objectPath({ apiPrefix, apiGroup, apiVersion, namespace, resource, name }: Operation): string {
  const version = apiGroup === '' ? apiVersion : `${apiGroup}/${apiVersion}`;
  const within = namespace === '' || resource === 'namespaces' ? '' : `namespaces/${namespace}/`;
  return `/${apiPrefix}/${version}/${within}${resource}/${name}`;
}

/** A decoded path, encoded again segment by segment; what is looked up is what the operation names. */
function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

function valueAt(value: JsonValue, ...path: readonly string[]): JsonValue | undefined {
  let node: JsonValue | undefined = value;
  for (const part of path) node = isJsonObject(node) && Object.hasOwn(node, part) ? node[part] : undefined;
  return node;
}

function textAt(value: JsonValue, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === 'string' ? found : '';
}

function objectsAt(value: JsonValue, key: string): readonly JsonObject[] {
  const found = valueAt(value, key);
  return Array.isArray(found) ? found.filter(isJsonObject) : [];
}

function labelsOf(namespace: JsonObject): Readonly<Record<string, string>> {
  const labels = valueAt(namespace, 'metadata', 'labels');
  if (!isJsonObject(labels)) return {};
  return Object.fromEntries(
    Object.entries(labels).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
