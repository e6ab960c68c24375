import { mkdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ownThread } from '../std/thread-options.ts';
import { type DeliveryHealth, HEALTHY } from './delivery-health.ts';
import type { DeliveryPlace, DeliverySaid } from './delivery-thread.ts';

/** Receivers that are told. */
export interface Delivery {
  /** How it goes with each, by name. */
  health(): ReadonlyMap<string, DeliveryHealth>;
  close(): Promise<void>;
}

const THREAD = join(import.meta.dirname, `delivery-thread${extname(import.meta.filename)}`);

/**
 * Tells receivers what the journal gets from now on, and all that each has not been told yet, in a thread of its own: what it costs is not the data path's, which never
 * waits for a receiver. A thread that ends is told once, and every receiver counts as failing.
 */
export function openDelivery(place: DeliveryPlace, now: () => number, onFailure: (why: string) => void): Delivery {
  mkdirSync(place.cursorFolder, { recursive: true, mode: 0o700 });
  const health = new Map(place.receivers.map(({ name }) => [name, HEALTHY]));
  const worker = new Worker(THREAD, { ...ownThread('delivery'), workerData: place, env: {} });
  worker.unref();
  worker.on('message', ({ receiver, health: said }: DeliverySaid) => health.set(receiver, said));
  worker.on('error', (error: Error) => {
    for (const [name, before] of health)
      health.set(name, { ...before, failure: error.message, failingSince: before.failingSince ?? now() });
    onFailure(error.message);
  });
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  return {
    health: () => health,
    async close() {
      worker.ref();
      worker.postMessage('close');
      await ended;
    },
  };
}
