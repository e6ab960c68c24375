/* Watches and logs over WebSocket are the operations that they are: judged, recorded and masked like their HTTP form, in frames. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, suite, test } from 'node:test';
import WebSocket from 'ws';
import type { SmallWorld } from '../support/small-world.ts';
import { endsOf, startStreamWorld, told } from '../support/stream-world.ts';

const NAMESPACE = '/api/v1/namespaces/shop';
const LOG = `${NAMESPACE}/pods/web/log`;
const secret = ['ghp', '16C7e42F292c6912E7710c838347Ae178B4a'].join('_');
let world: SmallWorld;
let token: string;
/** What upstream was asked, and what it answers. */
let answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

before(async () => {
  world = await startStreamWorld({ front: { onRequest: (request, response) => answer(request, response) } });
  token = await world.token('dev');
});
after(() => world.stop());

interface Heard {
  readonly socket: WebSocket;
  readonly messages: string[];
  readonly kinds: string[];
  /** The code and reason of the close, or the status of a refusal. */
  readonly ended: Promise<string>;
  readonly began: Promise<ServerResponse>;
}

/** A client that asks so, and upstream that begins so. */
function dial(
  uri: string,
  begin: (response: ServerResponse, request: IncomingMessage) => void,
  { protocols = [] as string[], headers = {}, bearer = token } = {},
): Heard {
  const came = Promise.withResolvers<ServerResponse>();
  answer = (request, response) => {
    if (request.url !== uri) return false;
    begin(response, request);
    came.resolve(response);
    return true;
  };
  const socket = new WebSocket(`${world.gateway.url.replace('https', 'wss')}/k8s/demo${uri}`, protocols, {
    ca: world.caPem,
    headers: { authorization: `Bearer ${bearer}`, ...headers },
  });
  const [messages, kinds]: [string[], string[]] = [[], []];
  socket.on('message', (data, isBinary) => {
    messages.push(String(data));
    kinds.push(isBinary ? 'binary' : 'text');
  });
  const ended = new Promise<string>((resolve) => {
    socket.on('error', () => {});
    socket.on('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
    socket.on('close', (code, reason) => resolve(`${code} ${reason}`));
  });
  return { socket, messages, kinds, ended, began: came.promise };
}

const events = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'application/json' });

suite('a watch over WebSocket', () => {
  test('is asked for as plain HTTP, comes one message an event however it is cut, ends with 1000, and is recorded as a watch', async () => {
    const uri = `${NAMESPACE}/configmaps?watch=true&labelSelector=a`;
    let asked: IncomingMessage | undefined;
    const { messages, kinds, ended, began } = dial(uri, (response, request) => {
      asked = request;
      events(response).write('{"type":"ADDED"}\n{"type":"MOD');
    });
    const response = await began;
    response.write('IFIED"}\n');
    response.end('{"type":"DELETED"}\n');
    assert.equal(await ended, '1000 ');
    assert.deepEqual(messages, ['{"type":"ADDED"}\n', '{"type":"MODIFIED"}\n', '{"type":"DELETED"}\n']);
    assert.deepEqual([...new Set(kinds)], ['text']);
    const names = Object.keys(asked?.headers ?? {}).filter((name) => /^(sec-|upgrade|accept-encoding)/.test(name));
    assert.deepEqual(names, []);
    const [end] = await endsOf(world, '/configmaps');
    assert.match(told(end as never), /^answered 200, 0 in, 56 out$/);
  });

  test('answers pings, overlooks what else is said, and ends upstream when its client closes', async () => {
    const { socket, messages, ended, began } = dial(`${NAMESPACE}/configmaps?watch=true&labelSelector=c`, (response) =>
      events(response).write('{}\n'),
    );
    await new Promise((resolve) => socket.once('message', resolve));
    socket.send('overlooked');
    socket.ping('p');
    const [pong] = await new Promise<[Buffer]>((resolve) => socket.once('pong', (...said) => resolve(said)));
    assert.equal(String(pong), 'p');
    const response = await began;
    const isGone = new Promise((resolve) => response.once('close', resolve));
    socket.close(1000);
    assert.equal(await ended, '1000 ');
    await isGone;
    assert.deepEqual(messages, ['{}\n']);
  });

  test('that upstream breaks off does not end in order', async () => {
    const { ended, began } = dial(`${NAMESPACE}/configmaps?watch=true&labelSelector=d`, (response) =>
      events(response).write('{}\n'),
    );
    (await began).destroy();
    assert.equal(await ended, '1011 the reply broke off');
  });

  test('that upstream refuses, or no rule allows, is an answer and no WebSocket', async () => {
    const refused = dial(`${NAMESPACE}/configmaps?watch=true&labelSelector=e`, (response) =>
      response.writeHead(410, { 'content-type': 'application/json' }).end('{}'),
    );
    assert.equal(await refused.ended, '410');
    const stranger = dial(`${NAMESPACE}/configmaps?watch=true`, () => assert.fail('it was sent'), {
      bearer: await world.token('stranger', ['nobody']),
    });
    assert.equal(await stranger.ended, '403');
  });

  test('in an encoding that nobody could tell events in is refused', async () => {
    const { ended } = dial(`${NAMESPACE}/configmaps?watch=true&labelSelector=f`, (response) =>
      response.writeHead(200, { 'content-type': 'application/cbor-seq' }).write('x'),
    );
    assert.equal(await ended, '406');
  });

  test('speaks the protocol that is offered', async () => {
    const { socket, ended } = dial(
      `${NAMESPACE}/configmaps?watch=true&labelSelector=g`,
      (response) => events(response).end('{}\n'),
      { protocols: ['base64.binary.k8s.io'] },
    );
    await ended;
    assert.equal(socket.protocol, 'base64.binary.k8s.io');
  });
});

suite('a log over WebSocket', () => {
  const text = (response: ServerResponse) => response.writeHead(200, { 'content-type': 'text/plain' });

  test('comes behind an empty message, masked', async () => {
    const { messages, kinds, ended } = dial(LOG, (response) => text(response).end(`a ${secret} b\n`));
    assert.equal(await ended, '1000 ');
    assert.equal(messages[0], '');
    assert.equal(messages.join(''), 'a ghp_masked-by-sallyport-service-token b\n');
    assert.deepEqual([...new Set(kinds)], ['binary']);
  });

  test('comes in base64 where that is offered', async () => {
    const { socket, messages, kinds, ended } = dial(
      `${LOG}?follow=true`,
      (response) => text(response).end('x'.repeat(5000)),
      { protocols: ['base64.binary.k8s.io'] },
    );
    assert.equal(await ended, '1000 ');
    assert.equal(socket.protocol, 'base64.binary.k8s.io');
    assert.equal(messages.map((message) => Buffer.from(message, 'base64').toString()).join(''), 'x'.repeat(5000));
    assert.deepEqual([...new Set(kinds)], ['text']);
  });

  test('has no other protocol', async () => {
    const { ended } = dial(LOG, () => assert.fail('it was sent'), { protocols: ['v4.channel.k8s.io'] });
    assert.equal(await ended, '400');
  });
});

suite('T35: anything else has no upgrade', () => {
  for (const uri of [
    `${NAMESPACE}/configmaps`,
    `${NAMESPACE}/configmaps/a`,
    '/version',
    '/api/v1/namespaces?watch=false',
  ])
    test(uri, async () => {
      assert.equal(await dial(uri, () => assert.fail('it was sent')).ended, '400');
    });
});
