/*
 * What changes, as the gateway tells it by server-sent events. One page of this browser listens and tells the others: a caller may have four streams, a browser
 * six connections to a host, and people keep tabs open. Who listens holds a lock of the browser's, so that when its tab goes the next one takes over.
 *
 * Events have no past: whenever listening begins anew, `begun` is told, and what is shown of that kind is read again.
 */
import { apiUrl } from './base.ts';

export type Told =
  | { readonly kind: 'approval' | 'grant'; readonly data: unknown }
  | { readonly kind: 'begun'; readonly of: 'approval' | 'grant' }
  | { readonly kind: 'lost' };

const SOURCES = [
  { path: '/approvals/events', kind: 'approval' },
  { path: '/grants/events', kind: 'grant' },
] as const;

/** How long until listening is tried again, in milliseconds: the first time, and at most. */
const AGAIN_MS = { first: 1_000, max: 30_000 };

/** Tells each change, in this page or by another of the same browser, until what it returns is called. */
export function listen(tell: (told: Told) => void): () => void {
  const over = new AbortController();
  const channel = new BroadcastChannel('sallyport-events');
  channel.onmessage = ({ data }: MessageEvent<Told>) => tell(data);
  const tellAll = (told: Told) => {
    tell(told);
    channel.postMessage(told);
  };
  navigator.locks
    .request('sallyport-events', { signal: over.signal }, () => followed(tellAll, over.signal))
    .catch(() => {});
  return () => {
    over.abort();
    channel.close();
  };
}

/** Listens until the signal, whatever breaks off in between. */
function followed(tell: (told: Told) => void, over: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const stops = SOURCES.map((source) => followOne(source, tell));
    const end = () => {
      for (const stop of stops) stop();
      resolve();
    };
    if (over.aborted) end();
    else over.addEventListener('abort', end, { once: true });
  });
}

function followOne({ path, kind }: (typeof SOURCES)[number], tell: (told: Told) => void): () => void {
  let waitMs = AGAIN_MS.first;
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const begin = () => {
    source = new EventSource(apiUrl(path));
    source.onopen = () => {
      waitMs = AGAIN_MS.first;
      tell({ kind: 'begun', of: kind });
    };
    source.onerror = () => {
      tell({ kind: 'lost' });
      // The browser tries again by itself, except after an answer that was no stream.
      if (source.readyState !== EventSource.CLOSED) return;
      timer = setTimeout(begin, waitMs);
      waitMs = Math.min(waitMs * 2, AGAIN_MS.max);
    };
    source.addEventListener(kind, ({ data }) => tell({ kind, data: JSON.parse(data) as unknown }));
  };
  begin();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
