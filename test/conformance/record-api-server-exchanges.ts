/**
 * Writes api-server-exchanges.json from a real API server that this starts, of the release that SALLYPORT_KUBERNETES says; of a release after 1.35
 * what it answers otherwise: `SALLYPORT_KUBERNETES=1.37 node test/conformance/record-api-server-exchanges.ts`.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { kubernetesRelease, startCluster } from '../support/cluster.ts';
import { apiServerExchanges } from './api-server-exchanges.ts';
import { runExchanges } from './exchange.ts';
import { exchangesFile, recordedExchanges } from './recorded-exchanges.ts';

const release = kubernetesRelease();
const cluster = await startCluster({ node: false });
const pem = (name: string): string => readFileSync(join(cluster.folder, 'pki', name), 'utf8');
try {
  const endpoint = { url: cluster.server, caPem: cluster.caPem, certPem: pem('admin.crt'), keyPem: pem('admin.key') };
  const observed = await runExchanges(endpoint, apiServerExchanges);
  const before = release === '1.35' ? {} : recordedExchanges('1.35');
  const lines = Object.entries(observed)
    .filter(([name, each]) => !isDeepStrictEqual(each, before[name]))
    .map(([name, each]) => `${JSON.stringify(name)}: ${JSON.stringify(each)}`);
  writeFileSync(exchangesFile(release), `{\n${lines.join(',\n')}\n}\n`);
} finally {
  cluster.stop();
}
