import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { type Check, fault, warning, well } from '../../cli/doctor/check.ts';
import type { Config } from '../../config/load.ts';
import { checkPair } from '../../listener/certificates.ts';
import type { Clock } from '../../std/clock.ts';
import { counted } from '../../std/counted.ts';

/** From so many days before its end on, a certificate is warned of. */
const DAYS_WARN = 14;

/** What callers are shown: whose it is, when it ends, and whether it has the names that lead here. */
export async function certificateChecks(config: Config, clock: Clock): Promise<readonly Check[]> {
  const { certificateFile, keyFile } = config.tls;
  if (certificateFile === undefined || keyFile === undefined) return [await localCa(config, clock)];
  const [certPem, keyPem] = await Promise.all([readFile(certificateFile, 'utf8'), readFile(keyFile, 'utf8')]);
  try {
    checkPair({ certPem, keyPem }, clock.now());
  } catch (error) {
    return [
      fault(
        'certificate',
        certificateFile,
        (error as Error).message,
        'put a certificate and its own key there, and renew it in time',
      ),
    ];
  }
  const certificate = new X509Certificate(certPem);
  const missing = namesOf(config).filter((name) => !hasName(certificate, name));
  return [
    ended(certificate, certificateFile, clock, 'renew it: the gateway takes the new one without a restart'),
    ...missing.map((name) =>
      fault(
        'certificate',
        certificateFile,
        `it does not have the name \`${name}\`, by which callers are led here`,
        'have it made with that name too',
      ),
    ),
  ];
}

async function localCa({ dataFolder }: Config, clock: Clock): Promise<Check> {
  const file = join(dataFolder, 'ca.crt');
  const pem = await readFile(file, 'utf8').catch(() => undefined);
  if (pem === undefined) return well('certificate', file, 'a local authority is made at the first start');
  return ended(
    new X509Certificate(pem),
    file,
    clock,
    'take `local-ca.pem` away, start the gateway, and give callers the new `ca.crt`',
  );
}

function ended(certificate: X509Certificate, file: string, clock: Clock, advice: string): Check {
  const days = Math.floor((certificate.validToDate.getTime() - clock.now()) / 86_400_000);
  const found = `it ends on ${certificate.validToDate.toISOString()}, in ${counted(days, 'day')}`;
  if (days < 0) return fault('certificate', file, found, advice);
  return days < DAYS_WARN ? warning('certificate', file, found, advice) : well('certificate', file, found);
}

function namesOf({ targets, console: place }: Config): readonly string[] {
  return [
    ...new Set([
      ...targets.flatMap(({ hostNames }) => hostNames),
      ...(place?.hostName === undefined ? [] : [place.hostName]),
    ]),
  ];
}

function hasName(certificate: X509Certificate, name: string): boolean {
  return (isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)) !== undefined;
}
