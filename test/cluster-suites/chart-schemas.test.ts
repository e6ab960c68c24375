// What the chart makes, held by kubeconform against schemas that are made from the real cluster's own OpenAPI: strictly, so that a field which the API server would drop in silence is found.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { clientNamed } from '../clients/clients.ts';
import { type Cluster, kubernetesRelease } from '../support/cluster.ts';
import { conformity } from '../support/kubeconform.ts';
import { writeSchemas } from '../support/openapi-schemas.ts';
import { sharedCluster } from '../support/test-cluster.ts';
import { root } from '../tidy/tree.ts';

const CHART = join(root, 'deploy/chart');
/** Of operators that the cluster has not; their objects are in golden files alone. */
const OF_OPERATORS = ['Certificate', 'Issuer', 'PodMonitor', 'PrometheusRule', 'ServiceMonitor', 'TLSRoute'];

const cluster = await sharedCluster('the chart against the API server’s own schemas', 'podless');
if (cluster !== undefined) describe('the chart against the API server’s own schemas', () => suite(cluster));

function suite(cluster: Cluster): void {
  let folder: string;
  let helm: string;
  const schemas = () => join(folder, 'schemas');
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-schemas-'));
    helm = join(await clientNamed('helm-4').prepare(), 'helm');
    const kubectl = join(await clientNamed('kubectl-1.35').prepare(), 'kubectl');
    const openApi = execFileSync(kubectl, ['--kubeconfig', cluster.adminKubeconfig(), 'get', '--raw', '/openapi/v2'], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    });
    writeSchemas(JSON.parse(openApi), schemas());
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const rendered = (file: string) =>
    execFileSync(
      helm,
      [
        'template',
        'gw',
        CHART,
        '-n',
        'sallyport',
        '--values',
        join(CHART, 'ci', file),
        '--kube-version',
        `${kubernetesRelease()}.0`,
      ],
      { encoding: 'utf8' },
    );

  for (const file of readdirSync(join(CHART, 'ci')))
    test(`${file}: every object is as the API server knows it`, async () => {
      const found = await conformity(rendered(file), schemas());
      assert.ok(found.length > 5);
      const wrong = found.filter(({ status }) => status !== 'statusValid' && status !== 'statusSkipped');
      assert.deepEqual(wrong, []);
      const skipped = found.filter(({ status }) => status === 'statusSkipped').map(({ kind }) => kind);
      assert.deepEqual(
        skipped.filter((kind) => !OF_OPERATORS.includes(kind)),
        [],
      );
    });

  test('a field that the API server does not know, and a value of another type, would be found', async () => {
    const text = rendered('one-gateway.yaml');
    for (const [right, wrong] of [
      ['podManagementPolicy:', 'podManagmentPolicy:'],
      ['replicas: 1', 'replicas: one'],
    ] as const) {
      assert.ok(text.includes(right));
      const found = await conformity(text.replace(right, wrong), schemas());
      assert.deepEqual(
        found.filter(({ status }) => status === 'statusInvalid').map(({ kind }) => kind),
        ['StatefulSet'],
      );
    }
  });
}
