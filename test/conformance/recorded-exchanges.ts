import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KubernetesRelease } from '../support/cluster.ts';
import { inOneOrder, type Observed } from './exchange.ts';

/** What an API server of each release answered, by the exchange's name. */
export type RecordedExchanges = Readonly<Record<string, Observed>>;

/** Where what a release answered is kept: 1.35 whole, later ones in what they answer otherwise. */
export function exchangesFile(release: KubernetesRelease): string {
  return join(import.meta.dirname, `api-server-exchanges${release === '1.35' ? '' : `-${release}`}.json`);
}

/** What an API server of this release answered to each exchange. */
export function recordedExchanges(release: KubernetesRelease): RecordedExchanges {
  const read = (of: KubernetesRelease): RecordedExchanges =>
    JSON.parse(readFileSync(exchangesFile(of), 'utf8'), (key, value: unknown) =>
      key === 'managedFields' && Array.isArray(value) ? inOneOrder(value) : value,
    );
  return release === '1.35' ? read(release) : { ...read('1.35'), ...read(release) };
}
