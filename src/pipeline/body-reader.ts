import type { Readable } from 'node:stream';
import { Refusal } from '../model/refusal.ts';
import type { Headers } from '../model/request.ts';
import type { Limits } from './limits.ts';

/** Who hears of a body as it is read; each may have it wait. */
export interface BodyHears {
  /** So many bytes come, or came. */
  readonly took: (bytes: number) => Promise<void> | undefined;
  /** It is there whole. */
  readonly whole: (bytes: number) => Promise<void> | undefined;
}

export const NOBODY_HEARS: BodyHears = { took: () => undefined, whole: () => undefined };

/**
 * A function that reads the body whole at its first call, and gives the same bytes at each later one. It is not called before the caller is
 * known, so that nobody else can make the gateway hold bytes. `hears.took` hears of bytes once it is known that they come; what it throws, or rejects with, refuses the body, and nothing more of
 * it is kept.
 *
 * @throws {Refusal} what `hears` throws; BODY_TOO_LARGE, REQUEST_TIMEOUT, MEDIA_TYPE_UNSUPPORTED for a compressed body, which the API server does not read either
 */
export function bodyReader(body: Readable, headers: Headers, limits: Limits, hears: BodyHears): () => Promise<Buffer> {
  let read: Promise<Buffer> | undefined;
  const inTurn = async () => {
    const bytes = await readWhole(body, headers, limits, hears.took);
    await hears.whole(bytes.length);
    return bytes;
  };
  return () => {
    read ??= inTurn();
    return read;
  };
}

async function readWhole(
  body: Readable,
  headers: Headers,
  limits: Limits,
  onBytes: (bytes: number) => Promise<void> | undefined,
): Promise<Buffer> {
  const encoding = headers.get('content-encoding')?.[0];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new Refusal('MEDIA_TYPE_UNSUPPORTED', 'a compressed request body is not read', {
      advice: 'send the body without Content-Encoding',
    });
  }
  const length = headers.get('content-length')?.[0];
  const declared = /^\d+$/.test(length ?? '') ? Number(length) : undefined;
  if ((declared ?? 0) > limits.bodyBytesMax) throw tooLarge(limits);
  if (body.closed || body.destroyed) throw gone();
  if (body.readableEnded) return Buffer.alloc(0);
  // What is said to come is told at once: of many bodies that come side by side, those that are too many are then refused whole, and the others are not.
  const counting = declared === undefined ? undefined : onBytes(declared);
  if (counting !== undefined) {
    await counting;
    if (body.closed || body.destroyed) throw gone();
    if (body.readableEnded) return Buffer.alloc(0);
  }
  return new Promise((resolve, reject) => {
    const counted: Promise<void>[] = [];
    const chunks: Buffer[] = [];
    let bytes = 0;
    const timer = setTimeout(() => settle(() => reject(tooSlow(limits))), limits.bodyTimeoutMs);
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > limits.bodyBytesMax) return settle(() => reject(tooLarge(limits)));
      try {
        const asking = declared === undefined ? onBytes(chunk.length) : undefined;
        if (asking !== undefined) {
          counted.push(asking);
          asking.catch((refusal: unknown) => settle(() => reject(refusal)));
        }
        chunks.push(chunk);
      } catch (refusal) {
        settle(() => reject(refusal));
      }
    };
    const onEnd = () => {
      // Security: an HTTP/2 stream that was reset, or whose connection went, ends like one that came whole; what came is a part (T23).
      if (body.closed) onClose();
      else if (counted.length > 0) settle(() => resolve(Promise.all(counted).then(() => Buffer.concat(chunks))));
      else settle(() => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    };
    const onClose = () => settle(() => reject(gone()));
    const settle = (finish: () => void) => {
      clearTimeout(timer);
      body.off('data', onData).off('end', onEnd).off('close', onClose).off('error', onClose);
      body.on('error', () => {});
      finish();
    };
    body.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}

function gone(): Refusal {
  return new Refusal('CALLER_GONE', 'the caller went away while its request was read');
}

function tooLarge(limits: Limits): Refusal {
  return new Refusal(
    'BODY_TOO_LARGE',
    `the body is larger than ${limits.bodyBytesMax} bytes (\`limits.bodyBytesMax\`)`,
  );
}

function tooSlow(limits: Limits): Refusal {
  return new Refusal(
    'REQUEST_TIMEOUT',
    `the body did not arrive whole within ${limits.bodyTimeoutMs} ms (\`limits.bodyTimeoutMs\`)`,
  );
}
