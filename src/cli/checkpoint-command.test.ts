import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { begun, ended } from '../../test/support/journal-events.ts';
import { verifierKey } from '../recording/checkpoint.ts';
import { openJournal } from '../storage/open-journal.ts';
import { proofOf, signedCheckpoint } from './checkpoint-command.ts';
import { againstCheckpoint, verifyJournal } from './journal.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/reference/journal.md'), 'utf8');
const { privateKey } = generateKeyPairSync('ed25519');
const key = verifierKey('sallyport/gw', privateKey);
let root: string;
let folder: string;

before(() => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-checkpoint-'));
  folder = join(root, 'journal');
});
after(() => rmSync(root, { recursive: true, force: true }));

async function write(from: number, to: number): Promise<void> {
  const journal = await openJournal({ folder, gateway: 'gw', limits: { segmentBytesMax: 2_000, freeBytesMin: 0 } });
  for (let n = from; n < to; n++) {
    journal.append(begun(n));
    journal.append(ended(n));
  }
  await journal.close();
}

async function check(note: string, publicKey = key): Promise<string | undefined> {
  const file = join(root, 'checkpoint');
  writeFileSync(file, note);
  const { sentence } = await againstCheckpoint(folder, await verifyJournal(folder), { checkpoint: file, publicKey });
  return sentence;
}

test('what a checkpoint signed is still there, or it is told that it is not', async () => {
  await write(1, 8);
  const { checkpoint } = await signedCheckpoint(folder, privateKey);
  await write(8, 12);
  assert.equal(await check(checkpoint), '');
  assert.match((await check(checkpoint.replace(/\n\d+\n/, '\n3\n'))) ?? '', /did not sign/);
  const other = generateKeyPairSync('ed25519');
  assert.match((await check(checkpoint, verifierKey('sallyport/gw', other.publicKey))) ?? '', /did not sign/);
  const kept = folder;
  folder = join(root, 'another');
  await write(21, 32);
  assert.match((await check(checkpoint)) ?? '', /are not those that the checkpoint signed/);
  folder = join(root, 'shorter');
  await write(1, 2);
  assert.match((await check(checkpoint)) ?? '', /and \d+ are here/);
  folder = kept;
});

test('the script of the page shows one event in a checkpoint, with nothing of ours, and finds one that is another', async () => {
  const script = /^```js\n([\s\S]*?)^```$/m.exec(PAGE)?.[1] as string;
  assert.ok(script.trimEnd().split('\n').length <= 20);
  const file = join(root, 'check.mjs');
  writeFileSync(file, script);
  const run = (shown: object) =>
    spawnSync(process.execPath, [file, key], { input: JSON.stringify(shown), encoding: 'utf8' });
  for (const event of [1, 2, 13, 20]) {
    const shown = await proofOf(folder, privateKey, { event });
    const { stdout, stderr } = run(shown);
    assert.match(stdout, new RegExp(`^event ${event} is one of the \\d+ of sallyport/gw\n$`), stderr);
    const line = String('line' in shown ? shown.line : '');
    assert.notEqual(run({ ...shown, line: line.replace('"at":1', '"at":2') }).status, 0);
  }
});
