import { CutByLimit } from '../model/cut-by-limit.ts';
import type { ListenerLimits } from './limits.ts';

/** A reply of which something waits for its client. */
export interface Waiting {
  /** When it began to wait; set by `Progress`. */
  waitingSinceMs: number;
  /** The client has taken nothing for too long. */
  cut(reason: Error): void;
}

/**
 * Cuts replies whose clients take nothing of what waits for them for `slowReaderTimeoutMs`, to a quarter of that.
 *
 * One sweep over those that wait, in place of a timer for each reply: nearly every reply waits for a moment, and nearly none for long.
 */
export class Progress {
  readonly #waiting = new Set<Waiting>();
  readonly #timer: NodeJS.Timeout;

  constructor({ slowReaderTimeoutMs }: Pick<ListenerLimits, 'slowReaderTimeoutMs'>) {
    this.#timer = setInterval(() => this.#sweep(slowReaderTimeoutMs), Math.max(1, slowReaderTimeoutMs / 4)).unref();
  }

  /** The reply waits for its client, from now. */
  waits(reply: Waiting): void {
    reply.waitingSinceMs = performance.now();
    this.#waiting.add(reply);
  }

  /** The client took what waited, or has gone. */
  moves(reply: Waiting): void {
    this.#waiting.delete(reply);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#waiting.clear();
  }

  #sweep(timeoutMs: number): void {
    const before = performance.now() - timeoutMs;
    for (const reply of this.#waiting) {
      if (reply.waitingSinceMs > before) continue;
      this.#waiting.delete(reply);
      reply.cut(new CutByLimit('slowReaderTimeoutMs', timeoutMs, 'the caller took nothing of what waited for it'));
    }
  }
}
