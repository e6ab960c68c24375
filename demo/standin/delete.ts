/**
 * Deleting: preconditions, grace, finalizers, and what becomes of dependents. What cannot go at once (a namespace, what has finalizers, a pod
 * that may still end in its grace) is marked, and controllers.ts does the rest.
 */

import { mediaType, parseBody } from './decode.ts';
import type { Kind } from './kinds.ts';
import {
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  numberAt,
  textAt,
  timestamp,
  valueAt,
} from './object.ts';
import { badRequest, conflict, forbiddenField, invalid, unsupportedValue } from './status.ts';
import type { Cluster } from './write.ts';

export interface DeleteOptions {
  readonly isDryRun: boolean;
  readonly gracePeriodSeconds: number | undefined;
  readonly propagation: 'Foreground' | 'Background' | 'Orphan';
  readonly uid: string;
  readonly resourceVersion: string;
}

const about = { group: 'meta.k8s.io', kind: 'DeleteOptions' };

/**
 * The options of a delete, from its body and its query.
 *
 * @throws {StatusError} 400, 415, 422
 */
export function deleteOptions(body: Buffer, contentType: string | undefined, query: URLSearchParams): DeleteOptions {
  const given = body.length === 0 ? {} : bodyOptions(body, contentType);
  const dryRun = given.dryRun ?? (query.has('dryRun') ? query.getAll('dryRun') : undefined);
  const propagation = textAt(given, 'propagationPolicy') || query.get('propagationPolicy') || '';
  const orphans =
    valueAt(given, 'orphanDependents') ??
    (query.has('orphanDependents') ? query.get('orphanDependents') === 'true' : undefined);
  if (propagation !== '' && orphans !== undefined) {
    throw invalid(about, [
      forbiddenField('propagationPolicy', 'orphanDependents and deletionPropagation cannot be both set'),
    ]);
  }
  if (!['', 'Foreground', 'Background', 'Orphan'].includes(propagation)) {
    throw invalid(about, [
      unsupportedValue('propagationPolicy', JSON.stringify(propagation), ['Foreground', 'Background', 'Orphan', 'nil']),
    ]);
  }
  const fromQuery = (key: string): string => (body.length === 0 ? (query.get(key) ?? '') : '');
  const grace =
    given.gracePeriodSeconds ?? (query.has('gracePeriodSeconds') ? Number(query.get('gracePeriodSeconds')) : undefined);
  return {
    isDryRun: isDryRun(dryRun, 'DeleteOptions'),
    gracePeriodSeconds: typeof grace === 'number' ? grace : undefined,
    propagation: (orphans === true ? 'Orphan' : propagation || 'Background') as DeleteOptions['propagation'],
    uid: textAt(given, 'preconditions', 'uid') || fromQuery('uid'),
    resourceVersion: textAt(given, 'preconditions', 'resourceVersion') || fromQuery('resourceVersion'),
  };
}

function bodyOptions(body: Buffer, contentType: string | undefined): JsonObject {
  const parsed = parseBody(body, mediaType(contentType), 'DeleteOptions');
  if (!isObject(parsed)) throw badRequest('expect DeleteOptions');
  return parsed;
}

/** Whether a write is a dry run. @throws {StatusError} 422 for anything but `All` */
export function isDryRun(values: Json | undefined, options: string): boolean {
  if (!Array.isArray(values) || values.length === 0) return false;
  if (values.every((each) => each === 'All')) return true;
  const shown = `[${values.map((each) => JSON.stringify(each)).join(',')}]`;
  throw invalid({ group: 'meta.k8s.io', kind: options }, [unsupportedValue('dryRun', shown, ['All'])]);
}

/** The object as it is after the delete was taken; `isGone` where nothing of it is left. */
export interface Deleted {
  readonly object: KubeObject;
  readonly isGone: boolean;
}

/** @throws {StatusError} 409 where a precondition does not hold */
export function deleteObject(cluster: Cluster, kind: Kind, live: KubeObject, options: DeleteOptions): Deleted {
  checkPreconditions(kind, live, options);
  const finalizers = live.metadata.finalizers ?? [];
  const added =
    options.propagation === 'Foreground' ? ['foregroundDeletion'] : options.propagation === 'Orphan' ? ['orphan'] : [];
  const wanted = [...finalizers, ...added.filter((each) => !finalizers.includes(each))];
  const graceSeconds = graceOf(kind, live, options);
  const waits = wanted.length > 0 || graceSeconds > 0 || (kind.resource === 'namespaces' && kind.group === '');
  const marked = waits ? withMark(cluster, live, wanted, graceSeconds) : live;
  if (options.isDryRun) return { object: marked, isGone: !waits };
  if (waits) return { object: cluster.store.put(kind, marked), isGone: false };
  const { name = '', namespace = '' } = live.metadata;
  return { object: cluster.store.remove(kind, namespace, name) ?? live, isGone: true };
}

function checkPreconditions(kind: Kind, live: KubeObject, options: DeleteOptions): void {
  const { name = '', uid = '', resourceVersion = '' } = live.metadata;
  const about = { group: kind.group, kind: kind.kind, name };
  if (options.uid !== '' && options.uid !== uid) {
    const words = `the UID in the precondition (${options.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw conflict(about, words);
  }
  if (options.resourceVersion !== '' && options.resourceVersion !== resourceVersion) {
    const words = `the ResourceVersion in the precondition (${options.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw conflict(about, words);
  }
}

/** Pods that were given to a node end in their grace; everything else ends at once. */
function graceOf(kind: Kind, live: KubeObject, options: DeleteOptions): number {
  const isPod = kind.group === '' && kind.resource === 'pods';
  const phase = textAt(live, 'status', 'phase');
  if (!isPod || textAt(live, 'spec', 'nodeName') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  return options.gracePeriodSeconds ?? numberAt(live, 'spec', 'terminationGracePeriodSeconds');
}

function withMark(cluster: Cluster, live: KubeObject, finalizers: readonly string[], graceSeconds: number): KubeObject {
  const isNamespace = live.kind === 'Namespace' && live.apiVersion === 'v1';
  const metadata = {
    ...live.metadata,
    deletionTimestamp: live.metadata.deletionTimestamp ?? timestamp(cluster.nowMs() + graceSeconds * 1000),
    deletionGracePeriodSeconds: graceSeconds,
    ...(finalizers.length === 0 ? {} : { finalizers }),
  };
  const { deletionGracePeriodSeconds: _, ...ungraced } = metadata;
  if (isNamespace) return { ...live, metadata: ungraced, status: { phase: 'Terminating' } };
  return { ...live, metadata };
}
