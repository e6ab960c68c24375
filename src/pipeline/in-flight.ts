import { type Caller, callerKey } from '../model/caller.ts';
import { Refusal } from '../model/refusal.ts';
import type { InFlightShares } from './in-flight-shares.ts';

/** How much one caller may have under way at once, over all targets of this gateway. */
export interface InFlightLimits {
  readonly requestsPerCallerMax: number;
  readonly streamsPerCallerMax: number;
}

/** An exchange that is counted in. */
export interface Place {
  /** Counts it as a stream too. @throws {Refusal} TOO_MANY_REQUESTS */
  stream(): void;
  /** Counts it out; does nothing the second time. */
  leave(): void;
}

/** What is under way, as whoever ends it from outside sees it; each is called until it leaves. */
export interface UnderWay {
  /** Breaks it off: its caller sees that it is not whole. */
  breakOff(reason: Error): void;
  /** Ends a watch or a log in order, as if upstream had; does nothing to anything else. */
  endStream(reason: string): void;
  /** Gives up a watch or a log whose reply has not begun; does nothing to anything else. */
  endUnanswered(): void;
  /** Breaks it off because the gateway stops. */
  cut(reason: string): void;
  /** What it lives by now. */
  readonly livesBy: LivesBy;
  /** Ends it, because what it lives by has ended: a watch or log in order, all else cut, what has no reply yet refused. */
  endAccess(refusal: Refusal): void;
}

/** What an exchange lives by: whoever ends some of them chooses by it. */
export interface LivesBy {
  readonly exchange: string;
  readonly subject: string;
  /** The names by which its caller is stopped, its subject among them. */
  readonly identities: readonly string[];
  readonly target: string;
  readonly session: string;
  /** The token of the gateway's own that it was asked with. */
  readonly token: string | undefined;
  /** The grant that allowed it. */
  readonly grant: string | undefined;
  readonly isStream: boolean;
}

interface Entry {
  readonly underWay: UnderWay;
  /** Where it stands among all that is under way. */
  index: number;
}

/** Counts what each caller has under way, and can break it all off; a caller that has no more is forgotten. */
export class InFlight {
  readonly #limits: InFlightLimits;
  readonly #shares: InFlightShares | undefined;
  readonly #counts = new Map<string, { requests: number; streams: number }>();
  /**
   * In no order: what leaves is replaced by the last. No Set, though it would read better: a Set that much goes through leaves its outgrown tables
   * behind, each pointing to the next, and through one that has grown old the collector keeps every exchange that was ever in them until its next
   * full run. That cost a sixth of a small exchange.
   */
  readonly #underWay: Entry[] = [];
  readonly #waiting: (() => void)[] = [];
  #streamsEnd: string | undefined;
  #isUnansweredEnded = false;

  /** @param shares what callers have at other workers of this gateway, which counts too */
  constructor(limits: InFlightLimits, shares?: InFlightShares) {
    this.#limits = limits;
    this.#shares = shares;
  }

  /**
   * Counts an exchange in.
   *
   * @throws {Refusal} TOO_MANY_REQUESTS
   */
  enter(caller: Caller, underWay: UnderWay): Place {
    const key = callerKey(caller);
    const { requestsPerCallerMax, streamsPerCallerMax } = this.#limits;
    const count = this.#counts.get(key) ?? { requests: 0, streams: 0 };
    const elsewhere = this.#shares?.of(key).requests ?? 0;
    if (count.requests + elsewhere >= requestsPerCallerMax) throw tooMany(requestsPerCallerMax, 'requests');
    count.requests++;
    this.#counts.set(key, count);
    this.#share(key, count);
    const entry: Entry = { underWay, index: this.#underWay.length };
    this.#underWay.push(entry);
    let isIn = true;
    let isStream = false;
    return {
      stream: () => {
        if (!isIn || isStream) return;
        const streams = count.streams + (this.#shares?.of(key).streams ?? 0);
        if (streams >= streamsPerCallerMax) throw tooMany(streamsPerCallerMax, 'streams');
        isStream = true;
        count.streams++;
        this.#share(key, count);
      },
      leave: () => {
        if (!isIn) return;
        isIn = false;
        this.#remove(entry);
        if (this.#underWay.length === 0) for (const done of this.#waiting.splice(0)) done();
        count.requests--;
        if (isStream) count.streams--;
        if (count.requests === 0) this.#counts.delete(key);
        this.#share(key, count);
      },
    };
  }

  #share(key: string, count: { readonly requests: number; readonly streams: number }): void {
    const { requestsPerCallerMax: requests, streamsPerCallerMax: streams } = this.#limits;
    this.#shares?.counted(key, count, { requests, streams });
  }

  /** Breaks off all that is under way, of every caller. */
  breakOff(reason: Error): void {
    for (const { underWay } of [...this.#underWay]) underWay.breakOff(reason);
  }

  /** Ends all watches and logs of every caller in order, and from now on each that begins. */
  endStreams(reason: string): void {
    this.#streamsEnd = reason;
    for (const { underWay } of [...this.#underWay]) underWay.endStream(reason);
  }

  /** Why a stream that begins now is to end at once; `undefined` where it is not. */
  get streamsEnd(): string | undefined {
    return this.#streamsEnd;
  }

  /** Gives up all watches and logs whose reply has not begun, and from now on each that begins. */
  endUnanswered(): void {
    this.#isUnansweredEnded = true;
    for (const { underWay } of [...this.#underWay]) underWay.endUnanswered();
  }

  /** Whether a watch or a log that begins now is to be given up at once. */
  get isUnansweredEnded(): boolean {
    return this.#isUnansweredEnded;
  }

  /** Ends what lives by something that has ended. */
  endAccess(isMeant: (livesBy: LivesBy) => boolean, refusal: Refusal): void {
    for (const { underWay } of [...this.#underWay]) if (isMeant(underWay.livesBy)) underWay.endAccess(refusal);
  }

  /** Whether something that is under way is meant. */
  has(isMeant: (livesBy: LivesBy) => boolean): boolean {
    return this.#underWay.some(({ underWay }) => isMeant(underWay.livesBy));
  }

  /** What is under way, each by what it lives by. */
  list(): readonly LivesBy[] {
    return this.#underWay.map(({ underWay }) => underWay.livesBy);
  }

  /** Cuts all that is under way, because the gateway stops. */
  cut(reason: string): void {
    for (const { underWay } of [...this.#underWay]) underWay.cut(reason);
  }

  /** Resolves once nothing is under way and the end of each is recorded, or after `timeoutMs`. */
  ended(timeoutMs: number): Promise<void> {
    if (this.#underWay.length === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  #remove({ index }: Entry): void {
    const last = this.#underWay.pop() as Entry;
    if (last.index === index) return;
    last.index = index;
    this.#underWay[index] = last;
  }

  get callers(): number {
    return this.#counts.size;
  }
}

function tooMany(max: number, what: string): Refusal {
  return new Refusal('TOO_MANY_REQUESTS', `you have ${max} ${what} in flight, as many as you may`, {
    advice: 'wait for some of them to end',
    retryAfterSeconds: 1,
  });
}
