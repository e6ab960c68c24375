/*
 * Closed segments are sealed by a thread of its own, in order. What cannot be sealed stays as it is, plain and whole; it is told, and tried again.
 */

import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { ownThread } from '../../std/thread-options.ts';
import type { Sealed } from './seal-segment.ts';
import type { SealAnswer, SealMessage, SealPlace } from './seal-thread.ts';

/** What seals. */
export interface Sealer {
  /** Segments before this one are closed for good: they may be sealed. */
  closed(below: number): void;
  /** Why segments are not sealed; undefined while they are. */
  failure(): string | undefined;
  /** Resolves when all that was told is sealed, or has failed. */
  close(): Promise<void>;
}

interface Parts extends SealPlace {
  readonly onSealed: (sealed: Sealed) => void;
  /** Told once for each reason. */
  readonly onFailure: (why: string) => void;
  /** After a failure, sealing is tried again after this time. */
  readonly retryAfterMs?: number;
}

const RETRY_MS = 60_000;

const THREAD = join(import.meta.dirname, `seal-thread${extname(import.meta.filename)}`);

/** Seals a journal's closed segments from now on. */
export function openSealer({ onSealed, onFailure, retryAfterMs = RETRY_MS, folder, key }: Parts): Sealer {
  const worker = new Worker(THREAD, {
    ...ownThread('sealing'),
    workerData: { folder, key } satisfies SealPlace,
    env: {},
  });
  worker.unref();
  let below = 0;
  let failure: string | undefined;
  let hasEnded = false;
  let timer: NodeJS.Timeout | undefined;
  const fail = (why: string) => {
    if (failure !== why) onFailure(why);
    failure = why;
  };
  const ask = () => {
    if (!hasEnded) worker.postMessage({ below } satisfies SealMessage);
  };
  worker.on('message', (answer: SealAnswer) => {
    if ('sealed' in answer) onSealed(answer.sealed);
    else if ('done' in answer) failure = undefined;
    else {
      fail(answer.failed);
      clearTimeout(timer);
      timer = setTimeout(ask, retryAfterMs).unref();
    }
  });
  worker.on('error', (error: Error) => fail(`the thread that seals ended: ${error.message}`));
  const ended = new Promise<void>((resolve) =>
    worker.once('exit', () => {
      hasEnded = true;
      resolve();
    }),
  );
  return {
    closed(next) {
      below = next;
      ask();
    },
    failure: () => failure,
    async close() {
      clearTimeout(timer);
      worker.ref();
      if (!hasEnded) worker.postMessage('close' satisfies SealMessage);
      await ended;
    },
  };
}
