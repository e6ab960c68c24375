import type { ByteSet } from './byte-set.ts';
import type { Look } from './look.ts';

/**
 * What a detector says of the place where one of its keywords stands: nothing, a value that is to be masked, or that more bytes are needed.
 *
 * A matcher decides on at most `decideBytesMax` bytes behind its keyword; that bounds what a stream holds back, and makes the time linear. What a value goes on with once it is decided is its tail, which needs no memory.
 */
export type Matcher = (look: Look, keywordStart: number, keywordEnd: number) => Found;

export type Found = Match | Pending | undefined;

export interface Match {
  readonly kind: 'match';
  /** Of the value alone: what is public of it, such as the `ghp_` of a token, stays before it. */
  readonly start: number;
  readonly end: number;
  /** What more of the value may follow where it reaches the end of the bytes that are there. */
  readonly tail: Tail | undefined;
}

/** More bytes decide; until then nothing from `holdFrom` on may be shown. */
export interface Pending {
  readonly kind: 'pending';
  readonly holdFrom: number;
}

/** The rest of a value whose beginning was masked: takes bytes as they come. */
export interface Tail {
  /**
   * Up to where the bytes are the value's. Where it is not over then, what is left (a backslash before what may be a quotation mark) is shown again with more; not where `isLast`:
   * nothing follows.
   */
  readonly through: (bytes: Uint8Array, from: number, end: number, isLast: boolean) => number;
  readonly isOver: () => boolean;
}

/** By how many bytes behind its keyword every matcher has decided. */
export const decideBytesMax = 1024;

export function pending(holdFrom: number): Pending {
  return { kind: 'pending', holdFrom };
}

/** A value that is the run of a set’s bytes from a place on. */
export function matchRun(look: Look, start: number, set: ByteSet): Match {
  return matchTail(look, start, start, runTail(set));
}

/** A value whose beginning is known, and which goes on from a place as its tail says. */
export function matchTail(look: Look, start: number, from: number, tail: Tail): Match {
  const end = tail.through(look.bytes, from, look.end, look.isLast);
  look.steps += end - from + 1;
  return { kind: 'match', start, end, tail: look.isLast || tail.isOver() ? undefined : tail };
}

/** A value that goes on as long as its bytes are in a set. */
export function runTail(set: ByteSet): Tail {
  let isOver = false;
  return {
    through: (bytes, from, end) => {
      let at = from;
      while (at < end && set[bytes[at] as number] === 1) at++;
      isOver = at < end;
      return at;
    },
    isOver: () => isOver,
  };
}
