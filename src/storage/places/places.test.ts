import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { freePorts } from '../../../test/support/free-ports.ts';
import { begun, ended, START_AT } from '../../../test/support/journal-events.ts';
import { leftOut } from '../../../test/support/left-out.ts';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { RetentionPlanner } from '../../retention/plan-retention.ts';
import { systemDisk } from '../disk.ts';
import { openJournal } from '../open-journal.ts';
import { RetentionWork } from '../retention/apply-retention.ts';
import { sealSegments } from '../sealing/seal-segment.ts';
import { folderPlace } from './folder-place.ts';
import { Mirror } from './mirror.ts';
import { s3Place } from './s3-place.ts';
import { signS3 } from './sign-s3.ts';

const DAY_MS = 86_400_000;
const { privateKey: key } = generateKeyPairSync('ed25519');
const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-places-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Exchanges of `prod` and `dev`, a segment each, sealed. */
async function sealed(folder: string): Promise<void> {
  const journal = await openJournal({
    folder,
    gateway: 'gw',
    limits: { freeBytesMin: 0 },
    clock: { now: () => START_AT, monotonic: () => 0 },
  });
  for (const [n, target] of ['prod', 'dev', 'prod', 'dev'].entries()) {
    const at = START_AT + n * DAY_MS;
    journal.append(begun(n, { at, target }));
    journal.append({ ...ended(n), at });
    journal.closeSegment();
  }
  await journal.close();
  await sealSegments(systemDisk, folder, { below: 5, key, onSealed() {} });
}

const RULES: readonly RetentionRule[] = [
  {
    id: 'keep/prod',
    targets: ['prod'],
    of: 'all',
    keepForMs: 2 * DAY_MS,
    mayGoEarly: false,
    legalHold: false,
    place: 'far',
  },
  { id: 'keep/all', of: 'all', keepForMs: 2 * DAY_MS, mayGoEarly: false, legalHold: false },
];

const names = (...segments: readonly number[]) =>
  segments.flatMap((segment) => [`journal-0000000${segment}.jsonl.zst`, `journal-0000000${segment}.seal`]);

test('a request for S3 is signed as AWS says in its own example', () => {
  // Source: https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, Example: PUT Object
  const { authorization } = signS3({
    method: 'PUT',
    url: new URL('https://examplebucket.s3.amazonaws.com/test%24file.text'),
    headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    bodySha256: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    region: 'us-east-1',
    keys: KEYS,
    signedAt: new Date('2013-05-24T00:00:00Z'),
  });
  assert.equal(
    authorization,
    'AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class,Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  );
});

test('segments that hold what a rule places are copied there, once; what is thinned or gone here is so there', async (t) => {
  const [folder, far] = [folderFor(t), folderFor(t)];
  await sealed(folder);
  const mirror = new Mirror(folder, new Map([['far', folderPlace(far)]]));
  assert.equal(await mirror.copy(RULES), 4);
  assert.deepEqual(readdirSync(far).sort(), names(1, 3).sort());
  for (const name of names(1, 3))
    assert.ok(readFileSync(join(far, name)).equals(readFileSync(join(folder, name))), name);
  assert.equal(await mirror.copy(RULES), 0);
  const plan = await new RetentionPlanner(folder, RULES).plan(START_AT + 2.5 * DAY_MS);
  assert.ok(plan !== undefined);
  const work = new RetentionWork(folder, 0);
  await work.take(plan);
  await work.work(START_AT);
  await mirror.copy(RULES);
  assert.deepEqual(readdirSync(far).sort(), [...names(3), 'journal-00000001.seal'].sort());
  await assert.rejects(
    mirror.copy([{ ...RULES[0], id: 'keep/else', place: 'else' } as RetentionRule]),
    /names a place `else`/,
  );
  mirror.close();
});

test('a bucket that does not take a file is told in its own word, and asked again', async (t) => {
  const folder = folderFor(t);
  await sealed(folder);
  let status = 503;
  const server = createServer((_, response) =>
    response.writeHead(status).end('<Error><Code>SlowDown</Code></Error>'),
  ).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mirror = new Mirror(folder, new Map([['far', s3Place({ endpoint, bucket: 'b' }, async () => KEYS)]]));
  await assert.rejects(mirror.copy(RULES), { message: 'it answered 503 SlowDown' });
  status = 200;
  assert.equal(await mirror.copy(RULES), 4);
  mirror.close();
});

const program = process.env.SALLYPORT_MOTO_SERVER;
if (program === undefined)
  leftOut(
    'places in a bucket with object lock',
    "`pip install 'moto[server,s3]==5.2.5'`, and name its moto_server in SALLYPORT_MOTO_SERVER",
  );
else
  test('in a bucket with object lock, what a rule keeps cannot be removed before its time', async (t) => {
    const [port] = (await freePorts(1)) as [number];
    const server = spawn(program, ['-H', '127.0.0.1', '-p', String(port)], { stdio: 'ignore' });
    t.after(() => server.kill('SIGKILL'));
    const endpoint = `http://127.0.0.1:${port}`;
    const call = async (method: 'PUT' | 'GET' | 'DELETE', path: string, headers = {}, body = '') => {
      const url = new URL(`${endpoint}${path}`);
      const reply = await request(url, {
        method,
        headers: { ...headers, authorization: 'AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/s3/aws4_request' },
        body: body === '' ? null : body,
      });
      return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
    };
    for (let tries = 0; ; tries++) {
      const made = await call('PUT', '/locked', { 'x-amz-bucket-object-lock-enabled': 'true' }).catch(() => undefined);
      if (made?.status === 200) break;
      assert.ok(tries < 600, 'moto does not listen');
      await pause(100);
    }
    const folder = folderFor(t);
    await sealed(folder);
    const soon = Date.now();
    const rules = RULES.map((rule) => ({ ...rule, keepForMs: soon - START_AT + 30 * DAY_MS }));
    const place = s3Place({ endpoint, bucket: 'locked', prefix: 'gw 1/', lock: 'compliance' }, async () => KEYS);
    const mirror = new Mirror(folder, new Map([['far', place]]));
    assert.equal(await mirror.copy(rules), 4);
    const path = '/locked/gw%201/journal-00000001.jsonl.zst';
    const got = await call('GET', path);
    assert.equal(got.headers['x-amz-object-lock-mode'], 'COMPLIANCE');
    assert.equal(
      String(got.headers['x-amz-object-lock-retain-until-date']).slice(0, 10),
      new Date(START_AT + (rules[0]?.keepForMs ?? 0)).toISOString().slice(0, 10),
    );
    const version = String(got.headers['x-amz-version-id']);
    assert.equal((await call('DELETE', `${path}?versionId=${version}`)).status, 403);
    // What is gone here is hidden there, and stays until its time.
    const file = join(folder, 'journal-00000001.jsonl.zst');
    writeFileSync(file, 'thinned');
    utimesSync(file, 1, 1);
    await mirror.copy(rules);
    assert.equal((await call('GET', path)).text, 'thinned');
    rmSync(file);
    await mirror.copy(rules);
    assert.equal((await call('GET', path)).status, 404);
    assert.equal((await call('GET', `${path}?versionId=${version}`)).status, 200);
    mirror.close();
  });
