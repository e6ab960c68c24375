import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { type CertificatePair, watchCertificateFiles } from '../listener/certificates.ts';
import { keptServing } from '../listener/kept-serving.ts';
import { keepRenewed, LOCAL_NAMES, openLocalCa } from '../listener/local-ca.ts';
import type { Clock } from '../std/clock.ts';
import { replaceFile } from '../std/replace-file.ts';

interface Options {
  readonly config: Config;
  readonly clock: Clock;
  readonly onChange: (pair: CertificatePair) => void;
  readonly onFailure: (error: Error) => void;
}

/** The certificate that the gateway serves with. */
export interface CertificateInForce {
  /** As it is now: another one after each change. */
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
 * The configured certificate, followed as its files change; or, without one, a certificate of a local CA; both are made at first start and
 * kept in the data folder, the CA's public part in `ca.crt`.
 *
 * @throws {Error} the files cannot be used
 */
export async function certificateInForce({ config, clock, onChange, onFailure }: Options): Promise<CertificateInForce> {
  const { certificateFile, keyFile } = config.tls;
  if (certificateFile !== undefined && keyFile !== undefined) {
    const files = await watchCertificateFiles({ certificateFile, keyFile, onChange, onFailure });
    return {
      get current() {
        return files.current;
      },
      failure: () => files.failure,
      stop: () => files.close(),
    };
  }
  const ca = keptServing(await openLocalCa(config.dataFolder, clock), config.dataFolder, clock);
  await publish(ca.caPem, caFile(config.dataFolder));
  const names = [
    ...new Set([
      ...LOCAL_NAMES,
      ...ownAddress(config),
      ...config.tls.hostNames,
      ...consoleNames(config),
      ...config.targets.flatMap((target) => target.hostNames),
    ]),
  ];
  let current = await ca.certify(names);
  const onRenewed = (pair: CertificatePair) => {
    current = pair;
    onChange(pair);
  };
  const stop = keepRenewed(ca, current, names, { clock, onRenewed, onFailure });
  return {
    get current() {
      return current;
    },
    failure: () => undefined,
    stop,
  };
}

/** Written where it is another only: callers read it at any time, a gateway's start included. */
async function publish(caPem: string, path: string): Promise<void> {
  const published = await readFile(path, 'utf8').catch(() => undefined);
  if (published !== caPem) await replaceFile(path, caPem, 0o644);
}

function consoleNames({ console: place }: Config): readonly string[] {
  if (place === undefined) return [];
  const isAddress = !['0.0.0.0', '::'].includes(place.address);
  return [...(isAddress ? [place.address] : []), ...(place.hostName === undefined ? [] : [place.hostName])];
}

function ownAddress({ listen }: Config): readonly string[] {
  return ['0.0.0.0', '::'].includes(listen.address) ? [] : [listen.address];
}
