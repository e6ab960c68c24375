import { createGunzip } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { throughTransform } from './through-transform.ts';

/** Limits of what is unpacked while it passes; documented in docs/reference/limits.md. */
export const GUNZIP_LIMITS = Object.freeze({
  /** How many times larger than what came a reply may get when it is unpacked; what is more is made to harm, and is broken off. */
  expansionMax: 500,
  /** So much is unpacked before that is looked at. */
  expansionFreeBytes: 16 * 1024 * 1024,
});

/**
 * What gzip packed, unpacked while it passes: one member or a chain of them, as the API server writes one for each flush of a watch.
 *
 * It fails where a member is cut short or is none, and where it expands beyond `expansionMax`. Some 64 kB are held, however large it gets.
 * Source: RFC 1952, 2.2
 */
export function gunzippedSource(
  source: ByteSource,
  limits: { readonly expansionMax: number; readonly expansionFreeBytes: number } = GUNZIP_LIMITS,
): ByteSource {
  const gunzip = createGunzip({ chunkSize: 64 * 1024 });
  let [came, left] = [0, 0];
  gunzip.on('data', (chunk: Buffer) => {
    left += chunk.length;
    if (left > limits.expansionFreeBytes && left > came * limits.expansionMax)
      gunzip.destroy(new RangeError(`it expands more than ${limits.expansionMax} times`));
  });
  gunzip.pause();
  const counted: ByteSource = {
    start: (sink) =>
      source.start({
        write(chunk) {
          came += chunk.length;
          return sink.write(chunk);
        },
        end: (trailers) => sink.end(trailers),
        fail: (error) => sink.fail(error),
      }),
    resume: () => source.resume(),
    cancel: (reason) => source.cancel(reason),
  };
  const opened = throughTransform(counted, gunzip);
  return {
    ...opened,
    start(sink) {
      opened.start(sink);
      gunzip.resume();
    },
  };
}
