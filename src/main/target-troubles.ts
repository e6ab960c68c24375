import type { Refusal } from '../model/refusal.ts';
import type { RefusalCode } from '../model/refusal-codes.ts';
import type { Clock } from '../std/clock.ts';

/** Limits of what is told of targets. */
export const TROUBLE_LIMITS = Object.freeze({
  /** How long `/readyz` tells of a target's last failure, unless it is over before. */
  troubleShownMs: 10 * 60_000,
  /** How often the log has a line about one target's look-ups that fail. */
  readerToldEveryMs: 60_000,
});

/** What is wrong with a target as a whole, and not with a request; over as soon as the target answers one. */
const OVER_ONCE_ANSWERED = [
  'UPSTREAM_UNREACHABLE',
  'CREDENTIAL_UNAVAILABLE',
  'CREDENTIAL_REFUSED',
  'DISCOVERY_UNAVAILABLE',
  'TARGET_UNPROVEN',
] as const satisfies readonly RefusalCode[];
/** It may be so for some callers alone, so that an answer to another says nothing. */
const LASTING = ['CREDENTIAL_FORBIDDEN'] as const satisfies readonly RefusalCode[];
const TOLD: ReadonlySet<RefusalCode> = new Set([...OVER_ONCE_ANSWERED, ...LASTING]);

interface Trouble {
  readonly text: string;
  readonly atMs: number;
}

/** What was last wrong with each target, for whoever looks after the gateway. It makes nothing unready: the other targets go on. */
export class TargetTroubles {
  readonly #clock: Clock;
  /** By target, then by code. */
  readonly #troubles = new Map<string, Map<string, Trouble>>();
  readonly #readerToldAtMs = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  failed(target: string, { code, message, detail }: Pick<Refusal, 'code' | 'message' | 'detail'>): void {
    if (TOLD.has(code)) this.#note(target, code, `${message}${detail === '' ? '' : ` (${detail})`}`);
  }

  /** A look-up failed in a way that is ours to mend. True where that is to be logged. */
  readerFailed(target: string, what: string, isAnswered: boolean): boolean {
    this.#note(target, isAnswered ? 'reader-forbidden' : 'reader', what);
    const now = this.#clock.monotonic();
    if (now - (this.#readerToldAtMs.get(target) ?? Number.NEGATIVE_INFINITY) < TROUBLE_LIMITS.readerToldEveryMs)
      return false;
    this.#readerToldAtMs.set(target, now);
    return true;
  }

  readerAnswered(target: string): void {
    this.#troubles.get(target)?.delete('reader');
  }

  answered(target: string): void {
    const own = this.#troubles.get(target);
    if (own === undefined || own.size === 0) return;
    for (const code of OVER_ONCE_ANSWERED) own.delete(code);
  }

  /** A sentence for each. */
  lines(): readonly string[] {
    const now = this.#clock.monotonic();
    return [...this.#troubles].flatMap(([target, own]) =>
      [...own.values()]
        .filter(({ atMs }) => now - atMs < TROUBLE_LIMITS.troubleShownMs)
        .map(({ text, atMs }) => `target \`${target}\`, ${Math.round((now - atMs) / 1000)} s ago: ${text}`),
    );
  }

  #note(target: string, code: string, text: string): void {
    const own = this.#troubles.get(target) ?? new Map<string, Trouble>();
    this.#troubles.set(target, own);
    own.set(code, { text, atMs: this.#clock.monotonic() });
  }
}
