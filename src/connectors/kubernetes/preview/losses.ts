/*
 * What goes with what is deleted. Of a namespace, all that is in it, by kind; of a custom resource definition, its objects; of anything else in a namespace, what it
 * owns there, and what that owns, by their owner references: an object goes when all its owners do.
 *
 * Source: `attemptToDeleteItem`, https://github.com/kubernetes/kubernetes/blob/v1.35.4/pkg/controller/garbagecollector/garbagecollector.go
 */
import type { JsonObject, Operation } from '../../../model/operation.ts';
import type { ShownLoss, ShownVolume } from '../../../model/shown.ts';
import type { ServedKind } from '../discovery/discovered-kinds.ts';
import { objectsAt, textAt } from './json-at.ts';
import { listPath } from './place.ts';
import { LOOK_LIMITS } from './preview-limits.ts';
import type { Listed, Reads } from './reads.ts';

/** What goes, and what of that could not be told. */
export interface Losses {
  readonly losses: readonly ShownLoss[];
  readonly volumes?: readonly ShownVolume[];
  readonly missing: readonly string[];
}

/** Counts of them tell nothing. */
const NO_LOSS: ReadonlySet<string> = new Set(['events', 'leases']);

/** All that is in a namespace. */
export async function namespaceLosses(reads: Reads, served: readonly ServedKind[], namespace: string): Promise<Losses> {
  const kinds = served.filter(isLost);
  const lists = await Promise.all(
    kinds.map(async (kind) => ({
      kind,
      list: await reads.list(listPath(kind.group, kind.version, namespace, kind.resource), {
        isMetadata: true,
        wanted: LOOK_LIMITS.namesMax,
      }),
    })),
  );
  const [running, volumes] = await Promise.all([
    runningIn(reads, namespace),
    volumesOf(reads, `/api/v1/namespaces/${namespace}/persistentvolumeclaims`),
  ]);
  const losses = lists.flatMap(({ kind, list }) =>
    typeof list === 'string' || list.count === 0 ? [] : [lossOf(nameOf(kind), list, running)],
  );
  return {
    losses: sorted(losses),
    ...volumes,
    missing: [
      ...unread(lists.filter(({ list }) => typeof list === 'string').map(({ kind }) => nameOf(kind))),
      ...volumes.missing,
    ],
  };
}

/** What a selector finds. */
export async function selectedLosses(reads: Reads, { path, query, resource }: Operation): Promise<Losses> {
  const selected = ['labelSelector', 'fieldSelector'].flatMap((key) =>
    (query.get(key) ?? []).map((value) => `${key}=${encodeURIComponent(value)}`),
  );
  const list = await reads.list(path, { isMetadata: true, query: selected.join('&') });
  if (typeof list === 'string') return { losses: [], missing: unread([resource]) };
  return {
    losses: list.count === 0 ? [] : [lossOf(resource, list, undefined)],
    missing: list.isWhole ? [] : [`more of ${resource} than ${LOOK_LIMITS.objectsMax} are not counted`],
  };
}

/** All objects of a kind that a definition makes. */
export async function definitionLosses(reads: Reads, definition: JsonObject): Promise<Losses> {
  const [group, plural] = [textAt(definition, 'spec', 'group'), textAt(definition, 'spec', 'names', 'plural')];
  const version = objectsAt(definition, 'spec', 'versions').find(({ served }) => served === true);
  const list = await reads.list(listPath(group, textAt(version, 'name'), '', plural), {
    isMetadata: true,
    wanted: LOOK_LIMITS.namesMax,
  });
  if (typeof list === 'string') return { losses: [], missing: unread([`${plural}.${group}`]) };
  return { losses: list.count === 0 ? [] : [lossOf(`${plural}.${group}`, list, undefined)], missing: [] };
}

/** What an object in a namespace owns there, and what that owns. */
export async function ownedLosses(
  reads: Reads,
  served: readonly ServedKind[],
  namespace: string,
  owner: JsonObject,
): Promise<Losses> {
  const kinds = served.filter(isLost);
  const lists = await Promise.all(
    kinds.map(async (kind) => ({
      kind,
      list: await reads.list(listPath(kind.group, kind.version, namespace, kind.resource), { isMetadata: true }),
    })),
  );
  const objects = lists.flatMap(({ kind, list }) =>
    typeof list === 'string' ? [] : list.items.map((item) => ({ kind: nameOf(kind), item })),
  );
  const going = goingWith(
    textAt(owner, 'metadata', 'uid'),
    objects.map(({ item }) => item),
  );
  const gone = objects.filter(({ item }) => going.has(textAt(item, 'metadata', 'uid')));
  const byKind = Map.groupBy(gone, ({ kind }) => kind);
  const isPodLost = byKind.has('pods');
  const running = isPodLost ? await runningNames(reads, namespace) : undefined;
  const losses = [...byKind].map(([kind, some]) => {
    const items = some.map(({ item }) => item);
    const isRunning = ({ metadata }: JsonObject) => running?.has(textAt(metadata, 'name')) === true;
    const loss = lossOf(kind, { items, count: items.length, isWhole: true }, undefined);
    return kind === 'pods' && running !== undefined ? { ...loss, running: items.filter(isRunning).length } : loss;
  });
  const cut = lists.filter(({ list }) => typeof list !== 'string' && !list.isWhole).map(({ kind }) => nameOf(kind));
  return {
    losses: sorted(losses),
    missing: [
      ...unread(lists.filter(({ list }) => typeof list === 'string').map(({ kind }) => nameOf(kind))),
      ...cut.map((kind) => `what it owns beyond the first ${LOOK_LIMITS.objectsMax} ${kind}`),
    ],
  };
}

/** The uids of what goes with an owner: all of whose owners go. */
function goingWith(uid: string, objects: readonly JsonObject[]): ReadonlySet<string> {
  const going = new Set([uid]);
  for (let isMore = true; isMore; ) {
    isMore = false;
    for (const object of objects) {
      const [own, owners] = [textAt(object, 'metadata', 'uid'), objectsAt(object, 'metadata', 'ownerReferences')];
      if (going.has(own) || owners.length === 0 || !owners.every((owner) => going.has(textAt(owner, 'uid')))) continue;
      going.add(own);
      isMore = true;
    }
  }
  going.delete(uid);
  return going;
}

function isLost({ isNamespaced, verbs, resource }: ServedKind): boolean {
  return isNamespaced && verbs.includes('list') && verbs.includes('delete') && !NO_LOSS.has(resource);
}

function nameOf({ group, resource }: ServedKind): string {
  return group === '' ? resource : `${resource}.${group}`;
}

function lossOf(kind: string, { items, count }: Listed, running: number | undefined): ShownLoss {
  const names = items.slice(0, LOOK_LIMITS.namesMax).map((item) => textAt(item, 'metadata', 'name'));
  return { kind, count, names, ...(kind === 'pods' && running !== undefined ? { running } : {}) };
}

/** The most of them first. */
function sorted(losses: readonly ShownLoss[]): readonly ShownLoss[] {
  return [...losses].sort((a, b) => (b.running ?? 0) - (a.running ?? 0) || b.count - a.count);
}

function unread(kinds: readonly string[]): readonly string[] {
  return kinds.length === 0
    ? []
    : [`what goes of ${kinds.join(', ')}: its caller may not list them, or they were not told in time`];
}

const RUNNING = 'fieldSelector=status.phase%3DRunning';

async function runningPods(reads: Reads, namespace: string): Promise<readonly JsonObject[] | undefined> {
  const pods = await reads.list(`/api/v1/namespaces/${namespace}/pods`, { isMetadata: true, query: RUNNING });
  return typeof pods === 'string' ? undefined : pods.items;
}

async function runningIn(reads: Reads, namespace: string): Promise<number | undefined> {
  return (await runningPods(reads, namespace))?.length;
}

async function runningNames(reads: Reads, namespace: string): Promise<ReadonlySet<string> | undefined> {
  const pods = await runningPods(reads, namespace);
  return pods === undefined ? undefined : new Set(pods.map((pod) => textAt(pod, 'metadata', 'name')));
}

/** Claims of a namespace, or the one at a path of its own, and what becomes of the data of their volumes. */
export async function volumesOf(reads: Reads, path: string): Promise<Omit<Losses, 'losses'>> {
  const claims = await reads.list(path, { wanted: LOOK_LIMITS.toldMax });
  if (typeof claims === 'string')
    return { missing: ['volumes: its caller may not list them, or they were not told in time'] };
  const volumes = await Promise.all(claims.items.map((claim) => volumeOf(reads, claim)));
  const more = claims.isWhole ? [] : [`volumes beyond the first ${LOOK_LIMITS.toldMax}`];
  return { ...(volumes.length === 0 ? {} : { volumes }), missing: more };
}

/** What becomes of the data of one claim. */
export async function volumeOf(reads: Reads, claim: JsonObject): Promise<ShownVolume> {
  const name = textAt(claim, 'spec', 'volumeName');
  const volume = name === '' ? null : await reads.get(`/api/v1/persistentvolumes/${name}`);
  const isRead = volume !== null && typeof volume !== 'string';
  return {
    claim: textAt(claim, 'metadata', 'name'),
    reclaims: isRead ? textAt(volume, 'spec', 'persistentVolumeReclaimPolicy') : '',
  };
}
