import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { isTaken } from './is-taken.ts';

/** Smaller answers are sent as they are. */
const PACKED_FROM_BYTES = 1024;
/** Quick, and within some percent of the best. */
const LEVEL = 4;

const packed = promisify(gzip);

/**
 * A list, packed, where who asks takes that and it is worth it; else undefined. Fifty questions are some 200 kB: a phone waits for each of them.
 *
 * Security: only lists. What holds a secret (a token, the `csrf` of a session) is never packed beside text that others choose, which would tell it by its length.
 * Source: BREACH, https://breachattack.com
 */
export async function packedList(
  body: unknown,
  bytes: Buffer,
  accepted: string | string[] | undefined,
): Promise<Buffer | undefined> {
  const isList = typeof body === 'object' && body !== null && 'items' in body;
  if (!isList || bytes.length < PACKED_FROM_BYTES || !isTaken('gzip', accepted)) return undefined;
  return await packed(bytes, { level: LEVEL });
}
