import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { Permit } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { UnaryReply } from '../../../model/reply.ts';
import { type ByteSource, bytesSource, collectBytes } from '../../../std/byte-source.ts';
import { answerReview, reviewHeaders } from './forward-review.ts';
import { REVIEW_LIMITS, type Reviews } from './reviews.ts';

const reviews: Reviews = {
  foresee: () => ({ effect: 'deny', by: 'rule', rule: 'p/d', reason: '', advice: '' }),
  foreseeLooked: async () => ({ effect: 'deny', by: 'rule', rule: 'p/d', reason: '', advice: '' }),
  rulesFor: () => [],
};
const scopes = { isNamespaced: async () => true };

function permitOf(resource: string, spec: object): Permit {
  const operation = { target: 'demo', verb: 'create', apiGroup: 'authorization.k8s.io', resource, subresource: '' };
  return { caller: {}, operation: { ...operation, body: { object: { spec } } } } as object as Permit;
}

const ACCESS = permitOf('selfsubjectaccessreviews', { resourceAttributes: { verb: 'get', resource: 'pods' } });
const YES = { kind: 'SelfSubjectAccessReview', spec: {}, status: { allowed: true } };

function replyOf(body: string, part: Partial<UnaryReply> = {}): UnaryReply {
  const headers = ['Content-Type', 'application/json', 'Content-Length', String(body.length), 'Audit-Id', 'x'];
  return { kind: 'unary', status: 201, headers, body: bytesSource(Buffer.from(body)), ...part };
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

  test('a review that asks nothing passes as it is', async () => {
    const body = JSON.stringify(YES);
    assert.equal(await outcome(replyOf(body), permitOf('selfsubjectaccessreviews', {})), body);
  });

  const bound = (bytes: number) => replyOf(`"${'x'.repeat(bytes - 2)}"`);
  const isRefused = (error: unknown) => error instanceof Refusal && error.code === 'OUTCOME_UNKNOWN';

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
