/* What a pod says reaches its reader without secrets and without what does harm to a terminal or a model. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { openStream, VERSIONS } from '../support/client-stream.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';
import { endsOf, STREAM_POLICY, told } from '../support/stream-world.ts';

const POD = '/api/v1/namespaces/shop/pods/web/log';
const token = ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_');
const replies = new Map<string, (response: ServerResponse) => void>();
let world: SmallWorld;

const POLICY = `${STREAM_POLICY}  - { id: raw, effect: allow, verbs: [get], apiGroups: [""], resources: [pods/log], callers: [{ groups: [raw] }], output: { neutralise: false } }
`;

before(async () => {
  world = await startSmallWorld({
    policy: POLICY,
    target: '    podSecrets: [opted]\n',
    front: {
      onRequest({ url = '' }: IncomingMessage, response: ServerResponse) {
        replies.get(url)?.(response);
        return replies.has(url);
      },
    },
  });
});
after(() => world.stop());

/** Upstream answers what `uri` asks for. */
function upstream(uri: string, answer: (response: ServerResponse) => void): void {
  replies.set(uri, answer);
}

test('T53: a log is masked by what values look like, however upstream cuts it, and its length stays true', async () => {
  const text = `before ${token} after\nDB_PASSWORD=c0rrect-h0rse\n`;
  upstream(POD, (response) => {
    response.writeHead(200, { 'content-type': 'text/plain', 'content-length': Buffer.byteLength(text) });
    response.write(text.slice(0, 14));
    response.end(text.slice(14));
  });
  const { status, headers, body } = await world.ask({ token: await world.token('dev'), uri: POD });
  assert.equal(status, 200);
  assert.equal(headers['content-length'], undefined);
  assert.equal(
    body,
    'before ghp_masked-by-sallyport-service-token after\nDB_PASSWORD=masked-by-sallyport-keyed-secret\n',
  );
});

for (const version of VERSIONS)
  test(`T53: a followed log passes at once and masked, over HTTP/${version}`, async () => {
    const uri = `${POD}?follow=true&container=v${version.replace('.', '')}`;
    const began = Promise.withResolvers<ServerResponse>();
    upstream(uri, (response) => {
      response.writeHead(200, { 'content-type': 'text/plain' }).write('no end of the li');
      began.resolve(response);
    });
    const log = await openStream(world, { version, uri, token: await world.token('dev') });
    await log.untilText('no end of the li');
    const response = await began.promise;
    response.write(`ne ${token.slice(0, 10)}`);
    await log.untilText('ne ghp_');
    response.end(`${token.slice(10)}\n`);
    assert.equal(await log.untilText('token\n'), 'no end of the line ghp_masked-by-sallyport-service-token\n');
    log.body.resume();
    assert.equal(await log.ended, 'whole');
  });

test('T54: an autonomous caller gets a log without what does harm, and another where a rule says so gets it as it is', async () => {
  const text = '\x1b[31mred\x1b[0m \x1b]52;c;cm0=\x07 a\u202eb\n';
  const uri = `${POD}?container=harm`;
  upstream(uri, (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(text));
  const safe = await world.ask({ token: await world.token('dev'), uri });
  assert.equal(safe.body, '\x1b[31mred\x1b[0m ␛]52;c;cm0=␇ a\\u{202e}b\n');
  const raw = await world.ask({ token: await world.token('dev', ['ops', 'raw']), uri });
  assert.equal(raw.body, text);
  const ends = (await world.events()).filter((event) => event.type === 'exchange.ended');
  assert.deepEqual(
    ends.map(({ output }) => output).filter((output) => output?.neutralised),
    [{ masked: 0, neutralised: 3 }],
  );
});

test('T53: a log that is not text breaks off where a value is in it', async () => {
  const uri = `${POD}?container=binary`;
  upstream(uri, (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(`a\0b ${token} c`));
  await assert.rejects(world.ask({ token: await world.token('dev'), uri }));
  const ends = await endsOf(world, 'pods/web/log', 6);
  assert.ok(
    ends.some((end) => /broken/.test(told(end))),
    ends.map(told).join('; '),
  );
});

test('T47: a log that comes compressed is not passed', async () => {
  const uri = `${POD}?container=gzip`;
  upstream(uri, (response) =>
    response.writeHead(200, { 'content-type': 'text/plain', 'content-encoding': 'gzip' }).end('x'),
  );
  const { status, body } = await world.ask({ token: await world.token('dev'), uri });
  assert.equal(status, 406);
  assert.match(body, /came compressed/);
});

const OPTED = '/api/v1/namespaces/opted';
const canary = 'plain-canary-value!';

/** Upstream gives a JSON answer. */
function object(uri: string, value: unknown, status = 200): void {
  upstream(uri, (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value)),
  );
}

function opted(pod: string, text: string): void {
  object(`${OPTED}/pods/${pod}`, {
    kind: 'Pod',
    spec: { containers: [{ envFrom: [{ secretRef: { name: `${pod}-db` } }] }] },
  });
  upstream(`${OPTED}/pods/${pod}/log`, (response) =>
    response.writeHead(200, { 'content-type': 'text/plain' }).end(text),
  );
}

test('T53: values of the Secrets that a pod is given are masked in its log, where its namespace is opted in, and each look-up is recorded', async () => {
  const encoded = Buffer.from(canary).toString('base64');
  opted('known', `panic: ${canary} at main.go:7, ${encodeURIComponent(canary)}, ${encoded}\n`);
  object(`${OPTED}/secrets/known-db`, { kind: 'Secret', data: { p: encoded } });
  const { status, body } = await world.ask({ token: await world.token('dev'), uri: `${OPTED}/pods/known/log` });
  assert.equal(status, 200);
  const mask = 'masked-by-sallyport-secret';
  assert.equal(body, `panic: ${mask} at main.go:7, ${mask}, ${mask}\n`);
  const [end] = await endsOf(world, 'pods/known/log');
  assert.deepEqual(end?.decision?.facts, ['secret opted/known-db']);
  assert.deepEqual(end?.output, { masked: 3, neutralised: 0 });
  assert.ok(!JSON.stringify(await world.events()).includes(canary));
});

test('a log is refused where a Secret of its pod cannot be looked up', async () => {
  opted('closed', `${canary}\n`);
  object(`${OPTED}/secrets/closed-db`, { kind: 'Status', code: 403 }, 403);
  const { status, body } = await world.ask({ token: await world.token('dev'), uri: `${OPTED}/pods/closed/log` });
  assert.equal(status, 403);
  assert.match(body, /a Secret that the pod is given could not be looked up, so its values could not be masked/);
  const [end] = await endsOf(world, 'pods/closed/log');
  assert.deepEqual(end?.decision?.facts, ['secret opted/closed-db: unknown']);
});
