/*
 * What held requests would do, looked up beside their questions: nobody who waits, waits for it. So many are looked up at once, each within its time; what does
 * not come in time, or would have to wait behind too many, is told as not looked up.
 */
import type { LookedUp } from '../model/shown.ts';

/** Limits of looking up what a request would do; documented in docs/reference/limits.md. */
export const PREVIEW_LIMITS = Object.freeze({
  /** How long one may take. */
  timeoutMs: 10_000,
  /** How long a question takes no yes at most, since what it would do is looked up. */
  lookingMs: 15_000,
  /** How many are looked up at once. */
  atOnceMax: 8,
  /** How many wait for that. */
  waitingMax: 200,
});

interface Parts {
  /** Puts it into its question. */
  readonly put: (id: string, preview: LookedUp) => Promise<void>;
  readonly onFailure: (what: string, error: unknown) => void;
}

/** Looks one up. */
export type Look = (signal: AbortSignal) => Promise<LookedUp>;

/** Those of one gateway. */
export class Previews {
  readonly #parts: Parts;
  readonly #waiting: (() => void)[] = [];
  readonly #running = new Set<Promise<void>>();
  readonly #stopped = new AbortController();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Looks one up and puts it into its question; returns at once. */
  begin(id: string, look: Look): void {
    const start = () => this.#start(id, look);
    if (this.#running.size < PREVIEW_LIMITS.atOnceMax) start();
    else if (this.#waiting.length < PREVIEW_LIMITS.waitingMax) this.#waiting.push(start);
    else
      this.#start(id, async () => ({
        ...NOTHING,
        missing: [`what it would do: ${PREVIEW_LIMITS.waitingMax} others wait to be looked up`],
      }));
  }

  async idle(): Promise<void> {
    await Promise.all(this.#running);
  }

  /** Gives up what is being looked up; resolves when nothing is written any more. */
  async stop(): Promise<void> {
    this.#waiting.length = 0;
    this.#stopped.abort(new Error('the gateway stops'));
    await Promise.allSettled(this.#running);
  }

  #start(id: string, look: Look): void {
    const running = this.#look(id, look)
      .catch((error: unknown) => this.#parts.onFailure(`what approval ${id} would do could not be kept`, error))
      .finally(() => {
        this.#running.delete(running);
        this.#waiting.shift()?.();
      });
    this.#running.add(running);
  }

  async #look(id: string, look: Look): Promise<void> {
    const signal = AbortSignal.any([this.#stopped.signal, AbortSignal.timeout(PREVIEW_LIMITS.timeoutMs)]);
    const preview = await inTime(look, signal).catch((error: unknown) => {
      if (!signal.aborted) this.#parts.onFailure(`what approval ${id} would do could not be looked up`, error);
      const why = signal.aborted ? ' in time' : ', for a reason that is in the log of the gateway';
      return { ...NOTHING, missing: [`what it would do: it could not be looked up${why}`] };
    });
    await this.#parts.put(id, preview);
  }
}

/** Nothing was looked up that its caller might not read. */
const NOTHING = { risks: [], isOwnToRead: true } as const;

/** Whoever looks may be deaf to its signal. */
function inTime(look: Look, signal: AbortSignal): Promise<LookedUp> {
  return new Promise((resolve, reject) => {
    const give = () => reject(signal.reason as Error);
    if (signal.aborted) return give();
    signal.addEventListener('abort', give, { once: true });
    look(signal)
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', give));
  });
}
