import { randomBytes } from 'node:crypto';

/** The id of one exchange: a time-ordered, unguessable string of 26 lower-case characters. */
export type ExchangeId = string & { readonly __brand: 'ExchangeId' };

/** The id of one session, in the same form as an exchange's. */
export type SessionId = string & { readonly __brand: 'SessionId' };

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/**
 * A new id: 48 bits of milliseconds, then 80 bits of randomness, in Crockford's base 32, so that ids sort by time.
 *
 * Source: https://github.com/ulid/spec
 */
export function newExchangeId(nowMs: number): ExchangeId {
  return timeOrderedId(nowMs) as ExchangeId;
}

/** A new session id, in the same form. */
export function newSessionId(nowMs: number): SessionId {
  return timeOrderedId(nowMs) as SessionId;
}

/** A new id of anything else, in the same form. */
export function newId(nowMs: number): string {
  return timeOrderedId(nowMs);
}

let pool = Buffer.alloc(0);
let poolOffset = 0;

/** Limit: random bytes are drawn 4,096 at a time, since one draw for each id costs ten times as much. */
function random(bytes: number): Buffer {
  if (poolOffset + bytes > pool.length) {
    pool = randomBytes(4096);
    poolOffset = 0;
  }
  poolOffset += bytes;
  return pool.subarray(poolOffset - bytes, poolOffset);
}

function timeOrderedId(nowMs: number): string {
  let time = '';
  for (let rest = nowMs, i = 0; i < 10; i++) {
    time = ALPHABET[rest % 32] + time;
    rest = Math.floor(rest / 32);
  }
  let tail = '';
  for (const byte of random(16)) tail += ALPHABET[byte & 31];
  return time + tail;
}
