import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { begun, ended, sessionId } from '../../test/support/journal-events.ts';
import { openCheckpoint, verifierKey } from '../recording/checkpoint.ts';
import { KEY_NOTES_FILE, keyNote, trustedKeys } from '../recording/key-notes.ts';
import { leafHash, rootFrom } from '../recording/merkle-tree.ts';
import { makeSigningKey, signingKey } from '../segments/signing-key.ts';
import { systemDisk } from '../storage/disk.ts';
import { openJournal } from '../storage/open-journal.ts';
import { sealSegments } from '../storage/sealing/seal-segment.ts';
import { proofOf, signedCheckpoint } from './checkpoint-command.ts';
import { CliError } from './cli-error.ts';
import { againstCheckpoint, verifyJournal } from './journal.ts';

const [first, second] = [generateKeyPairSync('ed25519').privateKey, generateKeyPairSync('ed25519').privateKey];
const ORIGIN = 'sallyport/gw';
const [firstKey, secondKey] = [verifierKey(ORIGIN, first), verifierKey(ORIGIN, second)];
let root: string;

before(() => {
  root = mkdtempSync(join(tmpdir(), 'sallyport-seals-'));
});
after(() => rmSync(root, { recursive: true, force: true }));

/** A journal of small segments, all but the last sealed: the first ones with the first key, the others with one that follows it. */
async function sealed(events: number, name: string): Promise<string> {
  const folder = join(root, name);
  const limits = { segmentBytesMax: 1_400, freeBytesMin: 0 };
  const journal = await openJournal({ folder, gateway: 'gw', limits });
  for (let n = 1; n <= events; n++) {
    journal.append(begun(n));
    journal.append(ended(n));
  }
  await journal.close();
  const plain = readdirSync(folder).filter((each) => each.endsWith('.jsonl')).length;
  const seal = (key: KeyObject, below: number) => sealSegments(systemDisk, folder, { below, key, onSealed() {} });
  await seal(first, Math.ceil(plain / 2));
  writeFileSync(join(folder, KEY_NOTES_FILE), `${keyNote(ORIGIN, first, second)}\n`);
  await seal(second, plain);
  return folder;
}

test('who has only the files and either key verifies all of it; another key verifies nothing', async () => {
  const folder = await sealed(12, 'keys');
  for (const key of [firstKey, secondKey]) {
    const found = await verifyJournal(folder, key);
    assert.deepEqual([found.holds, found.sentence, found.seals.areSigned], [true, '', true]);
    assert.ok(found.seals.checked > 3);
  }
  const other = verifierKey(ORIGIN, generateKeyPairSync('ed25519').privateKey);
  assert.match((await verifyJournal(folder, other)).sentence, /journal-00000001\.seal`: the key did not sign it/);
  rmSync(join(folder, KEY_NOTES_FILE));
  assert.match((await verifyJournal(folder, firstKey)).sentence, /\.seal`: the key did not sign it/);
});

test('a note is trusted only where both of its keys signed it', () => {
  const note = JSON.parse(keyNote(ORIGIN, first, second)) as string;
  const lines = note.split('\n');
  const halves = [lines.filter((_, i) => i !== 4), lines.filter((_, i) => i !== 5)];
  for (const half of halves)
    for (const key of [firstKey, secondKey])
      assert.deepEqual(trustedKeys(key, `${JSON.stringify(half.join('\n'))}\n`), [key]);
  assert.deepEqual(trustedKeys(firstKey, `nonsense\n17\n${JSON.stringify(note)}\n`), [firstKey, secondKey]);
});

const FLIPPED = ['journal-00000001.jsonl.zst', 'journal-00000001.seal', 'journal-00000002.jsonl', KEY_NOTES_FILE];

for (const name of FLIPPED) {
  test(`each byte that is flipped is found, in the file that it is in: ${name}`, async () => {
    const folder = await sealed(2, `flipped-${FLIPPED.indexOf(name)}`);
    const key = name === KEY_NOTES_FILE ? firstKey : secondKey;
    assert.equal((await verifyJournal(folder, key)).sentence, '');
    const path = join(folder, name);
    const whole = readFileSync(path);
    // A key’s note that was changed is none, and what it vouched for is found.
    const place =
      name === KEY_NOTES_FILE ? /\.seal`: the key did not sign it/ : new RegExp(name.replaceAll('.', '\\.'));
    for (let at = 0; at < whole.length; at++) {
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] as number) ^ (1 << (at % 8));
      writeFileSync(path, flipped);
      assert.match(await complaintOf(folder, key), place, `byte ${at}`);
    }
    assert.ok(whole.length > 300, String(whole.length));
  });
}

async function complaintOf(folder: string, key: string): Promise<string> {
  try {
    return (await verifyJournal(folder, key)).sentence;
  } catch (error) {
    if (error instanceof CliError) return error.message;
    throw error;
  }
}

test('inclusion and consistency are shown across sealed segments, also where the first ones are not here', async () => {
  const folder = await sealed(30, 'proofs');
  const { checkpoint: older, size: olderSize } = await signedCheckpoint(folder, second);
  const shown = async (event: number) => {
    const proof = await proofOf(folder, second, { event });
    const opened = openCheckpoint(proof.checkpoint, secondKey);
    assert.ok('line' in proof && typeof opened !== 'string');
    const hashes = proof.proof.map((hash) => Buffer.from(hash, 'base64'));
    assert.ok(rootFrom(leafHash(Buffer.from(proof.line)), event - 1, opened.size, hashes)?.equals(opened.root));
  };
  for (const event of [1, 7, 40, olderSize]) await shown(event);
  const file = join(root, 'older');
  writeFileSync(file, older);
  const check = async () =>
    (await againstCheckpoint(folder, await verifyJournal(folder, secondKey), { checkpoint: file, publicKey: firstKey }))
      .sentence;
  assert.equal(await check(), '');
  for (const segment of [1, 2, 3])
    for (const end of ['jsonl.zst', 'seal']) rmSync(join(folder, `journal-0000000${segment}.${end}`));
  assert.equal(await check(), '');
  await shown(olderSize);
  await shown(40);
});

test('a key that follows is made and signed by the command, and the gateway’s journal goes on under it', async () => {
  const home = join(root, 'home');
  mkdirSync(home, { recursive: true });
  const config = join(home, 'sallyport.yaml');
  writeFileSync(config, CONFIG);
  writeFileSync(join(home, 'policy.yaml'), POLICY);
  writeFileSync(join(home, 'kubeconfig'), '');
  const journal = await openJournal({ folder: join(home, 'data/journal'), gateway: 'gw', limits: { freeBytesMin: 0 } });
  journal.append(begun(1));
  await journal.close();
  const run = (...words: readonly string[]) => {
    const main = join(import.meta.dirname, '../main/cli.ts');
    const argv = [main, 'journal', ...words, '--config', config];
    const { status, stdout, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    return stdout.trim();
  };
  const before = run('key');
  assert.match(before, /^sallyport\/gw\+[0-9a-f]{8}\+/);
  const next = run('key', '--rotate');
  assert.notEqual(next, before);
  assert.equal(run('key'), next);
  const notes = readFileSync(join(home, 'data/journal', KEY_NOTES_FILE), 'utf8');
  assert.deepEqual(trustedKeys(before, notes), [before, next]);
  assert.deepEqual(trustedKeys(next, notes), [next, before]);
});

const CONFIG = `apiVersion: sallyport.dev/v1
kind: Gateway
dataFolder: data
issuers: [{ name: main, url: 'https://issuer.test', audiences: [sallyport] }]
targets: [{ name: prod, kubeconfig: { file: kubeconfig } }]
policy: { files: [policy.yaml] }
`;
const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: none }
rules: [{ effect: allow, callers: { subjects: [nobody] }, verbs: [get], resources: [pods], apiGroups: [''] }]
`;

test('a session with its proofs verifies by itself, with the script of the page and the public key; one line that is another does not', async () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/reference/journal.md'), 'utf8');
  const script = join(root, 'check-all.mjs');
  writeFileSync(script, /^```js\n([\s\S]*?)^```$/m.exec(page)?.[1] as string);
  const home = join(root, 'session');
  const folder = join(home, 'data/journal');
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, 'sallyport.yaml'), CONFIG);
  writeFileSync(join(home, 'policy.yaml'), POLICY);
  writeFileSync(join(home, 'kubeconfig'), '');
  const journal = await openJournal({ folder, gateway: 'gw', limits: { segmentBytesMax: 2_000, freeBytesMin: 0 } });
  for (let n = 1; n < 30; n++) {
    const session = { session: sessionId(n % 3) };
    journal.append(begun(n, session));
    journal.append(ended(n, undefined, session));
  }
  await journal.close();
  const keyFile = join(home, 'data/journal-signing.key');
  const below = readdirSync(folder).filter((name) => name.endsWith('.jsonl')).length;
  makeSigningKey(keyFile);
  const key = signingKey({ file: keyFile, isOwn: false });
  await sealSegments(systemDisk, folder, { below, key, onSealed() {} });
  const main = join(import.meta.dirname, '../main/cli.ts');
  const argv = ['sessions', 'export', sessionId(1), '--format', 'proven', '--config', join(home, 'sallyport.yaml')];
  const { stdout, stderr } = spawnSync(process.execPath, [main, ...argv], { encoding: 'utf8' });
  assert.equal(stdout.trim().split('\n').length, 20, stderr);
  const check = (input: string) =>
    spawnSync(process.execPath, [script, verifierKey(ORIGIN, key)], { input, encoding: 'utf8' });
  const { stdout: told, stderr: failed } = check(stdout);
  assert.match(told, /^(event \d+ is one of the \d+ of sallyport\/gw\n){20}$/, failed);
  assert.notEqual(check(stdout.replace('web-4', 'web-5')).status, 0);
});
