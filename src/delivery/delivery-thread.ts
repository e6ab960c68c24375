/* The thread that tells receivers what the journal gets. See open-delivery.ts. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { Courier } from './courier.ts';
import { type Cursor, readCursor, writeCursor } from './cursor.ts';
import { type DeliveryHealth, HEALTHY } from './delivery-health.ts';
import { openReceiver } from './open-receiver.ts';
import type { ReceiverConfig } from './receiver-config.ts';

/** What the thread is told. */
export interface DeliveryPlace {
  /** The journal's. */
  readonly folder: string;
  /** Where the receivers' cursors are kept, a file each. */
  readonly cursorFolder: string;
  readonly receivers: readonly ReceiverConfig[];
}

/** What it says of a receiver. */
export interface DeliverySaid {
  readonly receiver: string;
  readonly health: DeliveryHealth;
}

const port = parentPort;
if (port !== null) {
  const { folder, cursorFolder, receivers } = workerData as DeliveryPlace;
  const stopped = new AbortController();
  const { signal } = stopped;
  const pause = (ms: number) => setTimeout(ms, undefined, { signal }).catch(() => {});
  const running = receivers.map(async (config) => {
    const say = (health: DeliveryHealth) => port.postMessage({ receiver: config.name, health } satisfies DeliverySaid);
    const file = join(cursorFolder, `${config.name}.json`);
    try {
      const cursor = readCursor(file);
      const keep = (next: Cursor) => writeCursor(file, next);
      const receiver = openReceiver(config, Date.now);
      const parts = {
        folder,
        format: config.format,
        receiver,
        cursor,
        keep,
        now: Date.now,
        pause,
        signal,
        onHealth: say,
      };
      await new Courier(parts).run();
    } catch (error) {
      // One receiver's fault is not the others'.
      say({ ...HEALTHY, failures: 1, failure: (error as Error).message, failingSince: Date.now() });
    }
  });
  port.on('message', async () => {
    stopped.abort(new Error('the gateway stops'));
    await Promise.all(running);
    port.close();
  });
}
