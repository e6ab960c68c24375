/*
 * The headers of a SPDY stream: a zlib stream that all header blocks of a connection share, cut at each block.
 *
 * Invariant: what a block inflates to is exactly its headers. A reader that takes what it needs of the shared stream, as spdystream does,
 * would read bytes that are left over as the beginning of the next block.
 */
import { Refusal } from '../../../model/refusal.ts';
import { Inflater } from './inflate.ts';
import { SPDY_DICTIONARY } from './spdy-dictionary.ts';
import { STREAM_LIMITS } from './stream-limits.ts';

const { streamHeadersBytesMax, streamHeadersCountMax } = STREAM_LIMITS;

const NAME = /^:?[a-z0-9!#$%&'*+.^_`|~-]+$/;
const VALUE = /^[ -~]*$/;

/**
 * Reads the header blocks of one connection, in their order. After it threw, it reads nothing more.
 *
 * Source: SPDY Protocol, Draft 3.1, section 2.6.10
 */
export class SpdyHeaders {
  readonly #inflater = new Inflater(SPDY_DICTIONARY, streamHeadersBytesMax);

  /**
   * The headers of the next block, by name.
   *
   * @throws {Refusal} REQUEST_MALFORMED it is not compressed as it must be, inflates to too much, gives a header twice or with several values, or
   * has something behind the headers
   */
  read(block: Buffer): ReadonlyMap<string, string> {
    let plain: Buffer;
    try {
      plain = this.#inflater.read(block);
    } catch (cause) {
      throw malformed('the headers of a SPDY stream cannot be inflated', cause);
    }
    return headersOf(plain);
  }
}

function headersOf(block: Buffer): ReadonlyMap<string, string> {
  let at = 0;
  const number = () => {
    if (at + 4 > block.length) throw malformed('the headers of a SPDY stream break off');
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  const text = () => {
    const bytes = number();
    if (at + bytes > block.length) throw malformed('the headers of a SPDY stream break off');
    at += bytes;
    return block.toString('latin1', at - bytes, at);
  };
  const count = number();
  if (count > streamHeadersCountMax) throw malformed(`a SPDY stream has more than ${streamHeadersCountMax} headers`);
  const headers = new Map<string, string>();
  for (let i = 0; i < count; i++) {
    const [name, value] = [text(), text()];
    // Several values of one name are written with NUL between them; readers differ in which of them they take.
    if (!NAME.test(name) || !VALUE.test(value))
      throw malformed('a header of a SPDY stream has characters that it may not have');
    if (headers.has(name)) throw malformed('a SPDY stream has a header twice');
    headers.set(name, value);
  }
  if (at !== block.length) throw malformed('something stands behind the headers of a SPDY stream');
  return headers;
}

function malformed(message: string, cause?: unknown): Refusal {
  return new Refusal('REQUEST_MALFORMED', message, cause === undefined ? {} : { cause });
}
