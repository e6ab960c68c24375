/* Sealed segments and what they name are copied to where rules of retention say, once a minute, by a thread of its own that is made when there are such rules. */

import { extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { ownThread } from '../../std/thread-options.ts';
import type { CopyFault } from './place.ts';
import type { PlaceAnswer, PlaceMessage, PlacesOf } from './place-thread.ts';

interface Parts extends PlacesOf {
  readonly rules: () => readonly RetentionRule[];
  /** What AWS's library finds its keys by. */
  readonly environment: NodeJS.Dict<string>;
  /** Told once for each reason. */
  readonly onFailure: (why: string) => void;
  /** Told once for each; again where it throws. */
  readonly onFault: (fault: CopyFault) => void;
  readonly everyMs?: number;
}

const EVERY_MS = 60_000;

const THREAD = join(import.meta.dirname, `place-thread${extname(import.meta.filename)}`);

/** Begins to copy. */
export function openPlaces(parts: Parts) {
  const { folder, places, rules, publicKey, environment, onFailure, onFault, everyMs = EVERY_MS } = parts;
  let worker: Worker | undefined;
  let failure: string | undefined;
  let faults = new Map<string, CopyFault>();
  let copying: Promise<void> | undefined;
  let isClosed = false;
  const open = () => {
    const made = new Worker(THREAD, {
      ...ownThread('places'),
      workerData: { folder, places, publicKey } satisfies PlacesOf,
      env: environment,
    });
    made.unref();
    made.once('error', () => {
      worker = undefined;
    });
    return made;
  };
  const copy = async () => {
    const inForce = rules();
    const isPlacing = inForce.some(({ place }) => place !== undefined);
    if (isClosed || (!isPlacing && worker === undefined)) return;
    worker ??= open();
    const thread = worker;
    const answered = new Promise<PlaceAnswer>((resolve) => {
      const ended = (error: Error) => resolve({ failed: `the thread that copies ended: ${error.message}` });
      thread.once('error', ended);
      thread.once('message', (answer: PlaceAnswer) => {
        thread.off('error', ended);
        resolve(answer);
      });
    });
    thread.postMessage({ rules: inForce } satisfies PlaceMessage);
    const answer = await answered;
    if ('failed' in answer) return failed(answer.failed);
    const found = new Map(answer.faults.map((fault) => [JSON.stringify(fault), fault]));
    for (const [key, fault] of found) if (!faults.has(key)) onFault(fault);
    faults = found;
    failure = undefined;
  };
  const failed = (why: string) => {
    if (why !== failure) onFailure(why);
    failure = why;
  };
  const look = () =>
    (copying ??= copy()
      .catch((error: Error) => failed(error.message))
      .finally(() => {
        copying = undefined;
      }));
  const timer = setInterval(() => void look(), everyMs).unref();
  return {
    /** Copies now; resolves when it is done, or has failed. */
    look,
    failure: () => failure,
    faults: () => [...faults.values()],
    async close() {
      isClosed = true;
      clearInterval(timer);
      await copying;
      const thread = worker;
      if (thread === undefined) return;
      const ended = new Promise((resolve) => thread.once('exit', resolve));
      thread.ref();
      thread.postMessage('close' satisfies PlaceMessage);
      await ended;
    },
  };
}
