import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parse } from 'yaml';
import type { Permit } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Reply, UnaryReply } from '../../../model/reply.ts';
import { type ByteSource, bytesSource, collectBytes } from '../../../std/byte-source.ts';
import { DEFAULT_BODY_LIMITS } from '../body/body-limits.ts';
import { readProtobuf } from '../body/read-protobuf.ts';
import { writeProtobuf } from '../body/write-protobuf.ts';
import { answerReview, reviewHeaders } from './forward-review.ts';
import { REVIEW_LIMITS, type Reviews } from './reviews.ts';

const reviews: Reviews = {
  foresee: () => ({ effect: 'deny', by: 'rule', rule: 'p/d', reason: '', advice: '' }),
  foreseeLooked: async () => ({ effect: 'deny', by: 'rule', rule: 'p/d', reason: '', advice: '' }),
  ownMissing: async () => undefined,
  ownReach: async () => undefined,
  rulesFor: () => [],
};
const scopes = { isNamespaced: async () => true };

function permitOf(resource: string, spec: object, accept?: string): Permit {
  const operation = { target: 'demo', verb: 'create', apiGroup: 'authorization.k8s.io', apiVersion: 'v1', resource };
  const headers = new Map(accept === undefined ? [] : [['accept', [accept]]]);
  const body = { object: { spec } };
  return { caller: {}, request: { headers }, operation: { ...operation, subresource: '', body } } as object as Permit;
}

const ACCESS = permitOf('selfsubjectaccessreviews', { resourceAttributes: { verb: 'get', resource: 'pods' } });
const YES = { kind: 'SelfSubjectAccessReview', spec: {}, status: { allowed: true } };

function replyOf(body: string, part: Partial<UnaryReply> = {}): UnaryReply {
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(body.length), 'Audit-Id', 'x'];
  return { kind: 'unary', status: 201, headers, body: bytesSource(Buffer.from(body)), ...part };
}

/** The envelope around a message. */
function envelope(apiVersion: string, kind: string): (message: Uint8Array) => Buffer {
  const field = (number: number, bytes: Uint8Array) => Buffer.from([number * 8 + 2, bytes.length, ...bytes]);
  const type = Buffer.concat([field(1, Buffer.from(apiVersion)), field(2, Buffer.from(kind))]);
  return (message) => Buffer.concat([Buffer.from('k8s\0'), field(1, type), field(2, message)]);
}

async function textOf(reply: Reply): Promise<string> {
  return (await collectBytes((reply as UnaryReply).body, 1 << 20)).toString();
}

async function outcome(reply: UnaryReply, permit = ACCESS): Promise<string> {
  const answered = await answerReview(permit, reviews, scopes, reply);
  assert.equal(answered.kind, 'unary');
  const text = (await collectBytes((answered as UnaryReply).body, 1 << 20)).toString();
  const at = answered.headers.indexOf('Content-Length');
  assert.equal(answered.headers[at + 1], String(Buffer.byteLength(text)));
  assert.equal(answered.headers.filter((each) => each.toLowerCase() === 'content-length').length, 1);
  assert.ok(answered.headers.includes('Audit-Id'));
  return text;
}

const isRefused = (error: unknown) => error instanceof Refusal && error.code === 'OUTCOME_UNKNOWN';

suite('the reply to a review of oneself', () => {
  test('its status is of both, all else as the cluster has it', async () => {
    assert.deepEqual(JSON.parse(await outcome(replyOf(JSON.stringify(YES)))), {
      ...YES,
      status: { allowed: false, denied: true, reason: 'the gateway’s rule `p/d` denies it' },
    });
  });

  const PASSED: readonly (readonly [string, string, Partial<UnaryReply>])[] = [
    ['a failure', '{"kind":"Status","status":"Failure"}', { status: 403 }],
    ['what is no JSON', 'k8s\u0000\n', {}],
    ['what has no status', '{"kind":"SelfSubjectAccessReview"}', {}],
    ['what is no object', '[1]', {}],
    ['nothing', '', {}],
  ];
  for (const [name, body, part] of PASSED)
    test(`${name} passes as it is`, async () => assert.equal(await outcome(replyOf(body, part)), body));

  const about = { resourceAttributes: { verb: 'get', resource: 'pods' } };
  const accepting = (accept: string) => permitOf('selfsubjectaccessreviews', about, accept);
  const typed = (type: string, body: Uint8Array) =>
    replyOf('', { headers: ['Audit-Id', 'x', 'Content-Type', type, 'Content-Length', '0'], body: bytesSource(body) });

  test('in YAML it is the one in JSON, and called so', async () => {
    const permit = accepting('application/yaml');
    const reply = await answerReview(permit, reviews, scopes, replyOf(JSON.stringify(YES)));
    assert.deepEqual(reply.headers.slice(0, 2), ['Content-Type', 'application/yaml']);
    const { status } = parse(await textOf(reply)) as { status: unknown };
    assert.deepEqual(status, { allowed: false, denied: true, reason: 'the gateway’s rule `p/d` denies it' });
  });

  test('in protobuf only its status is another', async () => {
    const kind = { kind: 'SelfSubjectAccessReview', group: 'authorization.k8s.io', version: 'v1', isNamespaced: false };
    const type = envelope('authorization.k8s.io/v1', kind.kind);
    const message = writeProtobuf('authorization/v1.SelfSubjectAccessReview', {
      metadata: { name: 'kept' },
      spec: about,
      status: { allowed: true, reason: 'RBAC: allowed' },
    });
    const permit = accepting('application/vnd.kubernetes.protobuf');
    const reply = await answerReview(
      permit,
      reviews,
      scopes,
      typed('application/vnd.kubernetes.protobuf', type(message)),
    );
    const bytes = await collectBytes((reply as UnaryReply).body, 1 << 20);
    const read = readProtobuf(bytes, kind, DEFAULT_BODY_LIMITS) as {
      metadata: { name: string };
      spec: unknown;
      status: unknown;
    };
    assert.equal(read.metadata.name, 'kept');
    assert.deepEqual(
      { ...(read.status as object) },
      { allowed: false, denied: true, reason: 'the gateway’s rule `p/d` denies it' },
    );
  });

  test('metadata alone has no status, and passes as it is', async () => {
    const metadata = ';as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
    const json = '{"kind":"PartialObjectMetadata","metadata":{}}';
    assert.equal(await outcome(replyOf(json), accepting(`application/json${metadata}`)), json);
    const type = 'application/vnd.kubernetes.protobuf';
    const bytes = envelope('meta.k8s.io/v1', 'PartialObjectMetadata')(Buffer.alloc(0));
    const passed = await answerReview(accepting(`${type}${metadata}`), reviews, scopes, typed(type, bytes));
    assert.deepEqual(Buffer.from(await collectBytes((passed as UnaryReply).body, 1 << 20)), bytes);
  });

  test('T32: the review in the row of a table is answered too', async () => {
    const table = { kind: 'Table', rows: [{ cells: ['x'], object: YES }] };
    const { rows } = JSON.parse(
      await outcome(replyOf(JSON.stringify(table)), accepting('application/json;as=Table;g=meta.k8s.io;v=v1')),
    );
    assert.deepEqual(rows[0].cells, ['x']);
    assert.equal(rows[0].object.status.allowed, false);
  });

  test('T32: a yes in a form that cannot be read here is not passed on', async () => {
    const protobuf = 'application/vnd.kubernetes.protobuf';
    const newer = Buffer.concat([
      writeProtobuf('authorization/v1.SubjectAccessReviewStatus', { allowed: true }),
      Buffer.from([0x28, 1]),
    ]);
    const status = Buffer.from([0x1a, newer.length, ...newer]);
    const replies: readonly (readonly [string, Uint8Array])[] = [
      ['application/cbor', Buffer.from('d9d9f7a0', 'hex')],
      ['application/yaml', Buffer.from('status: {allowed: true}\n')],
      [protobuf, envelope('authorization.k8s.io/v1', 'SelfSubjectAccessReview')(status)],
      [protobuf, envelope('authorization.k8s.io/v2', 'SelfSubjectAccessReview')(Buffer.alloc(0))],
      ['', Buffer.from('{}')],
    ];
    for (const [type, body] of replies)
      await assert.rejects(answerReview(accepting(type || '*/*'), reviews, scopes, typed(type, body)), isRefused, type);
  });

  test('a review that asks nothing passes as it is', async () => {
    const body = JSON.stringify(YES);
    assert.equal(await outcome(replyOf(body), permitOf('selfsubjectaccessreviews', {})), body);
  });

  const bound = (bytes: number) => replyOf(`"${'x'.repeat(bytes - 2)}"`);

  test('a reply at the bound is read, one byte over is refused', async () => {
    const taken = await answerReview(ACCESS, reviews, scopes, bound(REVIEW_LIMITS.replyBytesMax));
    assert.equal(taken.status, 201);
    await assert.rejects(answerReview(ACCESS, reviews, scopes, bound(REVIEW_LIMITS.replyBytesMax + 1)), isRefused);
  });

  test('a reply that breaks off is refused', async () => {
    const body: ByteSource = { start: (sink) => sink.fail(new Error('reset')), resume() {}, cancel() {} };
    await assert.rejects(answerReview(ACCESS, reviews, scopes, replyOf('', { body })), isRefused);
  });

  test('rules that the gateway has none of are none', async () => {
    const rule = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
    const cluster = { resourceRules: [rule], nonResourceRules: [], incomplete: false, evaluationError: 'webhook down' };
    const reply = replyOf(JSON.stringify({ kind: 'SelfSubjectRulesReview', status: cluster }));
    const text = await outcome(reply, permitOf('selfsubjectrulesreviews', { namespace: 'shop' }));
    const { status } = JSON.parse(text);
    assert.deepEqual(status.resourceRules, []);
    assert.equal(status.incomplete, true);
    assert.match(status.evaluationError, /^webhook down; /);
  });
});

test('a review is forwarded for one form of reply, all other headers as they came', () => {
  const headers = new Map([
    ['accept', ['application/vnd.kubernetes.protobuf', 'application/json']],
    ['accept-encoding', ['gzip']],
    ['user-agent', ['kubectl']],
  ]);
  assert.deepEqual(
    [...reviewHeaders(headers)],
    [
      ['accept', ['application/json']],
      ['user-agent', ['kubectl']],
    ],
  );
  assert.equal(headers.size, 3);
});
