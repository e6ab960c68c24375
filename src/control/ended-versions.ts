/*
 * The rows that a gateway has seen end, so that it does not take an older version of one for news: two reads of a row are under way at once, on connections of their own, and the one that began first may come back
 * last. A grant or a token that somebody ended would live again here.
 */

/**
 * Limit: how long an end is remembered, in milliseconds. Whatever is read of the store comes back within seconds, or fails; and a row is kept there for a day at least once it has ended (`store.keepFor`), so that no
 * other begins under its name before it is forgotten here.
 */
export const ENDED_REMEMBERED_MS = 600_000;

interface Ended {
  readonly version: number;
  readonly seenAt: number;
}

/** Versions of rows that have ended, by their id. */
export class EndedVersions {
  readonly #now: () => number;
  /** The one that was seen last stands last. */
  readonly #ended = new Map<string, Ended>();

  /** @param now by any clock that only goes forward, in milliseconds */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** The version in which it was seen to have ended; undefined where it was not, or long ago. */
  get(id: string): number | undefined {
    return this.#ended.get(id)?.version;
  }

  has(id: string): boolean {
    return this.#ended.has(id);
  }

  note(id: string, version: number): void {
    const now = this.#now();
    this.#ended.delete(id);
    this.#ended.set(id, { version, seenAt: now });
    for (const [old, { seenAt }] of this.#ended) {
      if (now - seenAt < ENDED_REMEMBERED_MS) return;
      this.#ended.delete(old);
    }
  }
}
