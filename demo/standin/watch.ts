/**
 * Watches: what happened since a revision, then what happens, one JSON document a line. An object that comes to match is ADDED, one that
 * ceases to is DELETED; bookmarks say how far the reader is.
 */

import { apiVersionOf, type Kind } from './kinds.ts';
import { checkListOptions, matcher, revisionOf } from './list.ts';
import type { JsonObject, KubeObject } from './object.ts';
import type { RequestInfo } from './request.ts';
import { expired } from './status.ts';
import type { Change, Store } from './store.ts';

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: JsonObject;
}

/** Limit: a watch without `timeoutSeconds` ends after half an hour; clients then start the next. */
const watchSecondsMax = 1_800;
const bookmarkEveryMs = 60_000;

/**
 * Sends events until the time is over or the reader has gone.
 *
 * @throws {StatusError} 400, 422 before anything is sent
 */
export function startWatch(
  store: Store,
  kind: Kind,
  info: RequestInfo,
): (send: (event: WatchEvent) => void, signal: AbortSignal) => Promise<void> {
  checkListOptions(info.query, true);
  const matches = matcher(info, kind);
  const text = info.query.get('resourceVersion') ?? '';
  const revision = revisionOf(text);
  const sendsInitial =
    info.query.get('sendInitialEvents') === 'true' || (info.query.get('sendInitialEvents') === null && revision === 0);
  const wantsBookmarks = /^(true|1)$/i.test(info.query.get('allowWatchBookmarks') ?? '');
  const inScope = (object: KubeObject | undefined): object is KubeObject =>
    object !== undefined &&
    (info.namespace === '' || !kind.isNamespaced || object.metadata.namespace === info.namespace) &&
    matches(object);
  return async (send, signal) => {
    const tell = (change: Change): void => {
      const event = eventOf(change, kind, inScope);
      if (event !== undefined) send(event);
    };
    if (sendsInitial) {
      for (const object of store.list(kind)) if (inScope(object)) send({ type: 'ADDED', object });
      const endsInitial = info.query.get('sendInitialEvents') === 'true';
      if (endsInitial && wantsBookmarks) send(bookmark(kind, store.revision, { 'k8s.io/initial-events-end': 'true' }));
    } else {
      const missed = store.changesSince(kind, revision === 0 ? store.revision : revision);
      if (missed === undefined) {
        send({ type: 'ERROR', object: expired(`too old resource version: ${revision} (${store.revision})`).status() });
        return;
      }
      for (const change of missed) tell(change);
    }
    await untilOver(store, kind, info, signal, tell, wantsBookmarks ? send : undefined);
  };
}

function untilOver(
  store: Store,
  kind: Kind,
  info: RequestInfo,
  signal: AbortSignal,
  tell: (change: Change) => void,
  sendBookmark: ((event: WatchEvent) => void) | undefined,
): Promise<void> {
  const asked = Number(info.query.get('timeoutSeconds') ?? 0);
  const seconds = asked > 0 ? Math.min(asked, watchSecondsMax) : watchSecondsMax;
  return new Promise((resolve) => {
    const kindName = kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
    const unsubscribe = store.subscribe((change) => {
      if (change.resource === kindName) tell(change);
    });
    const bookmarks = setInterval(() => sendBookmark?.(bookmark(kind, store.revision)), bookmarkEveryMs);
    const over = (): void => {
      unsubscribe();
      clearInterval(bookmarks);
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(over, seconds * 1000);
    if (signal.aborted) over();
    else signal.addEventListener('abort', over, { once: true });
  });
}

function eventOf(
  change: Change,
  kind: Kind,
  inScope: (object: KubeObject | undefined) => object is KubeObject,
): WatchEvent | undefined {
  const was = inScope(change.before);
  const object = { ...change.object, apiVersion: apiVersionOf(kind) };
  if (change.type === 'DELETED') return was ? { type: 'DELETED', object } : undefined;
  if (inScope(change.object)) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was || change.before === undefined) return undefined;
  const metadata = { ...change.before.metadata, resourceVersion: String(change.revision) };
  return { type: 'DELETED', object: { ...change.before, apiVersion: apiVersionOf(kind), metadata } };
}

function bookmark(kind: Kind, revision: number, annotations?: JsonObject): WatchEvent {
  const metadata = { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) };
  return { type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } };
}
