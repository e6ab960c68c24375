// `npm run demo -- --context NAME`: before a person's own cluster nothing is written, neither to the cluster nor to the kubeconfig.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { runChild } from '../support/child.ts';
import type { Cluster } from '../support/cluster.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const DEMO = join(import.meta.dirname, '../../demo/main.ts');
/** Nobody else's name, so that the audit log tells what the demo did. */
const OWNER = 'owner@example.test';

const cluster = await sharedCluster('the demo before one’s own cluster', 'podless');
if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-demo-context-'));
  after(() => rmSync(folder, { recursive: true, force: true }));

  test('the demo before one’s own cluster writes neither to it nor to the kubeconfig', async () => {
    const kubeconfig = cluster.certificateKubeconfig(join(folder, 'config'), OWNER, ['system:masters']);
    const before = readFileSync(kubeconfig);
    const log = cluster.auditLog();

    const args = ['--once', '--context', 'cluster', '--kubeconfig', 'config', '--folder', 'demo'];
    const { code, output } = await runChild(process.execPath, [DEMO, ...args], { cwd: folder });

    assert.equal(code, 0, output);
    assert.match(output, /the tour of \d+ commands went as it should\n$/);
    assert.deepEqual(readFileSync(kubeconfig), before);
    const isOwners = ({ user }: { user: { username: string } }) => user.username === OWNER;
    const events = (await log.eventsUntil((event) => isOwners(event) && event.objectRef?.resource === 'namespaces'))
      .filter(isOwners)
      .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
    assert.deepEqual(
      events.filter((event) => !/^(get|list|watch) /.test(event)),
      [],
    );
  });
}
