// The table: what a client prints, how it exits and what it leaves in the cluster are the same through the gateway as directly, failures
// included. Both ways are taken by the same caller at the same time, in two fresh namespaces.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clientNamed } from '../clients/clients.ts';
import { type Outcome, runPart } from '../clients/run-part.ts';
import { type Part, table } from '../clients/table.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { leftOut } from '../support/left-out.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const cluster = await sharedCluster('real clients through the gateway to real pods');

if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  describe('a client through the gateway sees what it sees directly', () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-clients-'));
    let gateway: GatewayInFront;
    let direct: string;
    before(async () => {
      await bindCaller(cluster);
      direct = cluster.certificateKubeconfig(join(folder, 'direct.kubeconfig'), CALLER.user, CALLER.groups);
      gateway = await startGatewayInFront(cluster);
    });
    after(async () => {
      await gateway?.stop();
      rmSync(folder, { recursive: true });
    });

    for (const part of table) {
      const { missing } = clientNamed(part.client);
      if (missing !== undefined) {
        leftOut(`${part.client} through the gateway`, missing);
        continue;
      }
      describe(part.client, () => {
        const both = ways(part);
        for (const [i, row] of part.rows.entries()) {
          test(row.name, async () => {
            const [expected, actual] = await both();
            assert.doesNotMatch(String(expected[i]?.exit), /^killed/, 'the row itself hangs, also directly');
            assert.deepEqual(actual[i], expected[i]);
          });
        }
      });
    }

    function ways(part: Part): () => Promise<readonly [readonly Outcome[], readonly Outcome[]]> {
      let both: Promise<readonly [readonly Outcome[], readonly Outcome[]]> | undefined;
      const namespace = part.client.replaceAll('.', '-');
      return () => {
        both ??= Promise.all([
          runPart(part, { kubeconfig: direct }, cluster, `${namespace}-d`),
          runPart(part, gateway, cluster, `${namespace}-t`),
        ]);
        return both;
      };
    }
  });
}
