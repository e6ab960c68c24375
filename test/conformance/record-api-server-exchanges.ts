/** Writes api-server-exchanges.json from a real API server that this starts: `node test/conformance/record-api-server-exchanges.ts`. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCluster } from '../support/cluster.ts';
import { apiServerExchanges } from './api-server-exchanges.ts';
import { runExchanges } from './exchange.ts';

const cluster = await startCluster({ node: false });
const pem = (name: string): string => readFileSync(join(cluster.folder, 'pki', name), 'utf8');
try {
  const endpoint = { url: cluster.server, caPem: cluster.caPem, certPem: pem('admin.crt'), keyPem: pem('admin.key') };
  const observed = await runExchanges(endpoint, apiServerExchanges);
  const lines = Object.entries(observed).map(([name, each]) => `${JSON.stringify(name)}: ${JSON.stringify(each)}`);
  writeFileSync(join(import.meta.dirname, 'api-server-exchanges.json'), `{\n${lines.join(',\n')}\n}\n`);
} finally {
  cluster.stop();
}
