/*
 * A request that is only judged: it is read by the very stages of the data path, with a discovery that knows Kubernetes' own kinds and takes any other
 * for a custom resource, so that `policy explain` and `policy test` cannot read a request otherwise than the gateway does.
 */
import { PassThrough, Readable } from 'node:stream';
import { KNOWN_KINDS, type KnownKind } from '../cli/policy/known-kinds.ts';
import type { OfflineRequest, ReadRequest } from '../cli/policy/offline-request.ts';
import { DEFAULT_BODY_LIMITS } from '../connectors/kubernetes/body/body-limits.ts';
import type { DiscoveredKind } from '../connectors/kubernetes/discovery/discovered-kinds.ts';
import type { Discovery } from '../connectors/kubernetes/discovery/discovery.ts';
import { parseOperation } from '../connectors/kubernetes/operation.ts';
import { Refusal } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';
import { accept } from '../pipeline/accept.ts';
import { DEFAULT_LIMITS } from '../pipeline/limits.ts';
import { newExchangeId } from '../std/ids.ts';

/** The operation of a request as the gateway would read it, or the refusal with which it would answer before any rule is asked. */
export async function readRequest(target: string, asked: OfflineRequest): Promise<ReadRequest> {
  try {
    const request = toRequest(asked);
    return { operation: await parseOperation(target, request, discoveryFor(asked), DEFAULT_BODY_LIMITS) };
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    const { code, message, advice } = thrown;
    return { refusal: { code, message, advice } };
  }
}

function toRequest({ method, uri, headers = {}, body, isUpgrade: isAsked }: OfflineRequest): Request {
  const names = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const isUpgrade = isAsked ?? names.has('upgrade');
  const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
  const bytes = Buffer.from(text);
  const sent = Object.entries({
    ...headers,
    ...(bytes.length === 0 ? {} : { 'content-length': String(bytes.length) }),
    ...(bytes.length === 0 || names.has('content-type') ? {} : { 'content-type': 'application/json' }),
    ...(isUpgrade && !names.has('upgrade') ? { connection: 'Upgrade', upgrade: 'websocket' } : {}),
  });
  return accept(
    {
      id: newExchangeId(0),
      method,
      uri,
      rawHeaders: sent.flat(),
      httpVersion: '1.1',
      peer: '127.0.0.1',
      body: Readable.from(bytes.length === 0 ? [] : [bytes]),
      upgrade: isUpgrade ? { socket: new PassThrough(), head: Buffer.alloc(0) } : undefined,
    },
    DEFAULT_LIMITS,
  );
}

/** Kinds that subresources take in place of their resource's own. */
const SUBRESOURCE_KINDS: Readonly<Record<string, readonly [group: string, version: string, kind: string]>> = {
  scale: ['autoscaling', 'v1', 'Scale'],
  eviction: ['policy', 'v1', 'Eviction'],
  binding: ['', 'v1', 'Binding'],
  token: ['authentication.k8s.io', 'v1', 'TokenRequest'],
};

function discoveryFor({ uri, body }: OfflineRequest): Discovery {
  return {
    async find(group, version, resource, subresource): Promise<DiscoveredKind | undefined> {
      const ofGroup = KNOWN_KINDS.filter((kind) => kind.group === group);
      const known = ofGroup.find((kind) => kind.resource === resource);
      if (known !== undefined) return knownKind(known, version, subresource);
      if (ofGroup.length > 0) return undefined;
      const kind = kindIn(body);
      const isNamespaced = uri.includes('/namespaces/');
      return { kind, groupVersionKind: { group, version, kind }, isNamespaced, verbs: [] };
    },
  };
}

function knownKind(known: KnownKind, version: string, subresource: string): DiscoveredKind | undefined {
  if (subresource !== '' && !known.subresources.includes(subresource)) return undefined;
  const own = [known.group, version, known.kind] as const;
  const [group, bodyVersion, kind] = SUBRESOURCE_KINDS[subresource] ?? own;
  return { kind, groupVersionKind: { group, version: bodyVersion, kind }, isNamespaced: known.isNamespaced, verbs: [] };
}

/** A custom resource is of the kind that its own body says. */
function kindIn(body: unknown): string {
  const kind = typeof body === 'object' && body !== null && 'kind' in body ? body.kind : '';
  return typeof kind === 'string' ? kind : '';
}
