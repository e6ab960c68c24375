/* T80: what may have run and is not idempotent is not done a second time, whatever client libraries do with a failure. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { sendRequest } from '../support/client-stream.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';
import { endsOf } from '../support/stream-world.ts';

const CONFIGMAPS = '/api/v1/namespaces/shop/configmaps';
const GENERATED = JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { generateName: 'job-' } });

let world: SmallWorld;
let token: string;
let created = 0;
/** What upstream does once it has created it. */
let answer: (response: ServerResponse, request: IncomingMessage) => unknown = (response) => response.destroy();

before(async () => {
  world = await startSmallWorld({
    config: 'limits: { stopTimeoutMs: 1, upstreamTimeoutMs: 3000 }\n',
    front: {
      onRequest(request, response) {
        if (request.method !== 'POST' || request.url?.split('?')[0] !== CONFIGMAPS) return false;
        request.resume().on('end', () => {
          created++;
          answer(response, request);
        });
        return true;
      },
    },
  });
  token = await world.token('dev');
});
after(() => world.stop());

const create = (body: string, uri = CONFIGMAPS, own = token) =>
  world.ask({ token: own, method: 'POST', uri, headers: { 'content-type': 'application/json' }, body });

/** fabric8: any method again on any status from 500 on, ten times, whether the answer has Retry-After or not. */
async function likeFabric8(body: string) {
  for (let tries = 0; ; tries++) {
    const reply = await create(body);
    if (reply.status < 500 || tries === 10) return reply;
    assert.equal(reply.headers['retry-after'], undefined);
  }
}

const codeOf = ({ body }: { body: string }) => /"SallyportCode","message":"(\w+)"/.exec(body)?.[1];
const named = (generateName: string) => GENERATED.replace('job-', generateName);

const FAILURES: readonly (readonly [string, typeof answer])[] = [
  ['the connection breaks', (response) => response.destroy()],
  ['upstream does not answer in time', () => {}],
  ['upstream gave up waiting itself', (response) => response.writeHead(504, { 'retry-after': '1' }).end('{}')],
  ['upstream lost its storage meanwhile', (response) => response.writeHead(500, { 'retry-after': '2' }).end('{}')],
  [
    'the reply breaks off',
    (response) => response.writeHead(201, { 'content-length': '9' }).write('{', () => response.destroy()),
  ],
];

for (const [i, [name, failure]] of FAILURES.entries()) {
  test(`T80: one create() by generateName leaves one object where ${name}`, async () => {
    answer = failure;
    created = 0;
    const body = named(`job-${i}-`);
    const last = await likeFabric8(body).catch(() => create(body));
    assert.equal(last.status, 409);
    assert.equal(codeOf(last), 'REPEATED_UNKNOWN');
    assert.match(last.body, /list the configmaps whose names begin with `job-\d-`/);
    assert.equal(last.headers['retry-after'], undefined);
    assert.equal(created, 1);
    answer = (response) => response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
    assert.equal((await create(body, CONFIGMAPS, await world.token('other'))).status, 201);
    assert.equal(created, 2, 'another caller asks for itself');
  });
}

test('T80: a caller that gave up waiting and asks again is told that it may have run', async () => {
  created = 0;
  const arrived = new Promise<void>((resolve) => {
    answer = () => resolve();
  });
  const before = (await endsOf(world, CONFIGMAPS, 0)).length;
  const headers = { 'content-type': 'application/json' };
  const sent = sendRequest(world, {
    version: '1.1',
    uri: CONFIGMAPS,
    token,
    method: 'POST',
    headers,
    body: named('gone-'),
  });
  sent.reply.catch(() => {});
  await arrived;
  sent.leave();
  await endsOf(world, CONFIGMAPS, before + 1);
  assert.equal(codeOf(await create(named('gone-'))), 'REPEATED_UNKNOWN');
  assert.equal(created, 1);
});

test('what was answered, what was not sent and what has a name is sent each time', async () => {
  created = 0;
  answer = (response) => response.writeHead(503, { 'retry-after': '1' }).end('{}');
  assert.equal((await create(named('busy-'))).headers['retry-after'], '1');
  answer = (response) => response.writeHead(201, { 'content-type': 'application/json' }).end('{}');
  for (let i = 0; i < 3; i++) assert.equal((await create(named('busy-'))).status, 201);
  answer = (response) => response.destroy();
  const body = JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' } });
  for (let i = 0; i < 2; i++) assert.equal(codeOf(await create(body)), 'OUTCOME_UNKNOWN');
  assert.equal(created, 6);
});
