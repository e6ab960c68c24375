import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { after, beforeEach } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { makeCa } from '../../../listener/x509.ts';
import { Refusal } from '../../../model/refusal.ts';
import { fileCredential } from './file-credential.ts';
import { tokenFileCredential } from './token-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'token-'));
after(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'token');
const signal = new AbortController().signal;
let nowMs = 0;
const clock = { now: () => nowMs, monotonic: () => nowMs };
beforeEach(() => writeFileSync(file, 'one\n'));

test('a token is read again every minute, and is the same credential while the file says the same', async () => {
  const credentials = tokenFileCredential({ file, clock });
  const first = await credentials.current(signal);
  assert.equal(first.authorization, 'Bearer one');
  writeFileSync(file, 'two');
  nowMs += 59_999;
  assert.equal(await credentials.current(signal), first);
  nowMs += 1;
  const second = await credentials.current(signal);
  assert.equal(second.authorization, 'Bearer two');
  nowMs += 60_000;
  assert.equal(await credentials.current(signal), second);
});

test('a token that upstream did not take is read again at once', async () => {
  const credentials = tokenFileCredential({ file, clock });
  const first = await credentials.current(signal);
  writeFileSync(file, 'two');
  credentials.invalidate(first);
  assert.equal((await credentials.current(signal)).authorization, 'Bearer two');
});

test('a file that becomes unreadable leaves what was read in force', async () => {
  const credentials = tokenFileCredential({ file, clock });
  const first = await credentials.current(signal);
  for (const text of ['', 'two lines\nof it', 'é']) {
    writeFileSync(file, text);
    nowMs += 60_000;
    assert.equal(await credentials.current(signal), first);
  }
  rmSync(file);
  nowMs += 60_000;
  assert.equal(await credentials.current(signal), first);
});

test('before a first token the credential is unavailable', async () => {
  rmSync(file);
  const credentials = tokenFileCredential({ file, clock });
  const isUnavailable = (error: unknown) => error instanceof Refusal && error.code === 'CREDENTIAL_UNAVAILABLE';
  await assert.rejects(credentials.current(signal), isUnavailable);
  writeFileSync(file, 'now');
  assert.equal((await credentials.current(signal)).authorization, 'Bearer now');
});

test('of a certificate and its key, one that has come without the other is not taken', async () => {
  const [certificateFile, keyFile] = [join(folder, 'client.crt'), join(folder, 'client.key')];
  const pair = () => makeCa({ notBefore: new Date(0), notAfter: new Date(1e13) });
  const [one, two] = [await pair(), await pair()];
  writeFileSync(certificateFile, one.certPem);
  writeFileSync(keyFile, one.keyPem);
  const credentials = fileCredential({ files: { certificateFile, keyFile }, clock });
  const first = await credentials.current(signal);
  writeFileSync(certificateFile, two.certPem);
  nowMs += 60_000;
  assert.equal(await credentials.current(signal), first);
  writeFileSync(keyFile, two.keyPem);
  nowMs += 60_000;
  assert.equal((await credentials.current(signal)).clientCertificate?.keyPem, two.keyPem);
});

test('who has gone does not wait for a file that is not read; it is read for others', async () => {
  const slow = join(folder, 'slow');
  execFileSync('sh', ['-c', 'mkfifo "$0"', slow]);
  const credentials = tokenFileCredential({ file: slow, clock });
  const caller = new AbortController();
  let told: unknown;
  const gone = credentials.current(caller.signal).catch((refusal: unknown) => {
    told = refusal;
  });
  const other = credentials.current(signal);
  caller.abort();
  await setImmediate();
  const toldAtOnce = told;
  await writeFile(slow, 'late');
  assert.equal((await other).authorization, 'Bearer late');
  await gone;
  assert.ok(toldAtOnce instanceof Refusal);
  assert.deepEqual([toldAtOnce.code, toldAtOnce.detail], ['CREDENTIAL_UNAVAILABLE', 'given up while a file was read']);
});
