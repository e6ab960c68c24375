import type { StoredObject } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { Clock } from '../std/clock.ts';

/** Limits of what is remembered of deleted objects; documented in docs/reference/limits.md. */
export const DELETED_LIMITS = Object.freeze({
  /** How long an object that a caller has deleted is kept, for a create of the same one that has its masks (`kubectl replace --force`, a history that Helm prunes). */
  keptMs: 10 * 60 * 1000,
  /** How many bytes of such objects are kept in all, the newest ones. */
  bytesMax: 64 * 1024 * 1024,
});

interface Kept {
  readonly key: string;
  readonly until: number;
  readonly object: StoredObject;
}

/** Objects with masked values that callers have deleted a moment ago, each for its own caller alone. In memory only: a restart forgets them. */
export class DeletedObjects {
  readonly #clock: Pick<Clock, 'monotonic'>;
  #kept: Kept[] = [];
  #bytes = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  keep(caller: Caller, target: string, object: StoredObject): void {
    this.#kept.push({ key: keyOf(caller, target), until: this.#clock.monotonic() + DELETED_LIMITS.keptMs, object });
    this.#bytes += object.bytes.length;
    this.#sweep();
  }

  /** What this caller has deleted at this target, the newest first. */
  of(caller: Caller, target: string): readonly StoredObject[] {
    this.#sweep();
    const key = keyOf(caller, target);
    return this.#kept.flatMap((kept) => (kept.key === key ? [kept.object] : [])).reverse();
  }

  #sweep(): void {
    const now = this.#clock.monotonic();
    while (this.#kept.length > 0) {
      const [oldest] = this.#kept as [Kept];
      if (oldest.until > now && this.#bytes <= DELETED_LIMITS.bytesMax) return;
      this.#bytes -= oldest.object.bytes.length;
      this.#kept.shift();
    }
  }
}

function keyOf({ issuer, subject }: Caller, target: string): string {
  return JSON.stringify([issuer, subject, target]);
}
