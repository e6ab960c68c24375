import { RELEASE_LIMITS } from '../model/rest-limits.ts';
import type { Release } from '../release/release.ts';
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
  readonly #kept = new Map<string, HeldRelease & { readonly characters: number; readonly until: number }>();
  #characters = 0;

  constructor(clock: Pick<Clock, 'monotonic'>) {
    this.#clock = clock;
  }

  keep(held: HeldRelease): void {
    this.#forget(held.command);
    const [release, ...before] = [held.release, ...held.before].map(withoutContent) as [Release, ...Release[]];
    const characters = [held.release, ...held.before].reduce((sum, { manifest }) => sum + manifest.length, 0);
    const until = this.#clock.monotonic() + RELEASE_LIMITS.keptMs;
    this.#kept.set(held.command, { ...held, release, before, characters, until });
    this.#characters += characters;
    for (const [command, kept] of this.#kept) {
      const isWithin =
        this.#kept.size <= RELEASE_LIMITS.keptMax && this.#characters <= RELEASE_LIMITS.keptCharactersMax;
      if (isWithin && kept.until > this.#clock.monotonic()) return;
      this.#forget(command);
    }
  }

  #forget(command: string): void {
    this.#characters -= this.#kept.get(command)?.characters ?? 0;
    this.#kept.delete(command);
  }

  /** Those of an owner, the newest first. */
  of(owner: string): readonly HeldRelease[] {
    const now = this.#clock.monotonic();
    return [...this.#kept.values()].filter((held) => held.owner === owner && held.until > now).reverse();
  }
}

/** A chart with its files can be large; what is compared of it later is its digest. */
function withoutContent(release: Release): Release {
  return { ...release, content: null, manifest: '' };
}
