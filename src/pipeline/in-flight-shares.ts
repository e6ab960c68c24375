/*
 * What each caller has under way at the other workers of this gateway, so that its bounds hold over all of them. A count is told when it has grown or shrunk by a sixteenth of its
 * bound, so that most requests tell nobody; what all workers let in together is over the bound by no more than such a part of each.
 */

/** What one worker has under way of one caller. */
export interface Share {
  readonly worker: number;
  readonly key: string;
  readonly requests: number;
  readonly streams: number;
}

type Counts = Pick<Share, 'requests' | 'streams'>;

const NONE: Counts = Object.freeze({ requests: 0, streams: 0 });

/** Limit: a count is told when it has changed by the bound divided by this. */
const PARTS = 16;

/** Tells this worker's counts, and knows those of the others. */
export class InFlightShares {
  readonly #worker: number;
  readonly #tell: (share: Share) => void;
  readonly #told = new Map<string, Counts>();
  /** By caller, then by worker. */
  readonly #others = new Map<string, Map<number, Counts>>();

  constructor(worker: number, tell: (share: Share) => void) {
    this.#worker = worker;
    this.#tell = tell;
  }

  /** What the others have of a caller. */
  of(key: string): Counts {
    const found = this.#others.get(key);
    if (found === undefined) return NONE;
    let [requests, streams] = [0, 0];
    for (const counts of found.values()) {
      requests += counts.requests;
      streams += counts.streams;
    }
    return { requests, streams };
  }

  /** This worker has so many of a caller now. */
  counted(key: string, { requests, streams }: Counts, bounds: Counts): void {
    const told = this.#told.get(key) ?? NONE;
    const isChanged =
      isFar(requests, told.requests, bounds.requests) ||
      isFar(streams, told.streams, bounds.streams) ||
      (requests === 0 && told !== NONE);
    if (!isChanged) return;
    if (requests === 0) this.#told.delete(key);
    else this.#told.set(key, { requests, streams });
    this.#tell({ worker: this.#worker, key, requests, streams });
  }

  /** Another worker has so many. */
  learn({ worker, key, requests, streams }: Share): void {
    const found = this.#others.get(key) ?? new Map<number, Counts>();
    if (requests === 0) found.delete(worker);
    else found.set(worker, { requests, streams });
    if (found.size === 0) this.#others.delete(key);
    else this.#others.set(key, found);
  }

  /** Another worker has ended or begun: what is known of the others is forgotten, and each tells its own anew. */
  tellAgain(): void {
    this.#others.clear();
    for (const [key, counts] of this.#told) this.#tell({ worker: this.#worker, key, ...counts });
  }
}

function isFar(count: number, told: number, bound: number): boolean {
  return Math.abs(count - told) >= Math.max(1, Math.floor(bound / PARTS));
}
