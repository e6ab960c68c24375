/*
 * The hash chain, one JSON line for each event.
 *
 *   {"seq":7,"type":"…","at":…, … ,"hash":"<64 hex digits>"}\n
 *
 * `hash` is SHA-256 over the hash of the line before (its 64 characters) followed by this line's own bytes up to `,"hash":`. It stands last and
 * has a fixed width, so the payload is what is left of it: no canonical form of JSON is needed, nothing is parsed to be verified, and
 * `sha256sum` can do it by hand. There is no byte of a line that is not covered: those of the payload by the hash, those of the hash by
 * comparison, the line's end by the one that follows or, for the last, by the end of the file.
 */
import { hash } from 'node:crypto';
import type { Event } from './event.ts';

/** The end of a chain: the number and the hash of its last line. */
export interface ChainHead {
  readonly seq: number;
  readonly hash: string;
}

/** What the very first line is chained to. */
export const CHAIN_START: ChainHead = Object.freeze({ seq: 0, hash: '0'.repeat(64) });

/**
 * Limit: the bytes of one line with its end. A request head has at most 16 KiB of URI and 16 KiB of headers, of which JSON can make six times as
 * much; a reader never holds more than this for one line.
 */
export const LINE_BYTES_MAX = 256 * 1024;

/** `,"hash":"` and 64 digits and `"}`. */
const TAIL_BYTES = 75;

/** An event as a line that continues the chain, with its end; and the head after it. */
export function sealEvent(previous: ChainHead, event: Event): { readonly line: string; readonly head: ChainHead } {
  const seq = previous.seq + 1;
  const payload = `{"seq":${seq},${JSON.stringify(event).slice(1, -1)}`;
  const digest = hash('sha256', previous.hash + payload, 'hex');
  return { line: `${payload},"hash":"${digest}"}\n`, head: { seq, hash: digest } };
}

/** Why a line does not continue a chain. */
export type ChainFault =
  /** A line that is numbered later than the next one: lines between them are missing. */
  | { readonly kind: 'gap'; readonly seqExpected: number; readonly seqFound: number }
  /** A line whose bytes are not those that were written here. */
  | { readonly kind: 'altered'; readonly seqExpected: number }
  /** A file that ends inside a line, or a line that is longer than any that is written. */
  | { readonly kind: 'unfinished'; readonly seqExpected: number }
  /** A sealed segment's file whose bytes are not those that were written; `why` says where it stops being readable. */
  | { readonly kind: 'damaged'; readonly seqExpected: number; readonly why: string };

/** Where the bytes that are hashed are put together: one line at a time, nothing of it is kept. */
const hashed = Buffer.alloc(CHAIN_START.hash.length + LINE_BYTES_MAX);

/** The head after this line (without its end), or why it does not continue the chain. */
export function checkLine(previous: ChainHead, line: Buffer): ChainHead | ChainFault {
  const seqExpected = previous.seq + 1;
  const tailAt = line.length - TAIL_BYTES;
  const start = `{"seq":${seqExpected},`;
  if (tailAt < start.length || line.length >= LINE_BYTES_MAX) return { kind: 'altered', seqExpected };
  const hashedBytes = hashed.write(previous.hash, 'latin1') + line.copy(hashed, previous.hash.length, 0, tailAt);
  const digest = hash('sha256', hashed.subarray(0, hashedBytes), 'hex');
  const isWhole =
    line.toString('latin1', tailAt) === `,"hash":"${digest}"}` && line.toString('latin1', 0, start.length) === start;
  if (isWhole) return { seq: seqExpected, hash: digest };
  const seqFound = seqOf(line);
  return seqFound !== undefined && seqFound > seqExpected
    ? { kind: 'gap', seqExpected, seqFound }
    : { kind: 'altered', seqExpected };
}

function seqOf(line: Buffer): number | undefined {
  const digits = /^\{"seq":(\d{1,15}),/.exec(line.toString('latin1', 0, 32))?.[1];
  return digits === undefined ? undefined : Number(digits);
}
