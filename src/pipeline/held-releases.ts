import { RELEASE_LIMITS } from '../model/rest-limits.ts';
import type { PendingRelease } from '../release/within-release.ts';
import type { Clock } from '../std/clock.ts';

/** A release that somebody is asked about. */
export interface HeldRelease extends PendingRelease {
  /** See `CommandCall`. */
  readonly command: string;
  /** Whose, on which target, by which token and under which rules: only calls of the same are of it. */
  readonly owner: string;
}

/**
 * Releases that were asked about a moment ago, as their callers sent them: what comes next is held against them. In memory only, since they hold values: a restart, or
 * another gateway, knows none of them, and each call then asks by itself.
 */
export class HeldReleases {
  readonly #clock: Pick<Clock, 'monotonic'>;
  readonly #kept = new Map<string, HeldRelease & { readonly until: number }>();

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  keep(held: HeldRelease): void {
    this.#kept.delete(held.command);
    this.#kept.set(held.command, { ...held, until: this.#clock.monotonic() + RELEASE_LIMITS.keptMs });
    for (const [command, { until }] of this.#kept) {
      if (until > this.#clock.monotonic() && this.#kept.size <= RELEASE_LIMITS.keptMax) return;
      this.#kept.delete(command);
    }
  }

  has(command: string): boolean {
    return this.#kept.has(command);
  }

  /** Those of an owner, the newest first. */
  of(owner: string): readonly HeldRelease[] {
    const now = this.#clock.monotonic();
    return [...this.#kept.values()].filter((held) => held.owner === owner && held.until > now).reverse();
  }
}
