import type { Gone } from '../recording/gone.ts';
import { coversRange, mergeRanges, type Ranges } from '../recording/ranges.ts';
import type { RetentionApplied } from '../recording/retention-applied.ts';

/**
 * Holds what is gone against what the journal says that rules let go.
 *
 * Security: who has the files can put leaf hashes in the place of events, and every seal still holds; only an event that the chain has makes it a rule's doing.
 */
export class GoneCheck {
  readonly #found: [number, number][] = [];
  readonly #events: (readonly [number, number])[] = [];
  readonly #bodies: (readonly [number, number])[] = [];
  events = 0;

  /** Events that are not here. */
  found({ from, to }: Gone): void {
    this.events += to - from + 1;
    const last = this.#found.at(-1);
    if (last?.[1] === from - 1) last[1] = to;
    else this.#found.push([from, to]);
  }

  said({ events, bodies }: RetentionApplied): void {
    this.#events.push(...events);
    this.#bodies.push(...bodies);
  }

  bodies(): Ranges {
    return mergeRanges(this.#bodies);
  }

  /** The first that is gone and of which no event says that a rule let it go. */
  unsaid(): string | undefined {
    const said = mergeRanges(this.#events);
    const first = this.#found.find(([from, to]) => !coversRange(said, from, to));
    return first === undefined
      ? undefined
      : `events ${first[0]} to ${first[1]} are not here, and no event says that a rule let all of them go`;
  }
}
