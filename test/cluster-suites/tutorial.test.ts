// The tutorial's second half, typed as the page has it, on a real cluster.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { clientNamed } from '../clients/clients.ts';
import { tutorialBlocks } from '../docs/tutorial-blocks.ts';
import { type Child, runChild, startChild } from '../support/child.ts';
import type { Cluster } from '../support/cluster.ts';
import { freePorts } from '../support/free-ports.ts';
import { sharedCluster } from '../support/test-cluster.ts';

const ROOT = join(import.meta.dirname, '../..');

const cluster = await sharedCluster('the tutorial on one’s own cluster', 'podless');
if (cluster !== undefined) suite(cluster);

function suite(cluster: Cluster): void {
  // A folder that is to npm what the clone is, so that nothing is written into the clone itself.
  const clone = realpathSync(mkdtempSync(join(tmpdir(), 'sallyport-tutorial-')));
  const start = `node ${JSON.stringify(join(ROOT, 'tools/run.mjs'))} start`;
  writeFileSync(join(clone, 'package.json'), JSON.stringify({ name: 'clone', scripts: { start } }));
  const background: Child[] = [];
  after(async () => {
    for (const child of background) process.kill(-child.pid, 'SIGKILL');
    await Promise.all(background.map((child) => child.ended));
    rmSync(clone, { recursive: true, force: true });
  });

  test('each of its commands does what the page says', async () => {
    const kubectl = await clientNamed('kubectl-1.35').prepare();
    const env = {
      ...process.env,
      PATH: `${kubectl}:${process.env.PATH}`,
      KUBECONFIG: cluster.adminKubeconfig(join(clone, 'admin.kubeconfig')),
      KUBECACHEDIR: join(clone, 'cache'),
    };
    let cwd = clone;
    const refused: string[] = [];
    for (const { commands, isBackground, isRefused } of tutorialBlocks('own')) {
      if (isBackground) {
        await otherPorts(join(cwd, 'sallyport.yaml'));
        const child = startChild('sh', ['-ec', commands], { cwd, env });
        background.push(child);
        await child.until(/the gateway serves/);
        continue;
      }
      if (commands.includes('rm -r')) await stop(background); // `Stop the gateway with Ctrl-C.`
      const { code, output } = await runChild('sh', ['-ec', `${commands}\npwd > '${clone}/cwd'`], { cwd, env });
      if (isRefused) refused.push(output);
      assert.equal(code, isRefused ? 1 : 0, `${commands}${output}`);
      cwd = isRefused ? cwd : readFileSync(join(clone, 'cwd'), 'utf8').trim();
      if (commands.includes('journal verify')) assert.match(output, /triage.*\n[\s\S]*the chain holds\n$/);
    }
    assert.equal(refused.length, 1);
    assert.match(refused[0] ?? '', /^Error from server \(Forbidden\): `tutorial:system:[^`]*:triage` may not delete/);
    assert.match(refused[0] ?? '', /rule `first\/never-delete-namespaces` denies it/);
    execFileSync(join(kubectl, 'kubectl'), ['get', 'namespace', 'default'], { env, stdio: 'ignore' });
    assert.deepEqual(readdirSync(join(clone, '.sallyport')), [], 'it removes what it made');
    assert.equal(existsSync(join(ROOT, '.sallyport/tutorial')), false);
  });
}

/** What the test changes of what the page says: another program may have these ports. */
async function otherPorts(config: string): Promise<void> {
  const [port, privatePort, targetPort] = await freePorts(3);
  const text = readFileSync(config, 'utf8');
  writeFileSync(
    config,
    text
      .replace('port: 8443', `port: ${port}`)
      .replace('port: 9090', `port: ${privatePort}`)
      .replace('port: 8444', `port: ${targetPort}`),
  );
}

/** Ctrl-C goes to every process of the terminal. */
async function stop(children: Child[]): Promise<void> {
  for (const child of children.splice(0)) {
    process.kill(-child.pid, 'SIGINT');
    await child.ended;
    assert.match(child.said(), /the gateway stops/);
  }
}
