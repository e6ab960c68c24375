import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { ExchangeId } from '../std/ids.ts';

/** Who hears of what is done with masks: the journal, the log and a metric. */
export interface MaskEvents {
  /** A caller wrote so many different values into masked places of one object that more are refused. Told once for each count. */
  guessed(event: Guessed): void;
}

export interface Guessed {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly exchange: ExchangeId;
  readonly guessesMax: number;
}
