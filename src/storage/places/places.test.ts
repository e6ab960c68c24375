import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { freePorts } from '../../../test/support/free-ports.ts';
import { START_AT } from '../../../test/support/journal-events.ts';
import { leftOut } from '../../../test/support/left-out.ts';
import {
  DAY_MS,
  days,
  folderFor,
  keepRules,
  PLACED,
  SHORT,
  trusted,
  writeSealed,
} from '../../../test/support/placed-journal.ts';
import type { RetentionRule } from '../../policy/retention-rule.ts';
import { folderPlace } from './folder-place.ts';
import { Mirror } from './mirror.ts';
import { s3Place } from './s3-place.ts';
import { signS3 } from './sign-s3.ts';

const KEYS = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' };
const RULES: readonly RetentionRule[] = [PLACED, SHORT];
const NOW = START_AT + 2.5 * DAY_MS;

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

test('segments that hold what a rule places are copied there, once; what rules let go here goes there once that is signed', async (t) => {
  const [folder, far] = [folderFor(t), folderFor(t)];
  await writeSealed(folder, days(4));
  const mirror = new Mirror(folder, new Map([['far', folderPlace(far)]]), trusted, () => NOW);
  assert.deepEqual(await mirror.copy(RULES), { sent: 4, faults: [] });
  assert.deepEqual(readdirSync(far).sort(), names(1, 3).sort());
  for (const name of names(1, 3))
    assert.ok(readFileSync(join(far, name)).equals(readFileSync(join(folder, name))), name);
  assert.deepEqual(await mirror.copy(RULES), { sent: 0, faults: [] });
  assert.deepEqual(await keepRules(folder, RULES, NOW), []);
  assert.ok(!readdirSync(folder).includes('journal-00000001.jsonl.zst'), 'gone here');
  assert.deepEqual(await mirror.copy(RULES), { sent: 0, faults: [] }, 'the word is not signed yet');
  await writeSealed(folder, [[]]);
  assert.deepEqual(await mirror.copy(RULES), { sent: 1, faults: [] });
  assert.deepEqual(readdirSync(far).sort(), [...names(3), 'journal-00000001.seal'].sort());
  assert.deepEqual(await mirror.copy(RULES), { sent: 0, faults: [] });
  await assert.rejects(
    mirror.copy([{ ...PLACED, id: 'keep/else', place: 'else' } as RetentionRule]),
    /names a place `else`/,
  );
  mirror.close();
});

test('a bucket that does not take a file is told in its own word, and asked again', async (t) => {
  const folder = folderFor(t);
  await writeSealed(folder, days(4));
  let status = 503;
  const server = createServer(({ method }, response) =>
    response
      .writeHead(method === 'HEAD' ? 404 : status)
      .end(method === 'HEAD' ? '' : '<Error><Code>SlowDown</Code></Error>'),
  ).listen(0, '127.0.0.1');
  t.after(() => server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const mirror = new Mirror(folder, new Map([['far', s3Place({ endpoint, bucket: 'b' }, async () => KEYS)]]), trusted);
  await assert.rejects(mirror.copy(RULES), { message: 'it answered 503 SlowDown' });
  status = 200;
  assert.equal((await mirror.copy(RULES)).sent, 4);
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
    await writeSealed(folder, days(4));
    const keepForMs = Date.now() - START_AT + 30 * DAY_MS;
    const rules = [{ ...PLACED, keepForMs }, SHORT];
    const place = s3Place({ endpoint, bucket: 'locked', prefix: 'gw 1/', lock: 'compliance' }, async () => KEYS);
    let now = NOW;
    const mirror = new Mirror(folder, new Map([['far', place]]), trusted, () => now);
    assert.equal((await mirror.copy(rules)).sent, 4);
    const path = '/locked/gw%201/journal-00000001.jsonl.zst';
    const got = await call('GET', path);
    assert.equal(got.headers['x-amz-object-lock-mode'], 'COMPLIANCE');
    assert.equal(
      String(got.headers['x-amz-object-lock-retain-until-date']).slice(0, 10),
      new Date(START_AT + keepForMs).toISOString().slice(0, 10),
    );
    const version = String(got.headers['x-amz-version-id']);
    assert.equal((await call('DELETE', `${path}?versionId=${version}`)).status, 403);
    // What somebody changes here changes nothing there, also where nothing is remembered.
    const file = join(folder, 'journal-00000001.jsonl.zst');
    const whole = readFileSync(file);
    writeFileSync(file, 'changed');
    assert.equal((await mirror.copy(rules)).faults.length, 1);
    assert.equal((await call('GET', path)).headers['x-amz-version-id'], version);
    writeFileSync(file, whole);
    assert.equal(await place.create('journal-00000001.jsonl.zst', file, 0), false);
    // What rules let go is hidden there, and stays until its time.
    now = START_AT + keepForMs + 1;
    assert.deepEqual(await keepRules(folder, rules, now), []);
    await writeSealed(folder, [[]]);
    assert.deepEqual((await mirror.copy(rules)).faults, []);
    assert.equal((await call('GET', path)).status, 404);
    assert.equal((await call('GET', `${path}?versionId=${version}`)).status, 200);
    mirror.close();
    rmSync(file, { force: true });
  });
