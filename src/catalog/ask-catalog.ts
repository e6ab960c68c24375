import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Catalog } from '../recording/found.ts';
import { ownThread } from '../std/thread-options.ts';
import type { CatalogAnswer, CatalogAsked, CatalogPlace } from './catalog-thread.ts';

/** A catalog that is kept by a thread of its own. */
export interface OpenCatalog extends Catalog {
  /** The last line of the journal that it has, once it has looked for more for a moment. */
  takenTo(): Promise<number>;
  close(): Promise<void>;
}

const THREAD = join(import.meta.dirname, `catalog-thread${extname(import.meta.filename)}`);

/** Limit: questions that wait for an answer; beyond it, asking fails. */
const WAITING_MAX = 100;

/**
 * Keeps the catalog of a journal from now on, in a thread of its own: what it costs is not the data path's. A thread that dies fails what is asked of it, and is
 * told once; the journal has all that it knew.
 */
export function openCatalog(place: CatalogPlace, onFailure: (why: string) => void): OpenCatalog {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  const worker = new Worker(THREAD, { ...ownThread('catalog'), workerData: place, env: {} });
  worker.unref();
  let last = 0;
  let failure: string | undefined;
  const fail = (why: string) => {
    failure = why;
    for (const { reject } of waiting.values()) reject(new Error(why));
    waiting.clear();
  };
  worker.on('message', (answer: CatalogAnswer) => {
    if (!('id' in answer)) return onFailure(answer.failure);
    const asked = waiting.get(answer.id);
    waiting.delete(answer.id);
    if ('failure' in answer) asked?.reject(new Error(answer.failure));
    else asked?.resolve(answer.value);
  });
  worker.on('error', (error: Error) => {
    fail(`the catalog's thread ended: ${error.message}`);
    onFailure(error.message);
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const ask = async <Value>(name: CatalogAsked['name'], values: readonly unknown[]): Promise<Value> => {
    if (failure !== undefined) throw new Error(failure);
    if (waiting.size >= WAITING_MAX) throw new Error('as many questions wait for the catalog as may');
    last += 1;
    const asked = Promise.withResolvers<unknown>();
    waiting.set(last, asked);
    worker.postMessage({ id: last, name, values } satisfies CatalogAsked);
    return (await asked.promise) as Value;
  };
  return {
    sessions: (...values) => ask('sessions', values),
    session: (...values) => ask('session', values),
    exchanges: (...values) => ask('exchanges', values),
    exchange: (...values) => ask('exchange', values),
    ruleUses: (...values) => ask('ruleUses', values),
    recorded: (...values) => ask('recorded', values),
    takenTo: () => ask('takenTo', []),
    async close() {
      fail('the gateway stops');
      worker.ref();
      worker.postMessage('close');
      await ended;
    },
  };
}
