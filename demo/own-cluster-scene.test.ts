import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { startOwnClusterScene } from './own-cluster-scene.ts';

const root = mkdtempSync(join(tmpdir(), 'sallyport-own-cluster-'));
after(() => rmSync(root, { recursive: true }));

const kubeconfigFile = (name: string) => {
  const file = join(root, `${name}.yaml`);
  const context = `{ name: ${name}, context: { cluster: ${name}, user: ${name} } }`;
  const cluster = `{ name: ${name}, cluster: { server: "https://127.0.0.1:9" } }`;
  writeFileSync(
    file,
    `kind: Config\ncontexts: [${context}]\nclusters: [${cluster}]\nusers: [{ name: ${name}, user: { token: t } }]\n`,
  );
  return file;
};

test('of several kubeconfigs in $KUBECONFIG the one that has the context is put before the gateway', async () => {
  const env = { KUBECONFIG: `${kubeconfigFile('one')}:${kubeconfigFile('two')}` };
  const scene = await startOwnClusterScene(join(root, 'demo'), { context: 'two', kubeconfig: undefined }, env);
  await scene.stop();
  assert.equal(scene.clusterName, `your cluster, context two of ${join(root, 'two.yaml')}`);
});

test('a context that is not there is told in a sentence, and nothing is started or written', async () => {
  const folder = join(root, 'none');
  const asked = { context: 'three', kubeconfig: kubeconfigFile('one') };
  await assert.rejects(startOwnClusterScene(folder, asked, {}), /has no context `three`; it has `one`$/);
  assert.equal(existsSync(folder), false);
});
