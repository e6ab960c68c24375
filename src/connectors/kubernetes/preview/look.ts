/*
 * What a held request would do, for who answers: the dry run of a write, and what its kind reaches beside it. Everything is read in its caller's own name; what that
 * may not be read is told as missing.
 */
import type { Caller } from '../../../model/caller.ts';
import type { JsonObject, Operation } from '../../../model/operation.ts';
import type { RestoredBody } from '../../../model/permit.ts';
import type { Looked, MayRead, Probe } from '../../connector.ts';
import type { ServedKinds } from '../discovery/discovery.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { type DryRun, dryRun, isKeptHere, isWrite } from './dry-run.ts';
import { gainsOf } from './gains.ts';
import { valueAt } from './json-at.ts';
import { definitionLosses, type Losses, namespaceLosses, ownedLosses, selectedLosses, volumeOf } from './losses.ts';
import { objectPath } from './place.ts';
import { Reads } from './reads.ts';
import { shareKeyOf, shareOfChange, shareOfPod } from './share.ts';
import { usesOf } from './uses.ts';
import { budgetsOf, rolloutOf, scaleOf } from './workload.ts';

interface Parts {
  readonly upstream: Upstream;
  readonly upstreamIdentity: 'caller' | 'credential';
  readonly discovery: ServedKinds;
  /** An object, in the reader's own name. */
  readonly readerGet: (path: string) => Promise<JsonObject | null | 'unknown'>;
  readonly mayRead: MayRead | undefined;
}

/** See `Probe.preview`; `reader`: the way upstream in the reader's own name, which is asked what the API server itself keeps. */
export function createPreview({
  reader,
  ...parts
}: Omit<Parts, 'readerGet' | 'mayRead'> & { readonly reader: Upstream }): Probe['preview'] {
  return (operation, body, caller, signal, mayRead) => {
    const own = new Reads({ upstream: reader, upstreamIdentity: 'credential', caller, signal });
    const readerGet = async (path: string) => {
      const found = await own.get(path);
      return found === 'forbidden' ? 'unknown' : found;
    };
    return look({ ...parts, readerGet, mayRead }, operation, body, caller, signal);
  };
}

async function look(
  parts: Parts,
  operation: Operation,
  body: RestoredBody | undefined,
  caller: Caller,
  signal: AbortSignal,
): Promise<Looked> {
  const { upstream, upstreamIdentity, mayRead } = parts;
  const reads = new Reads({ upstream, upstreamIdentity, caller, signal, mayRead });
  if (!operation.isResourceRequest || operation.options.isDryRun) return NOTHING;
  if (operation.stream !== undefined) return lookAtPod(reads, operation);
  if (operation.subresource === 'eviction') return lookAtEviction(reads, operation);
  if (operation.verb === 'deletecollection') return { risks: [], ...(await selectedLosses(reads, operation)) };
  if (operation.verb === 'delete')
    return operation.subresource === '' ? lookAtDelete(parts, reads, operation) : NOTHING;
  if (body !== undefined && isWrite(operation)) return lookAtWrite(parts, reads, operation, body);
  return operation.isChange ? { risks: [], missing: ['what it would change: there is no dry run of it'] } : NOTHING;
}

const NOTHING: Looked = { risks: [], missing: [] };

async function lookAtPod(reads: Reads, { namespace, name }: Operation): Promise<Looked> {
  const pod = await reads.get(`/api/v1/namespaces/${namespace}/pods/${name}`);
  if (pod === null) return { risks: [], missing: ['its pod: there is none of this name'] };
  if (typeof pod === 'string') return { risks: [], missing: [`its pod: ${unreadWords(pod)}`] };
  return { pod, risks: [], missing: [] };
}

async function lookAtEviction(reads: Reads, operation: Operation): Promise<Looked> {
  const pod = await reads.get(objectPath(operation));
  if (pod === null) return { isAbsent: true, risks: [], missing: ['its pod could not be read'] };
  if (typeof pod === 'string') return { isShareUnknown: true, risks: [], missing: ['its pod could not be read'] };
  const [budgets, share] = await Promise.all([
    budgetsOf(reads, operation.namespace, valueAt(pod, 'metadata', 'labels')),
    shareOfPod(reads, operation.namespace, pod),
  ]);
  return merged([budgets, share]);
}

async function lookAtDelete(parts: Parts, reads: Reads, operation: Operation): Promise<Looked> {
  const { apiGroup, resource, namespace, name, options } = operation;
  const object = await reads.get(objectPath(operation));
  if (object === null) return { isAbsent: true, risks: ['there is nothing of this name now'], missing: [] };
  if (typeof object === 'string')
    return {
      isShareUnknown: true,
      risks: [],
      missing: [`what goes with it: the object itself: ${unreadWords(object)}`],
    };
  const served = () => parts.discovery.served();
  const kind = `${resource}.${apiGroup}`;
  if (kind === 'namespaces.') return { risks: [], ...(await namespaceLosses(reads, await served(), name)) };
  if (kind === 'customresourcedefinitions.apiextensions.k8s.io')
    return { risks: ['deletes all objects of its kind'], ...(await definitionLosses(reads, object)) };
  if (namespace === '') return { risks: [], missing: ['what it owns in namespaces is not looked for'] };
  const [owned, uses, budgets, share] = await Promise.all([
    options.propagationPolicy === 'Orphan' ? NO_LOSSES : ownedLosses(reads, await served(), namespace, object),
    isGiven(kind) ? usesOf(reads, namespace, kind, name) : NOTHING,
    budgetsFor(reads, namespace, object),
    kind === 'pods.' ? shareOfPod(reads, namespace, object) : NOTHING,
  ]);
  const volumes = kind === 'persistentvolumeclaims.' ? { volumes: [await volumeOf(reads, object)] } : {};
  return merged([{ risks: [], ...volumes, missing: [] }, owned, uses, budgets, share]);
}

const NO_LOSSES: Losses = { losses: [], missing: [] };

async function lookAtWrite(
  { readerGet }: Parts,
  reads: Reads,
  operation: Operation,
  body: RestoredBody,
): Promise<Looked> {
  const { verb, path, namespace, resource, apiGroup, name } = operation;
  const [before, ran] = await Promise.all([
    verb === 'create' ? null : reads.get(path),
    dryRun(reads, (group, version) => isKeptHere(readerGet, group, version), operation, body),
  ]);
  const told = toldOf(ran);
  if (typeof before === 'string')
    return {
      ...told,
      ...(ran.kind === 'stored' ? { stored: ran.object } : {}),
      missing: [...told.missing, `what it would change: the object as it is: ${unreadWords(before)}`],
    };
  const uses =
    isGiven(`${resource}.${apiGroup}`) && verb !== 'create'
      ? usesOf(reads, namespace, `${resource}.${apiGroup}` as Given, name)
      : NOTHING;
  if (ran.kind !== 'stored') return merged([told, await uses]);
  const after = ran.object;
  const gains = apiGroup === 'rbac.authorization.k8s.io' ? gainsOf(reads, resource, namespace, before, after) : NOTHING;
  const states = { states: { before, after }, stored: after };
  if (before === null) return merged([{ ...told, ...states }, await gains]);
  const [scale, risks] = [scaleOf(before, after), rolloutOf(before, after)];
  const isDisrupting = risks.length > 0 || (scale !== undefined && scale.to < scale.from);
  const workload = operation.subresource === 'scale' ? reads.get(objectPath(operation)) : before;
  const budgets = isDisrupting ? budgetsFor(reads, namespace, await workload) : NOTHING;
  const taken = { scale, isReplaced: risks.length > 0, after };
  const share = isDisrupting ? shareOfChange(operation, await workload, taken) : undefined;
  const kept = await workload;
  const shareKey = shareKeyOf(resource, namespace, name, typeof kept === 'string' ? null : kept);
  return merged([
    { ...told, ...states, risks: [...told.risks, ...risks] },
    { ...(scale === undefined ? {} : { scale, shareKey }), ...(share === undefined ? {} : { share }) },
    await uses,
    await gains,
    await budgets,
  ]);
}

function toldOf(ran: DryRun): Looked {
  switch (ran.kind) {
    case 'stored':
      return NOTHING;
    case 'refused':
      return { rejection: { status: ran.status, reason: ran.reason, message: ran.message }, risks: [], missing: [] };
    case 'none':
      return { risks: [], missing: [`what it would change: ${ran.why}`] };
  }
}

/** The disruption budgets of a pod, or of the pods that a workload makes. */
async function budgetsFor(reads: Reads, namespace: string, object: JsonObject | null | string) {
  if (object === null || typeof object === 'string') return NOTHING;
  const isPod = object.kind === 'Pod';
  const labels = isPod
    ? valueAt(object, 'metadata', 'labels')
    : valueAt(object, 'spec', 'template', 'metadata', 'labels');
  return labels === undefined ? NOTHING : budgetsOf(reads, namespace, labels);
}

type Given = 'configmaps.' | 'secrets.';

function isGiven(kind: string): kind is Given {
  return kind === 'configmaps.' || kind === 'secrets.';
}

function unreadWords(why: 'forbidden' | 'unknown'): string {
  return why === 'forbidden' ? 'its caller may not get it' : 'it was not told in time';
}

/** What several looks found. */
function merged(parts: readonly Partial<Looked>[]): Looked {
  return {
    ...Object.assign({}, ...parts),
    risks: parts.flatMap(({ risks = [] }) => risks),
    missing: [...new Set(parts.flatMap(({ missing = [] }) => missing))],
  } as Looked;
}
