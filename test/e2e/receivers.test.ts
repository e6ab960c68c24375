// What the journal gets, told to receivers by a whole gateway, which waits for none of them.

import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { request } from 'undici';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const CANARY = 'canary-7c1f2b9d0e';
const bodies: string[] = [];
let isDead = true;
const hook = createServer((asked, answer) => {
  let text = '';
  asked.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  asked.on('end', () => {
    if (!isDead) bodies.push(text);
    answer.writeHead(isDead ? 503 : 200).end('{}');
  });
});

let world: SmallWorld;
before(async () => {
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
  world = await startSmallWorld({
    config: `journal:
  receivers:
    - { name: lines, file: { path: lines.jsonl } }
    - { name: audit, format: audit, file: { path: audit.jsonl } }
    - { name: siem, format: ocsf, webhook: { url: "${url}" } }
    - { name: otel, otlp: { url: "${url}" } }
`,
  });
});
after(async () => {
  await world.stop();
  hook.close();
});

const file = async (name: string) => {
  const text = await readFile(join(world.folder, name), 'utf8').catch(() => '');
  return text === ''
    ? []
    : text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
};

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(20);
  }
}

const readable = async (path: string) => (await request(world.gateway.privateUrl + path)).body.text();

test('T55: receivers are told all that the journal gets, while one that is dead delays nothing, and no secret is in any of it', async () => {
  const token = await world.token('dev');
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'new', namespace: 'shop' },
    stringData: { password: CANARY },
  });
  const headers = { 'content-type': 'application/json', cookie: CANARY, 'x-api-key': CANARY };
  const created = await world.ask({ token, method: 'POST', uri: '/api/v1/namespaces/shop/secrets', headers, body });
  assert.equal(created.status, 201, created.body);
  const read = await world.ask({ token, uri: '/api/v1/namespaces/shop/secrets/new' });
  assert.equal(read.status, 200);
  const lines = await until(async () => {
    const found = await file('lines.jsonl');
    return found.filter(({ type }) => type === 'exchange.ended').length >= 2 ? found : undefined;
  });
  const audit = await until(async () => {
    const found = await file('audit.jsonl');
    return found.filter(({ stage }) => stage === 'ResponseComplete').length >= 2 ? found : undefined;
  });
  assert.deepEqual(
    lines.map(({ seq }) => seq),
    lines.map((_, i) => i + 1),
  );
  assert.deepEqual(
    audit
      .filter(({ stage }) => stage === 'ResponseComplete')
      .map(({ verb, objectRef, responseStatus }) => [verb, objectRef.resource, responseStatus.code]),
    [
      ['create', 'secrets', 201],
      ['get', 'secrets', 200],
    ],
  );
  const metrics = await until(async () => {
    const text = await readable('/metrics');
    return /sallyport_delivery_failures_total\{receiver="siem"\} [1-9]/.test(text) ? text : undefined;
  });
  assert.match(metrics, /sallyport_delivery_lag_seconds\{receiver="siem"\} 0*[.\d]*[1-9]/);
  assert.match(metrics, /sallyport_delivered_records_total\{receiver="lines"\} [1-9]/);
  isDead = false;
  await until(async () =>
    bodies.some((text) => text.includes('journal.records')) && bodies.some((text) => text.includes('resourceLogs'))
      ? true
      : undefined,
  );
  const all = [JSON.stringify(lines), JSON.stringify(audit), ...bodies, world.log()].join('\n');
  for (const secret of [CANARY, Buffer.from(CANARY).toString('base64'), token])
    assert.ok(!all.includes(secret), 'a secret was told');
});

test('a mistake in a receiver is found before the gateway starts', async () => {
  const { loadConfig } = await import('../../src/config/load.ts');
  const text = await readFile(world.configFile, 'utf8');
  const place = join(world.folder, 'mistakes.yaml');
  await writeFile(
    place,
    text
      .replace('path: audit.jsonl', 'path: data/journal/audit.jsonl')
      .replace('name: otel', 'name: siem')
      .replace(
        '{ name: lines, file: { path: lines.jsonl } }',
        '{ name: lines, syslog: { host: a, keyFile: missing } }',
      ),
  );
  const loaded = loadConfig(place, { guards: new Set() });
  assert.ok('findings' in loaded);
  assert.deepEqual(
    loaded.findings.map(({ message }) => message),
    [
      'expected `certificateFile` and `keyFile` together',
      `there is no file \`${join(world.folder, 'missing')}\``,
      'expected a file outside the journal’s folder',
      '`siem` stands here twice',
    ],
  );
});
