/* The thread that copies to places: reading, hashing and sending are none of the data path's time. See open-places.ts. */
import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { verifierKey } from '../../recording/checkpoint.ts';
import { KEY_NOTES_FILE, trustedKeys } from '../../recording/key-notes.ts';
import { giveWay } from '../../std/give-way.ts';
import { folderPlace } from './folder-place.ts';
import { Mirror } from './mirror.ts';
import type { CopyFault, Place, PlaceConfig } from './place.ts';
import { s3Place } from './s3-place.ts';

/** All rules that are in force. */
export type PlaceMessage = { readonly rules: readonly RetentionRule[] } | 'close';

export type PlaceAnswer =
  | { readonly sent: number; readonly faults: readonly CopyFault[] }
  | { readonly failed: string };

/** What the thread is told. */
export interface PlacesOf {
  readonly folder: string;
  readonly places: readonly PlaceConfig[];
  /** The journal's key, in PEM: what neither it, nor one that it follows or that follows it, has signed is not copied. */
  readonly publicKey: string;
}

const port = parentPort;
if (port !== null) {
  giveWay();
  const { folder, places, publicKey } = workerData as PlacesOf;
  const trusted = (origin: string) => keysFor(folder, origin, publicKey);
  const mirror = new Mirror(folder, new Map(places.map((place) => [place.name, placeOf(place)])), trusted);
  let last: Promise<void> = Promise.resolve();
  port.on('message', (message: PlaceMessage) => {
    last = last.then(async () => {
      if (message === 'close') {
        mirror.close();
        port.close();
        return;
      }
      const answer = await mirror
        .copy(message.rules)
        .catch((error: Error): PlaceAnswer => ({ failed: (error as NodeJS.ErrnoException).code ?? error.message }));
      port.postMessage(answer);
    });
  });
}

/** The journal's key, and those that it follows or that follow it. */
function keysFor(folder: string, origin: string, publicKey: string): readonly string[] {
  const notes = join(folder, KEY_NOTES_FILE);
  const verifier = verifierKey(origin, createPublicKey(publicKey));
  return trustedKeys(verifier, existsSync(notes) ? readFileSync(notes, 'utf8') : '');
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
