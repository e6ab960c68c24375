/* The thread that seals closed segments: reading, hashing, compressing and signing are none of the data path's time. See open-sealer.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import { type SigningKeyPlace, signingKey } from '../../segments/signing-key.ts';
import { giveWay } from '../../std/give-way.ts';
import { systemDisk } from '../disk.ts';
import { type Sealed, sealSegments } from './seal-segment.ts';

/** What the thread is told of its journal. */
export interface SealPlace {
  readonly folder: string;
  readonly key: SigningKeyPlace;
}

/** Segments before this one are closed for good. */
export type SealMessage = { readonly below: number } | 'close';

export type SealAnswer = { readonly sealed: Sealed } | { readonly failed: string } | { readonly done: number };

const port = parentPort;
if (port !== null) {
  giveWay();
  const { folder, key } = workerData as SealPlace;
  const say = (answer: SealAnswer) => port.postMessage(answer);
  let last: Promise<void> = Promise.resolve();
  const seal = async (below: number) => {
    try {
      // Read each time: a key that was rotated signs from then on.
      await sealSegments(systemDisk, folder, { below, key: signingKey(key), onSealed: (sealed) => say({ sealed }) });
      say({ done: below });
    } catch (error) {
      say({ failed: (error as Error).message });
    }
  };
  port.on('message', (message: SealMessage) => {
    last = last.then(() => (message === 'close' ? port.close() : seal(message.below)));
  });
}
