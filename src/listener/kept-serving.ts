/*
 * The certificate that a local authority's gateway serves with, kept beside the authority over restarts: what makes one is loaded for nothing else,
 * and is a sixth of the work of such a gateway's start. Unlike the authority it can be replaced at any time, so whatever is wrong with it, a new one
 * is made. Its key on the disk gives nothing away that the authority's own, beside it, does not.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import type { Clock } from '../std/clock.ts';
import { replaceFile } from '../std/replace-file.ts';
import type { CertificatePair } from './certificates.ts';
import { type LocalCa, renewsAt } from './local-ca.ts';

const FILE = 'local-serving.pem';

/**
 * The same authority, whose last certificate is kept in `folder`, readable by its owner alone. It is given again for as long as it is the authority's own,
 * has all the names, and is not due to be renewed.
 */
export function keptServing(ca: LocalCa, folder: string, clock: Clock): LocalCa {
  const path = join(folder, FILE);
  return {
    caPem: ca.caPem,
    async certify(names) {
      const kept = await readKept(path, ca.caPem);
      if (kept !== undefined && isGood(kept, ca.caPem, names, clock.now())) return kept;
      const made = await ca.certify(names);
      await replaceFile(path, `${made.certPem}\n${made.keyPem}\n`, 0o600);
      return made;
    },
  };
}

/** With the authority behind it, as it is shown; undefined where there is none that its owner alone may read. */
async function readKept(path: string, caPem: string): Promise<CertificatePair | undefined> {
  try {
    if (((await stat(path)).mode & 0o077) !== 0) return undefined;
    const text = await readFile(path, 'utf8');
    const certificate = new X509Certificate(text);
    const key = createPrivateKey(text);
    if (!certificate.checkPrivateKey(key)) return undefined;
    return { certPem: `${certificate}${caPem}`, keyPem: key.export({ type: 'pkcs8', format: 'pem' }) as string };
  } catch {
    return undefined;
  }
}

function isGood(pair: CertificatePair, caPem: string, names: readonly string[], nowMs: number): boolean {
  const [certificate, authority] = [new X509Certificate(pair.certPem), new X509Certificate(caPem)];
  return (
    certificate.checkIssued(authority) &&
    certificate.verify(authority.publicKey) &&
    certificate.validFromDate.getTime() <= nowMs &&
    nowMs < renewsAt(pair) &&
    names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined)
  );
}
