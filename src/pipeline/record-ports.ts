/*
 * What a recording tells: the journal and the packs beside it, which it counts on, and who only hears.
 */
import type { DecisionNote } from '../model/decision.ts';
import type { Observed } from '../model/observed.ts';
import type { Refusal } from '../model/refusal.ts';
import type { RawRequest } from '../model/request.ts';
import type { Event, Outcome, OutputEdits } from '../recording/event.ts';
import type { Keeping, KeepingTold, KeptHead } from '../recording/keeping.ts';
import type { ExchangeId } from '../std/ids.ts';

/** Where events go: the journal, as the data path needs it. */
export interface JournalPort {
  /**
   * Takes an event into the journal, in this order.
   *
   * @throws {Refusal} RECORDING_UNAVAILABLE the journal is broken or full; `written` and `synced` reject when it breaks afterwards
   */
  append(event: Event): { written(): Promise<void>; synced(): Promise<void> };
}

/** Where what passes is kept: the packs beside the journal, as the data path needs them. */
export interface KeeperPort {
  /** @throws {Refusal} RECORDING_UNAVAILABLE nothing can be kept now */
  ready(): void;
  /** @throws {Refusal} RECORDING_UNAVAILABLE */
  open(exchange: ExchangeId, head: KeptHead, told: KeepingTold): Keeping;
}

/** Who hears of exchanges beside the journal: metrics and the log. */
export interface Observer {
  begun(target: string): void;
  ended(summary: {
    readonly target: string;
    readonly outcome: Outcome['kind'];
    readonly code: string;
    readonly durationMs: number;
    readonly isStream: boolean;
    /** Rules that could not be evaluated whole. */
    readonly notes: readonly DecisionNote[];
    /** What the whole policy would have answered, where that is another. */
    readonly shadow?: Observed;
    /** What was edited in what passed. */
    readonly edits: Pick<OutputEdits, 'masked' | 'neutralised'>;
  }): void;
  unauthenticated(code: string, refusal: Refusal, raw: Pick<RawRequest, 'id' | 'peer'>): void;
  /** A caller asked too fast; the caller's count is told elsewhere. */
  throttled(target: string): void;
  /** Neither caller nor policy is the cause: the gateway, its disk or the target failed. Its detail is for the operator; no caller sees it. */
  failed(target: string, refusal: Refusal, raw: RawRequest): void;
}
