/* What an operator has opened for a caller is shown to it, in what programs say too; what is kept is what others would be shown. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { patternMasks, testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import { knownValues } from '../masking/text/known-values.ts';
import type { Channel, ChannelEditor, ChannelObserver, TapFor } from '../model/channels.ts';
import type { Permit } from '../model/permit.ts';
import type { DuplexReply, MaskedReply, Reply, UnaryReply } from '../model/reply.ts';
import { type ByteSource, bytesSource, collectBytes } from '../std/byte-source.ts';
import { keep, keepView } from './keep.ts';
import { mask } from './mask.ts';

const SAID = 'A=plain canary value DB_PASSWORD=c0rrect-h0rse postgres://a:hunter22@db/x\n';
const SECRET = 'masked-by-sallyport-secret';
const KEYED = 'DB_PASSWORD=masked-by-sallyport-keyed-secret';
const URL_MASKED = 'postgres://a:masked-by-sallyport-connection-string@db/x\n';
const ALL_MASKED = `A=${SECRET} ${KEYED} ${URL_MASKED}`;
const known = knownValues([{ value: Buffer.from('plain canary value'), mask: SECRET }]);

type Open = ReadonlySet<string> | 'all';
interface Seen {
  readonly shown: string;
  readonly kept: string;
}

/** Everything that a recording is asked for here; what is kept is put into `kept`. */
function recordingInto(kept: Buffer[]) {
  const keeping = {
    bytes: (_: string, chunk: Uint8Array) => {
      kept.push(Buffer.from(chunk));
      return true;
    },
    end: () => {},
    resize: () => {},
    connection: () => {},
  };
  return {
    keep: () => keeping,
    edits: () => {},
    timed: <Result>(work: () => Result) => work(),
    masksTurn: () => undefined,
    typed: () => assert.fail('nothing is typed'),
  };
}

function permitOf(method: string, uri: string): Permit {
  return {
    caller: callerOf({ kind: 'person' }),
    decision: {},
    request: { id: 'x', method, headers: new Map() },
    operation: operationOf({ method, uri }),
  } as unknown as Permit;
}

function through(permit: Permit, reply: Reply, open: Open, kept: Buffer[]): MaskedReply {
  const masking = { ...testMasking(), openFor: () => open };
  const recording = recordingInto(kept) as unknown as Parameters<typeof keep>[3] & Parameters<typeof mask>[4];
  const seen = keepView(permit, reply, known, masking, recording);
  return keep(permit, mask(permit, seen, known, masking, recording), masking, recording);
}

/** A log, in pieces, as its caller sees it and as it is kept. */
function log(open: Open, pieces: readonly string[]): Seen {
  return said(permitOf('GET', '/api/v1/namespaces/a/pods/web/log'), 200, 'text/plain', open, pieces);
}

/** What is answered, in pieces, as its caller sees it and as it is kept. */
function said(permit: Permit, status: number, type: string, open: Open, pieces: readonly string[]): Seen {
  const kept: Buffer[] = [];
  const shown: Buffer[] = [];
  const body: ByteSource = {
    start(sink) {
      for (const piece of pieces) sink.write(Buffer.from(piece));
      sink.end([]);
    },
    resume() {},
    cancel() {},
  };
  const reply = { kind: 'unary', status, headers: ['Content-Type', type], body } as unknown as UnaryReply;
  const masked = through(permit, reply, open, kept);
  if (masked.kind === 'duplex') assert.fail('what is answered is no duplex');
  masked.body.start({
    write: (chunk) => {
      shown.push(Buffer.from(chunk));
      return true;
    },
    end() {},
    fail: (error) => assert.fail(error),
  });
  return { shown: Buffer.concat(shown).toString(), kept: Buffer.concat(kept).toString() };
}

/** What an exec says, the same way. */
function exec(open: Open, pieces: readonly string[]): Seen {
  const kept: Buffer[] = [];
  const taps: TapFor[] = [];
  const channels = { attach: (tapFor: TapFor) => taps.push(tapFor), hold: () => () => {}, exitCode: () => undefined };
  const reply: DuplexReply = {
    kind: 'duplex',
    status: 101,
    headers: [],
    socket: new PassThrough(),
    head: Buffer.alloc(0),
    end: ({ message }) => assert.fail(message),
    channels,
  };
  through(permitOf('POST', '/api/v1/namespaces/a/pods/web/exec?stdout=1&command=env'), reply, open, kept);
  const stdout: Channel = { name: 'stdout', direction: 'toCaller' };
  const made = taps.map((tapFor) => tapFor(stdout)).filter((tap) => tap !== undefined);
  const pass = (chunk: Buffer, from: number) => made.slice(from).reduce(onward, chunk);
  const shown = pieces.map((piece) => pass(Buffer.from(piece), 0));
  for (const [at, tap] of made.entries()) {
    const rest = tap.end();
    if (rest !== undefined) shown.push(pass(rest, at + 1));
  }
  return { shown: Buffer.concat(shown).toString(), kept: Buffer.concat(kept).toString() };
}

function onward(chunk: Buffer, tap: ChannelEditor | ChannelObserver): Buffer {
  if (chunk.length === 0) return chunk;
  if (tap.kind === 'editor') return tap.write(chunk);
  tap.see(chunk);
  return chunk;
}

const pieces = [SAID.slice(0, 9), SAID.slice(9, 40), SAID.slice(40)];

for (const [what, seen] of [
  ['a log', log],
  ['an exec', exec],
] as const) {
  test(`${what} is shown and kept masked where nothing is open`, () => {
    assert.deepEqual(seen(new Set(), pieces), { shown: ALL_MASKED, kept: ALL_MASKED });
  });

  test(`${what} is as it was said for a caller for whom all masks are open, and kept as others would be shown it`, () => {
    assert.deepEqual(seen('all', pieces), { shown: SAID, kept: ALL_MASKED });
  });

  test(`${what} shows what two detectors would have masked, or what the pod's Secrets hold, where that is open`, () => {
    assert.deepEqual(seen(new Set(['url-password', 'connection-string']), pieces), {
      shown: `A=${SECRET} ${KEYED} postgres://a:hunter22@db/x\n`,
      kept: ALL_MASKED,
    });
    assert.deepEqual(seen(new Set(['secret-values']), pieces), {
      shown: `A=plain canary value ${KEYED} ${URL_MASKED}`,
      kept: ALL_MASKED,
    });
  });
}

const FAILED = [
  ['a log', 'GET', 'log'],
  ['an exec that asks for no upgrade', 'POST', 'exec?stdout=1&command=env'],
] as const;

for (const [what, method, path] of FAILED)
  test(`T46: why ${what} failed is told and kept without the values that are in it, and stays JSON`, () => {
    const decision = { neutralise: true };
    const permit = { ...permitOf(method, `/api/v1/namespaces/a/pods/web/${path}`), decision } as Permit;
    const failure = (message: string) => JSON.stringify({ kind: 'Status', code: 400, message });
    const written = failure(`denied\u202e: "${SAID}`);
    const seen = said(
      permit,
      400,
      'application/json',
      new Set(),
      [9, 40, 70, 200].map((end, index, ends) => written.slice(ends[index - 1] ?? 0, end)),
    );
    const expected = failure(`denied\u202e: "${ALL_MASKED}`);
    assert.equal(seen.shown, expected);
    assert.equal(seen.kept, what === 'a log' ? expected : '');
    assert.equal(said(permit, 500, 'text/plain', new Set(), pieces).shown, ALL_MASKED);
  });

for (const uri of ['exec?stdout=1&command=env', 'attach?stdout=1', 'portforward'])
  test(`T46: why the upgrade of ${uri} was refused is told without the values that are in it, with its new length`, async () => {
    const permit = permitOf('GET', `/api/v1/namespaces/a/pods/web/${uri}`);
    const refused = async (bytes: Buffer) => {
      const headers = ['Content-Type', 'application/json', 'content-length', String(bytes.length)];
      const reply = { kind: 'unary', status: 400, headers, body: bytesSource(bytes), whole: bytes } as const;
      const masked = through(permit, reply, new Set(), []);
      assert.ok(masked.kind === 'unary');
      const body = await collectBytes(masked.body, 10_000);
      assert.deepEqual(masked.headers, ['Content-Type', 'application/json', 'Content-Length', String(body.length)]);
      return body.toString();
    };
    assert.equal(await refused(Buffer.from(`{"message":"${SAID}"}`)), `{"message":"${ALL_MASKED}"}`);
    assert.equal(await refused(Buffer.from(`\0${SAID}`)), '');
  });

const SAID_WARNINGS = ['299 - "A=plain canary value DB_PASSWORD=c0rrect-h0rse m\xfc"', '299 - "unknown field"'];
const WARNED = [
  ['a log', 200, '/api/v1/namespaces/a/pods/web/log'],
  ['why a log failed', 400, '/api/v1/namespaces/a/pods/web/log'],
  ['an upgrade', 101, '/api/v1/namespaces/a/pods/web/exec?stdout=1&command=env'],
  ['a refused upgrade', 403, '/api/v1/namespaces/a/pods/web/exec?stdout=1&command=env'],
  ['an object', 200, '/api/v1/namespaces/a/configmaps/web'],
] as const;

for (const [what, status, uri] of WARNED)
  test(`T46: warnings of ${what} are told without the values that are in them`, () => {
    assert.deepEqual(warnings(status, uri), [`299 - "A=${SECRET} ${KEYED} m\xfc"`, '299 - "unknown field"']);
  });

test('a warning behind a proxy is an application’s own', () => {
  assert.deepEqual(warnings(200, '/api/v1/namespaces/a/pods/web/proxy/x'), SAID_WARNINGS);
});

function warnings(status: number, uri: string): readonly string[] {
  const base = permitOf('GET', uri);
  const request = { ...base.request, ...(uri.includes('exec') ? { upgrade: { kind: 'websocket' } } : {}) };
  const headers = SAID_WARNINGS.flatMap((text, at) => [at === 0 ? 'Warning' : 'warning', text]);
  const body = { start() {}, resume() {}, cancel() {} };
  const socket = new PassThrough();
  const channels = { attach() {}, hold: () => () => {}, exitCode: () => undefined };
  const reply = {
    status,
    headers: ['Content-Type', 'application/json', ...headers],
    ...(status === 101
      ? { kind: 'duplex', socket, head: Buffer.alloc(0), end() {}, channels }
      : { kind: 'unary', body }),
  } as unknown as Reply;
  const masked = mask({ ...base, request } as Permit, reply, known, testMasking(), recordingInto([]));
  return masked.headers.filter((_, at) => at % 2 === 1 && masked.headers[at - 1]?.toLowerCase() === 'warning');
}

for (const [what, uri, type] of [
  ['a log', '/api/v1/namespaces/a/pods/web/log', 'text/plain'],
  ['an object', '/api/v1/namespaces/a/configmaps/web', 'application/json'],
] as const)
  test(`T46: where ${what} leads, and its other headers and trailers, are told without the values that are in them`, () => {
    const told: string[] = [];
    const body: ByteSource = {
      start(sink) {
        sink.write(Buffer.from('{}'));
        sink.end(['X-Sum', 'DB_PASSWORD=c0rrect-h0rse', 'X-Count', '1']);
      },
      resume() {},
      cancel() {},
    };
    const headers = [
      'Content-Type',
      type,
      'Location',
      '/api/v1/x?token=c0rrect-h0rse',
      'link',
      '<https://a:hunter22@b/c>',
    ];
    const permit = permitOf('GET', uri);
    const masked = through(permit, { kind: 'unary', status: 200, headers, body }, new Set(), []);
    assert.ok(masked.kind === 'unary');
    masked.body.start({
      write: () => true,
      end: (trailers) => told.push(...trailers),
      fail: (error) => assert.fail(error),
    });
    assert.deepEqual(masked.headers, [
      ...['Content-Type', type, 'Location', '/api/v1/x?token=masked-by-sallyport-keyed-secret'],
      ...['link', '<https://a:masked-by-sallyport-url-password@b/c>'],
    ]);
    assert.deepEqual(told, ['X-Sum', KEYED, 'X-Count', '1']);
    const proxied = through(
      permitOf('GET', '/api/v1/namespaces/a/services/web/proxy/x'),
      { kind: 'unary', status: 200, headers, body },
      new Set(),
      [],
    );
    assert.deepEqual(proxied.headers, headers);
  });

test('T55: the words of a command are kept without what a mask of policy knows', () => {
  const heads: unknown[] = [];
  const recording = { ...recordingInto([]), keep: (head: unknown) => heads.push(head) };
  const uri = '/api/v1/namespaces/a/pods/web/exec?stdout=1&command=login&command=blue-123456';
  const channels = { attach() {}, hold: () => () => {}, exitCode: () => undefined };
  const reply = { kind: 'duplex', status: 101, headers: [], socket: new PassThrough(), channels };
  keep(
    permitOf('POST', uri),
    reply as unknown as MaskedReply,
    testMasking(patternMasks('blue-[0-9]{6}')),
    recording as unknown as Parameters<typeof keep>[3],
  );
  assert.deepEqual(
    heads.map((head) => (head as { readonly command: unknown }).command),
    [['login', 'masked-by-sallyport-own']],
  );
});
