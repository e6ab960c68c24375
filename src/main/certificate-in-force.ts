import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { type CertificatePair, watchCertificateFiles } from '../listener/certificates.ts';
import { keepRenewed, LOCAL_NAMES, openLocalCa } from '../listener/local-ca.ts';
import type { Clock } from '../std/clock.ts';

interface Options {
  readonly config: Config;
  readonly clock: Clock;
  readonly onChange: (pair: CertificatePair) => void;
  readonly onFailure: (error: Error) => void;
}

/** The certificate that the gateway serves with. */
export interface CertificateInForce {
  readonly current: CertificatePair;
  /** Why what the certificate's files hold now is not in force; undefined where it is, and without such files. */
  failure(): string | undefined;
  stop(): void;
}

/** Where callers find the certificate of the local CA. */
export function caFile(dataFolder: string): string {
  return join(dataFolder, 'ca.crt');
}

/**
 * The configured certificate, followed as its files change; or, without one, a certificate of a local CA that is made at first start and kept
 * in the data folder, its public part in `ca.crt`.
 *
 * @throws {Error} the files cannot be used
 */
export async function certificateInForce({ config, clock, onChange, onFailure }: Options): Promise<CertificateInForce> {
  const { certificateFile, keyFile } = config.tls;
  if (certificateFile !== undefined && keyFile !== undefined) {
    const files = await watchCertificateFiles({ certificateFile, keyFile, onChange, onFailure });
    return { current: files.current, failure: () => files.failure, stop: () => files.close() };
  }
  mkdirSync(config.dataFolder, { recursive: true, mode: 0o700 });
  const ca = await openLocalCa(config.dataFolder, clock);
  writeFileSync(caFile(config.dataFolder), ca.caPem);
  const names = [
    ...new Set([
      ...LOCAL_NAMES,
      ...ownAddress(config),
      ...config.tls.hostNames,
      ...config.targets.flatMap((target) => target.hostNames),
    ]),
  ];
  const current = await ca.certify(names);
  const stop = keepRenewed(ca, current, names, { clock, onRenewed: onChange, onFailure });
  return { current, failure: () => undefined, stop };
}

function ownAddress({ listen }: Config): readonly string[] {
  return ['0.0.0.0', '::'].includes(listen.address) ? [] : [listen.address];
}
