/* The thread that copies to places: reading, hashing and sending are none of the data path's time. See open-places.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { folderPlace } from './folder-place.ts';
import { Mirror } from './mirror.ts';
import type { Place, PlaceConfig } from './place.ts';
import { s3Place } from './s3-place.ts';

export type PlaceMessage = { readonly rules: readonly RetentionRule[] } | 'close';

export type PlaceAnswer = { readonly sent: number } | { readonly failed: string };

/** What the thread is told. */
export interface PlacesOf {
  readonly folder: string;
  readonly places: readonly PlaceConfig[];
}

const port = parentPort;
if (port !== null) {
  const { folder, places } = workerData as PlacesOf;
  const mirror = new Mirror(folder, new Map(places.map((place) => [place.name, placeOf(place)])));
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: PlaceMessage) => {
    last = last.then(async () => {
      if (message === 'close') {
        mirror.close();
        port.close();
        return;
      }
      const answer = await mirror.copy(message.rules).then(
        (sent): PlaceAnswer => ({ sent }),
        (error: Error): PlaceAnswer => ({ failed: (error as NodeJS.ErrnoException).code ?? error.message }),
      );
      port.postMessage(answer);
    });
  });
}

function placeOf(place: PlaceConfig): Place {
  if (place.folder !== undefined) return folderPlace(place.folder);
  // AWS's library is read when a bucket is first asked for.
  let keysOf: ReturnType<typeof import('@aws-sdk/credential-provider-node').defaultProvider> | undefined;
  return s3Place(place.s3, async () => {
    keysOf ??= (await import('@aws-sdk/credential-provider-node')).defaultProvider();
    return keysOf();
  });
}
