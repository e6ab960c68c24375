// The demo as a person runs it: the tour, and the part of the tutorial that is typed beside it.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { decodeJwt } from 'jose';
import { tutorialBlocks } from '../docs/tutorial-blocks.ts';
import { hasGroup, runChild, startChild } from '../support/child.ts';

const DEMO = join(import.meta.dirname, '../../demo/main.ts');
const base = mkdtempSync(join(tmpdir(), 'sallyport-demo-'));
after(() => rmSync(base, { recursive: true, force: true }));

test('the tour goes as it says, and leaves nothing running', async () => {
  const folder = join(base, 'once');
  const { code, output } = await runChild(process.execPath, [DEMO, '--once', '--folder', folder]);
  assert.equal(code, 0, output);
  assert.match(output, /the chain holds\n\nthe tour of 21 commands went as it should\n$/);
  assert.match(output, /^\$ SALLYPORT_TOKEN_FILE=\S+ npm start --silent -- approvals approve \S+ /m);
  assert.equal(output.match(/goes with it:/g)?.length, 1, 'a question is read once');
});

test('without `--once` what the tour has held waits for a person, and runs once they say so', async (t) => {
  const folder = join(base, 'waits');
  const demo = startChild(process.execPath, [DEMO, '--folder', folder]);
  t.after(() => demo.kill('SIGINT'));
  const [, link = '', answer = ''] = await demo.until(
    /IT WAITS FOR YOU, in the console:\n\n {5}(\S+)\n[\s\S]*?second terminal:\n\n {5}(.+ approvals approve \S+)\n/,
  );
  assert.match(link, /^https:\/\/\S+:\d+\/approvals\/\S+$/);
  assert.doesNotMatch(demo.said(), /"trial" deleted/);
  const { code, output } = await runChild('sh', ['-ec', answer], { cwd: join(import.meta.dirname, '../..') });
  assert.equal(code, 0, output);
  await demo.until(/namespace "trial" deleted/);
  await demo.until(/approved, ran \(200\)[\s\S]*stays up until Ctrl-C/);
  demo.kill('SIGINT');
  assert.equal(await demo.ended, 0, demo.said());
  assert.equal(hasGroup(demo.pid), false, 'nothing of it is left running');
});

test('a demo that is stopped while it waits for a person leaves nothing running', async () => {
  const demo = startChild(process.execPath, [DEMO, '--folder', join(base, 'stopped')]);
  await demo.until(/IT WAITS FOR YOU/);
  demo.kill('SIGINT');
  assert.equal(await demo.ended, 0, demo.said());
  assert.equal(hasGroup(demo.pid), false, 'nothing of it is left running');
});

test('each command of the tutorial that is typed beside the demo does what the page says', async (t) => {
  const folder = join(base, 'stays');
  const [start, ...typed] = tutorialBlocks('demo');
  assert.deepEqual([start?.commands, start?.isBackground], ['npm run demo\n', true]);
  assert.ok(typed.length > 2 && typed.some(({ isRefused }) => isRefused));

  const demo = startChild(process.execPath, [DEMO, '--folder', folder]);
  t.after(() => demo.kill('SIGINT'));
  const [, exports = ''] = await demo.until(/typed in a second terminal, after:\n\n([\s\S]*?)\n\n/);
  await demo.until(/IT WAITS FOR YOU/);
  assert.match(exports, /export KUBECONFIG=/);
  const env = { ...process.env, KUBECACHEDIR: join(folder, 'cache') };
  for (const { commands, isRefused } of typed) {
    const { code, output } = await runChild('sh', ['-ec', `${exports}\n${commands}`], { env });
    if (isRefused)
      assert.match(
        output,
        /^Error from server \((?:Forbidden|BadRequest)\): (?:`triage-bot`|a JSON patch) may not /,
        commands,
      );
    assert.equal(code, isRefused ? 1 : 0, `${commands}${output}`);
  }

  const second = await runChild(process.execPath, [DEMO, '--folder', folder]);
  assert.deepEqual(second, {
    code: 1,
    output: `demo: a demo runs in ${folder} already: stop it, or give this one a --folder of its own\n`,
  });

  const { exp = 0, iat = 0 } = decodeJwt(readFileSync(join(folder, 'caller-token'), 'utf8'));
  assert.ok(exp - iat >= 8 * 60 * 60, 'its token lasts a working day');
  demo.kill('SIGINT');
  assert.equal(await demo.ended, 0, demo.said());
  assert.equal(hasGroup(demo.pid), false, 'nothing of it is left running');
});

test('a folder that holds something else than a demo is left as it is', async () => {
  const { code, output } = await runChild(process.execPath, [DEMO, '--once', '--folder', base]);
  assert.deepEqual([code, output], [1, `demo: ${base} holds something else than a demo: name another --folder\n`]);
});
