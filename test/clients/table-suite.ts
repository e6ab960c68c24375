import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, type GatewayOptions, startGatewayInFront } from '../support/gateway.ts';
import { leftOut } from '../support/left-out.ts';
import { bindCaller, CALLER } from '../support/test-cluster.ts';
import { clientNamed } from './clients.ts';
import { type Outcome, type Route, runPart } from './run-part.ts';
import type { Part } from './table.ts';

/** What a run of the table is of. */
export interface TableSuite {
  readonly title: string;
  readonly parts: readonly Part[];
  readonly gateway?: GatewayOptions;
  /** Another way through a gateway than one that is started in front of the cluster. */
  readonly through?: () => Promise<Through>;
  /** Tells the namespaces of this run from those of others; one letter. */
  readonly letter: string;
  /** What holds of the gateway in front of the cluster once all rows have run. */
  readonly afterwards?: (gateway: GatewayInFront) => void;
}

/** A way through a gateway, until it is stopped. */
export type Through = Route & { stop(): Promise<void> };

/** Registers the rows: each client goes both ways, directly and through the gateway, as the same caller and at the same time, in two fresh namespaces. */
export function tableSuite(
  cluster: Cluster,
  { title, parts, gateway: options, through, letter, afterwards }: TableSuite,
): void {
  describe(title, () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-clients-'));
    let gateway: GatewayInFront | undefined;
    let route: Through;
    let direct: string;
    before(async () => {
      await bindCaller(cluster);
      direct = cluster.certificateKubeconfig(join(folder, 'direct.kubeconfig'), CALLER.user, CALLER.groups);
      if (through !== undefined) route = await through();
      else {
        gateway = await startGatewayInFront(cluster, options);
        route = gateway;
      }
    });
    after(async () => {
      await route?.stop();
      rmSync(folder, { recursive: true });
    });

    for (const part of parts) {
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
    if (afterwards !== undefined)
      test('what the gateway did meanwhile', () => {
        assert.ok(gateway !== undefined);
        afterwards(gateway);
      });

    function ways(part: Part): () => Promise<readonly [readonly Outcome[], readonly Outcome[]]> {
      let both: Promise<readonly [readonly Outcome[], readonly Outcome[]]> | undefined;
      const namespace = `${part.client.replaceAll('.', '-')}-${letter}`;
      return () => {
        both ??= Promise.all([
          runPart(part, { kubeconfig: direct }, cluster, `${namespace}d`),
          runPart(part, route, cluster, `${namespace}t`),
        ]);
        return both;
      };
    }
  });
}
