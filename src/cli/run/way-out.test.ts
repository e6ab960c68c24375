import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { openWayOut } from './way-out.ts';

test('a signal reaches the program inside, and one that finds it gone ends nothing', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'way-out-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const way = await openWayOut(folder, []);
  const inside = connect(join(folder, 'signals.sock')).setEncoding('utf8');
  let heard = '';
  inside.on('data', (text: string) => {
    heard += text;
  });
  while (heard === '') {
    way.signal('SIGUSR1');
    await setImmediate();
  }
  assert.match(heard, /^SIGUSR1\n/);
  inside.destroy();
  await once(inside, 'close');
  for (let i = 0; i < 3; i++) {
    way.signal('SIGTERM');
    await setImmediate();
  }
  way.close();
});
