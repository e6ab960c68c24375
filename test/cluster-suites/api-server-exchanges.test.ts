import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { apiServerExchanges } from '../conformance/api-server-exchanges.ts';
import { type Observed, runExchanges } from '../conformance/exchange.ts';
import { recordedExchanges } from '../conformance/recorded-exchanges.ts';
import { type Cluster, clusterAvailability, kubernetesRelease, startCluster } from '../support/cluster.ts';
import { leftOut } from '../support/left-out.ts';

// The stand-in is measured against what a real API server answered once; this asks a real one of the run's release again.
const { controlPlane, why } = clusterAvailability();
if (!controlPlane) leftOut('the exchanges of the stand-in against a real API server', why.join('; '));
else {
  describe('the real API server still answers as it was recorded', () => {
    const recorded = recordedExchanges(kubernetesRelease());
    let cluster: Cluster | undefined;
    let observed: Readonly<Record<string, Observed>> = {};

    before(async () => {
      cluster = await startCluster({ node: false });
      const { server, caPem, folder } = cluster;
      const pem = (name: string): string => readFileSync(join(folder, 'pki', name), 'utf8');
      const endpoint = { url: server, caPem, certPem: pem('admin.crt'), keyPem: pem('admin.key') };
      observed = await runExchanges(endpoint, apiServerExchanges);
    });

    after(() => cluster?.stop());

    for (const { name } of apiServerExchanges) test(name, () => assert.deepEqual(observed[name], recorded[name]));
  });
}
