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
