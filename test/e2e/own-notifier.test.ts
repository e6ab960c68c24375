// A notifier of one's own: the example, and what a configuration that names one is told.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { appendTo } from '../../examples/notifiers/append-line.ts';
import { notifiersOf } from '../../src/main/notifiers.ts';
import { notice, sending } from '../support/notice.ts';

const folder = mkdtempSync(join(tmpdir(), 'sallyport-own-notifier-'));
after(() => rmSync(folder, { recursive: true }));

const configured = (file: string) =>
  notifiersOf({ notifiers: [{ name: 'own', module: { file } }] }, { digest: () => '' });

test('a module that the configuration names is loaded at the start, and refused where it cannot be used', async () => {
  const file = join(folder, 'own.mjs');
  writeFileSync(file, 'export const send = async ({ title }) => "told " + title;');
  assert.equal(await (await configured(file)).get('own')?.send(notice, sending), `told ${notice.title}`);
  writeFileSync(join(folder, 'none.mjs'), 'export const sends = 1;');
  await assert.rejects(
    configured(join(folder, 'none.mjs')),
    /notifier `own` cannot be used: it exports no function `send`/,
  );
  await assert.rejects(configured(join(folder, 'nowhere.mjs')), /notifier `own` cannot be used/);
});

test('the example appends a line for each notice', async () => {
  const file = join(folder, 'notices.jsonl');
  await appendTo(file)(notice, sending);
  await appendTo(file)(notice, sending);
  const lines = readFileSync(file, 'utf8').trim().split('\n');
  assert.equal(lines.length, 2);
  assert.deepEqual(JSON.parse(lines[0] as string), {
    at: '1970-01-01T00:00:00.000Z',
    kind: 'approval.asked',
    title: notice.title,
    facts: notice.facts,
    link: sending.link,
  });
});
