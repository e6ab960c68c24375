/*
 * The package as a stranger gets it: packed, installed into an empty folder, run. What is compiled, what is left out of `files`, and
 * what only a development dependency brought, all show here and nowhere else.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ask, makeSite, READ_ONLY } from '../support/gateway-process.ts';
import { root } from '../tidy/tree.ts';

describe('the package', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sallyport-package-'));
  const installed = path.join(folder, 'node_modules', 'sallyport');
  const command = path.join(folder, 'node_modules', '.bin', 'sallyport');
  const ownFile = (name: string) => path.join(installed, 'dist/main', name);
  const run = (...args: string[]) => execFileSync(command, args, { cwd: folder, encoding: 'utf8' });

  before(() => {
    npm(root, 'pack', '--pack-destination', folder);
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'));
    assert.ok(archive !== undefined);
    npm(folder, 'init', '--yes');
    npm(
      folder,
      'install',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      path.join(folder, archive),
    );
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('says its version', () => {
    const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
    assert.equal(run('--version').trim(), version);
  });

  it('tells how it is used', () => {
    assert.match(run('--help'), /Usage: sallyport/);
  });

  it('serves, and stops; its policy is so large that a process of its own reads it', async () => {
    const site = await makeSite();
    try {
      writeFileSync(site.policyFile, `${READ_ONLY}# ${'.'.repeat(40_000)}\n`);
      const { child, url } = await site.start([command]);
      const caller = { token: await site.token(), caFile: path.join(site.folder, 'data/ca.crt') };
      const pods = await ask(`${url}/k8s/target-0/api/v1/namespaces/shop/pods`, caller);
      assert.equal(pods.status, 200, pods.body);
      const denied = await ask(`${url}/k8s/target-0/api/v1/namespaces/shop/services`, caller);
      assert.match(denied.body, /no rule allows it/);
      if (process.platform === 'linux')
        assert.match(readFileSync(`/proc/${child.pid}/cmdline`, 'utf8'), /\0--single-threaded-gc\0.*\0gateway\0/);
      child.kill('SIGTERM');
      assert.equal(await child.ended, 0, child.said());
    } finally {
      await site.stop();
    }
  });

  it('loads its own code in at most a hundred files, and the control plane only where there is a console', async () => {
    const site = await makeSite();
    const listed = path.join(folder, 'loaded');
    try {
      process.env.LOADED_MODULES = listed;
      const tracer = path.join(import.meta.dirname, '../support/trace-modules.ts');
      const { child } = await site.start([process.execPath, '--import', tracer, ownFile('cli.js')]);
      child.kill('SIGTERM');
      assert.equal(await child.ended, 0, child.said());
      const own = new Set(readFileSync(listed, 'utf8').match(/(?<=\/sallyport\/dist\/)\S+/g));
      assert.ok(own.size > 0 && own.size <= 100, [...own].join('\n'));
      const controlPlane = readdirSync(ownFile('.')).filter((name) => name.startsWith('open-control-plane'));
      assert.equal(controlPlane.length, 1);
      assert.deepEqual(
        controlPlane.filter((name) => own.has(`main/${name}`)),
        [],
      );
    } finally {
      delete process.env.LOADED_MODULES;
      await site.stop();
    }
  });

  it('has each thread, and each process of its own, under the name that it is started by', () => {
    const sources = readdirSync(path.join(root, 'src'), { recursive: true, encoding: 'utf8' });
    const threads = sources.filter((name) => name.endsWith('-thread.ts')).map((name) => path.basename(name, '.ts'));
    assert.ok(threads.length >= 6, threads.join(' '));
    for (const name of [...threads, 'cli', 'policy-reader', 'sandbox-relay', 'sallyport'])
      assert.ok(existsSync(ownFile(`${name}.js`)), name);
  });

  it('holds compiled code, data and papers, and neither sources nor tests', () => {
    const files = readdirSync(installed, { recursive: true, encoding: 'utf8' }).filter(
      (name) => !name.startsWith('node_modules'),
    );
    assert.deepEqual(
      files.filter((name) => /\.ts$|\.test\.|^(src|test|demo|tools)\b/.test(name)),
      [],
    );
    for (const name of ['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'dist/main/sallyport.js'])
      assert.ok(files.includes(name), name);
  });
});

/** The npm that started the run where one did, else the one on the path. */
function npm(cwd: string, ...args: string[]): void {
  const started = process.env.npm_execpath;
  const isNpm = started !== undefined && path.basename(started) === 'npm-cli.js';
  const [file, before] = isNpm ? [process.execPath, [started]] : ['npm', []];
  execFileSync(file, [...before, ...args, '--loglevel=error'], { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
}
