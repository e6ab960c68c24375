import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { request } from 'undici';
import { Refusal } from '../../model/refusal.ts';
import { BuiltPages } from './built-pages.ts';
import { servePage } from './serve-pages.ts';

const SCRIPT = `// ${'a'.repeat(2_000)}\n`;
const INDEX = '<!doctype html><base href="/" /><script src="assets/m-1.js"></script>';

interface Asked {
  readonly path: string;
  readonly method?: 'GET' | 'HEAD' | 'POST';
  readonly headers?: Record<string, string>;
}

async function world(prefix = '') {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pages-'));
  const pages = new BuiltPages(join(folder, 'web'));
  const server = createServer((incoming, response) => {
    const path = (incoming.url ?? '').slice(prefix.length);
    servePage(pages, { path, prefix }, incoming, response).catch((error: unknown) => {
      assert.ok(error instanceof Refusal, String(error));
      response.writeHead(error.status).end(error.code);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`;
  return {
    build() {
      mkdirSync(join(folder, 'web', 'assets'), { recursive: true });
      writeFileSync(join(folder, 'secret.txt'), 'a secret');
      writeFileSync(join(folder, 'web', 'assets', 'm-1.js'), SCRIPT);
      writeFileSync(join(folder, 'web', 'assets', 'm-1.js.map'), '{}');
      writeFileSync(join(folder, 'web', 'favicon.svg'), '<svg/>');
      writeFileSync(join(folder, 'web', 'index.html'), INDEX);
    },
    async ask({ path, method = 'GET', headers = {} }: Asked) {
      const reply = await request(origin + path, { method, headers });
      return { status: reply.statusCode, headers: reply.headers, bytes: Buffer.from(await reply.body.arrayBuffer()) };
    },
    async close() {
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true });
    },
  };
}

test('where nothing is built, every page says how to build it, and is there once it is', async () => {
  const { ask, build, close } = await world();
  const before = await ask({ path: '/' });
  assert.equal(before.status, 503);
  assert.match(before.bytes.toString(), /npm run build/);
  build();
  assert.equal((await ask({ path: '/' })).status, 200);
  await close();
});

test('every address of the console is the one page, with a base of its own, that nobody keeps', async () => {
  const { ask, build, close } = await world('/gate');
  build();
  const answers = [await ask({ path: '/' }), await ask({ path: '/approvals/01abc?x=1' })];
  for (const { status, headers, bytes } of answers) {
    assert.equal(status, 200);
    assert.equal(headers['cache-control'], 'no-store');
    assert.match(bytes.toString(), /<base href="\/gate\/" \/>/);
  }
  await close();
});

test('T54: pages run no script but their own files, are framed by nobody, and name no other host', async () => {
  const { ask, build, close } = await world();
  build();
  const { headers } = await ask({ path: '/' });
  const policy = String(headers['content-security-policy']);
  assert.doesNotMatch(policy, /unsafe|nonce|https?:|\*/);
  for (const part of [
    "default-src 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ])
    assert.ok(policy.split('; ').includes(part), part);
  assert.equal(headers['x-content-type-options'], 'nosniff');
  assert.equal(headers['referrer-policy'], 'same-origin');
  await close();
});

test('a file with a hash in its name is kept for ever, packed as the browser takes it', async () => {
  const { ask, build, close } = await world();
  build();
  const asked = (encoding: string) => ask({ path: '/assets/m-1.js', headers: { 'accept-encoding': encoding } });
  const [br, gzip, plain] = [await asked('gzip, br'), await asked('gzip;q=0.5'), await asked('br;q=0')];
  assert.equal(brotliDecompressSync(br.bytes).toString(), SCRIPT);
  assert.equal(gunzipSync(gzip.bytes).toString(), SCRIPT);
  assert.equal(plain.bytes.toString(), SCRIPT);
  assert.equal(new Set([br, gzip, plain].map(({ headers }) => headers.etag)).size, 3);
  assert.equal(br.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(br.headers['content-type'], 'text/javascript; charset=utf-8');
  const again = await ask({ path: '/favicon.svg', headers: { 'if-none-match': 'other' } });
  const known = await ask({ path: '/favicon.svg', headers: { 'if-none-match': String(again.headers.etag) } });
  assert.deepEqual([again.headers['cache-control'], again.status, known.status], ['no-cache', 200, 304]);
  const head = await ask({ path: '/assets/m-1.js', method: 'HEAD' });
  assert.deepEqual([head.status, head.bytes.length], [200, 0]);
  await close();
});

test('what was not built is not there, however it is asked for', async () => {
  const { ask, build, close } = await world();
  build();
  for (const path of ['/assets/old-9.js', '/assets/m-1.js.map', '/assets/..%2f..%2fsecret.txt', '/assets/'])
    assert.equal((await ask({ path })).status, 404, path);
  for (const path of ['/%2e%2e/secret.txt', '//secret.txt', '/..%2fsecret.txt', '/web/../../secret.txt'])
    assert.doesNotMatch((await ask({ path })).bytes.toString(), /a secret/, path);
  const script = await ask({ path: '/gone.js', headers: { 'sec-fetch-dest': 'script' } });
  assert.equal(script.status, 404, 'a script that is not there is no page');
  assert.equal((await ask({ path: '/', method: 'POST' })).status, 405);
  await close();
});
