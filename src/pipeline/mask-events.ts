import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import type { ExchangeId } from '../std/ids.ts';
import type { Honeytoken } from './honeytokens.ts';

/** Who hears of what is done with masks: the journal, the log and a metric. */
export interface MaskEvents {
  /** A caller wrote so many different values into masked places of one object that more are refused. Told once for each count. */
  guessed(event: Guessed): void;
  /** A mask that is remembered came back where it does not belong. */
  returned(event: Returned): void;
}

export interface Returned {
  readonly honeytoken: Honeytoken;
  readonly exchange: ExchangeId;
  readonly peer: string;
  /** Undefined: it came in the place of a token, and nobody is known by it. */
  readonly caller: Caller | undefined;
  readonly where: string;
}

export interface Guessed {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly exchange: ExchangeId;
  readonly guessesMax: number;
}
