import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Clock } from '../../../std/clock.ts';

/** Whose certificates of a server are believed. */
export interface Authority {
  /** As PEM; the machine's own roots where undefined. The same value as long as nothing changed. */
  current(): string | undefined;
  /** Looks for a newer one now, since a server's certificate was not believed. True where there is one. */
  renew(): Promise<boolean>;
}

/** How old what was read may be. */
export const READ_AGAIN_MS = 60_000;
/** Between two looks, however many connections fail. */
export const LOOK_MIN_MS = 1_000;

/** An authority that does not change. */
export function fixedAuthority(caPem: string | undefined): Authority {
  return { current: () => caPem, renew: async () => false };
}

/**
 * The authority in a file, read again every minute in the background, and at once where a connection failed. A file that cannot be read, or holds no
 * certificate, leaves what was read before in force.
 *
 * @throws {Error} it cannot be read at first
 */
export function fileAuthority({ file, clock }: { readonly file: string; readonly clock: Clock }): Authority {
  let caPem = readFileSync(file, 'utf8');
  let readAtMs = clock.monotonic();
  const read = async (): Promise<boolean> => {
    readAtMs = clock.monotonic();
    const text = await readFile(file, 'utf8').catch(() => '');
    if (text === caPem || !isCertificate(text)) return false;
    caPem = text;
    return true;
  };
  return {
    current() {
      if (clock.monotonic() - readAtMs >= READ_AGAIN_MS) void read();
      return caPem;
    },
    renew: async () => (clock.monotonic() - readAtMs >= LOOK_MIN_MS ? read() : false),
  };
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
