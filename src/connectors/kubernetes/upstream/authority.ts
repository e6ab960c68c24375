import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { Clock } from '../../../std/clock.ts';

/** Whose certificates of a server are believed. */
export interface Authority {
  /** As PEM; the machine's own roots where undefined. The same value as long as nothing changed. */
  current(): string | undefined;
  /**
   * Whether another than `met` is in force by now. Where it is not, one is looked for at once, since a server's certificate was not believed by `met`: all who
   * met it wait for one and the same look, at most `LOOK_MAX_MS`.
   */
  renew(met: string | undefined): Promise<boolean>;
}

/** How old what was read may be. */
export const READ_AGAIN_MS = 60_000;
/** Between two looks, however many connections fail. */
export const LOOK_MIN_MS = 1_000;
/** How long a look is waited for: the file may lie where nothing answers. */
const LOOK_MAX_MS = 2_000;

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
  let reading: Promise<void> | undefined;
  const read = async () => {
    const text = await readFile(file, 'utf8').catch(() => '');
    if (isCertificate(text)) caPem = text;
    reading = undefined;
  };
  const look = () => {
    if (reading === undefined) readAtMs = clock.monotonic();
    reading ??= read();
    return reading;
  };
  const isOlderThan = (ageMs: number) => clock.monotonic() - readAtMs >= ageMs;
  return {
    current() {
      if (isOlderThan(READ_AGAIN_MS)) void look();
      return caPem;
    },
    async renew(met) {
      if (caPem === met && (reading !== undefined || isOlderThan(LOOK_MIN_MS))) await within(LOOK_MAX_MS, look());
      return caPem !== met;
    },
  };
}

/** Done as soon as `work` is, or the time is over. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  const over = new AbortController();
  await Promise.race([work, setTimeout(ms, undefined, { signal: over.signal }).catch(() => {})]);
  over.abort();
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).subject !== undefined;
  } catch {
    return false;
  }
}
