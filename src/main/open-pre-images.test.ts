import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Config } from '../config/load.ts';
import { systemClock } from '../std/clock.ts';
import { newId } from '../std/ids.ts';
import { openPreImages } from './open-pre-images.ts';

const DAY_MS = 24 * 3_600_000;

test('what has been kept for 30 days goes within a day, however long the gateway runs', async (context) => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'sallyport-pre-images-'));
  context.after(() => rmSync(dataFolder, { recursive: true }));
  const [folder, preImageKeyFile] = [join(dataFolder, 'pre-images'), join(dataFolder, 'key')];
  writeFileSync(preImageKeyFile, 'k'.repeat(48));
  mkdirSync(folder);
  const put = (daysAgo: number) => {
    const file = join(folder, `${newId(Date.now())}.sealed`);
    writeFileSync(file, '');
    utimesSync(file, (Date.now() - daysAgo * DAY_MS) / 1000, (Date.now() - daysAgo * DAY_MS) / 1000);
    return file;
  };
  const before = put(31);
  context.mock.timers.enable({ apis: ['setInterval'] });
  openPreImages({ journal: { preImageKeyFile }, dataFolder } as Config, systemClock);
  while (existsSync(before)) await setImmediate();
  const [old, young] = [put(31), put(29)];
  context.mock.timers.tick(DAY_MS);
  while (existsSync(old)) await setImmediate();
  assert.ok(existsSync(young));
});
