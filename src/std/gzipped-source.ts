import { constants, createGzip } from 'node:zlib';
import type { ByteSource } from './byte-source.ts';
import { throughTransform } from './through-transform.ts';

/** Packed by gzip while it passes. `isFlushed`: each piece that comes leaves at once, for a stream whose reader waits for it. */
export function gzippedSource(source: ByteSource, { isFlushed }: { readonly isFlushed: boolean }): ByteSource {
  // The API server packs as quickly. Source: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters, defaultGzipContentEncodingLevel
  const gzip = createGzip({ level: constants.Z_BEST_SPEED, chunkSize: 64 * 1024 });
  return throughTransform(source, gzip, isFlushed ? () => gzip.flush(constants.Z_SYNC_FLUSH) : undefined);
}
