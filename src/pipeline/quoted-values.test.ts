import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testMasking } from '../../test/support/masking.ts';
import { callerOf, operationOf } from '../../test/support/operation.ts';
import type { Probe } from '../connectors/connector.ts';
import { MaskRules } from '../masking/rules/mask-rules.ts';
import type { Permit } from '../model/permit.ts';
import { Rejection } from '../model/rejection.ts';
import type { Reply, UnaryReply } from '../model/reply.ts';
import { bytesSource, collectBytes } from '../std/byte-source.ts';
import { mask } from './mask.ts';
import { quotedValues } from './quoted-values.ts';

const CANARY = 'plain "canary" words';
const SAID = `Job.batch "a" is invalid: spec.template: Invalid value: core.PodTemplateSpec{Env:[]core.EnvVar{core.EnvVar{Name:"DB_URL", Value:${JSON.stringify(CANARY)}}, core.EnvVar{Name:"DB_PASSWORD", Value:"c0rrect-h0rse"}}}: field is immutable`;
const MASKED = SAID.replace('plain \\"canary\\" words', 'masked-by-sallyport-value').replace(
  'c0rrect-h0rse',
  'masked-by-sallyport-keyed-secret',
);
const job = {
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: { name: 'a', namespace: 'shop', uid: 'u' },
  spec: { template: { spec: { containers: [{ name: 'c', env: [{ name: 'DB_URL', value: CANARY }] }] } } },
};
const own = { id: 'p/urls', source: { file: 'p.yaml', line: 1 }, compare: 'field', honeytoken: false } as const;
const byPolicy = new MaskRules([{ ...own, at: [], annotations: [], labels: [], env: ['*_URL'], keys: [], detect: [] }]);
const caller = callerOf({});
const operation = operationOf({
  method: 'PATCH',
  uri: '/apis/batch/v1/namespaces/shop/jobs/a',
  mediaType: 'application/merge-patch+json',
  body: { spec: { template: { metadata: { labels: { a: 'b' } } } } },
});
const request = { id: 'x', method: 'PATCH', headers: new Map() };
const permit = { caller, operation, request, decision: {} } as unknown as Permit;

/** A gateway whose target refuses every dry run, and has the job. */
function gatewayWith(rules: MaskRules) {
  const reads: string[] = [];
  const probe = {
    result: async () => new Rejection(SAID),
    preview: async () => ({ rejection: { status: 422, reason: 'Invalid', message: SAID }, risks: [], missing: [] }),
  } as unknown as Probe;
  const writeBack = {
    own: async () => {
      reads.push('own');
      return { apiGroup: 'batch', resource: 'jobs', namespace: 'shop', bytes: Buffer.from(JSON.stringify(job)) };
    },
  };
  return { gateway: { probe, writeBack, masking: testMasking(rules) }, reads };
}

function replyOf(status: number, headers: readonly string[] = []): UnaryReply {
  const bytes = Buffer.from(JSON.stringify({ kind: 'Status', status: 'Failure', message: SAID, code: status }));
  const all = ['Content-Type', 'application/json', 'Content-Length', String(bytes.length), ...headers];
  return { kind: 'unary', status, headers: all, body: bytesSource(bytes) } as UnaryReply;
}

async function maskedFor(rules: MaskRules, reply: UnaryReply, hasMasks = false) {
  const { gateway, reads } = gatewayWith(rules);
  const known = await quotedValues(gateway, caller, operation, hasMasks).of(permit, reply as Reply);
  const recording = { edits: () => {}, timed: <R>(work: () => R) => work(), masksTurn: () => undefined };
  const masked = mask(permit, reply as Reply, known, gateway.masking, recording);
  assert.equal(masked.kind, 'unary');
  const body = 'body' in masked ? (await collectBytes(masked.body, 10_000)).toString() : '';
  return { headers: masked.headers, body, reads };
}

test('T46: what a refused change quotes of the object is masked as it is where it stands, whatever it looks like', async () => {
  const { body, reads } = await maskedFor(byPolicy, replyOf(422));
  const said = JSON.parse(body.replace(/masked-by-sallyport-[a-z2-7]{20}/, 'masked-by-sallyport-keyed-secret'));
  assert.deepEqual(said, { kind: 'Status', status: 'Failure', message: MASKED, code: 422 });
  assert.deepEqual(reads, ['own']);
});

test('T46: so it is in a warning beside a change that was made', async () => {
  const { headers } = await maskedFor(byPolicy, replyOf(200, ['Warning', `299 - "${CANARY}"`]));
  assert.equal(headers.at(-1), '299 - "masked-by-sallyport-value"');
});

test('nothing is read again where no mask of policy speaks to the caller and none was put back, or nothing is quoted', async () => {
  for (const [rules, reply] of [
    [new MaskRules(), replyOf(422)],
    [byPolicy, replyOf(200)],
  ] as const)
    assert.deepEqual((await maskedFor(rules, reply)).reads, []);
  assert.deepEqual((await maskedFor(new MaskRules(), replyOf(422), true)).reads, ['own']);
});

const heard = async (rules: MaskRules, said = SAID) => {
  const { gateway } = gatewayWith(rules);
  const probe: Probe = { ...gateway.probe, result: async () => new Rejection(said) };
  const quoted = quotedValues({ ...gateway, probe }, caller, operation, false);
  const result = await quoted.gateway.probe.result(operation, caller);
  assert.ok(result instanceof Rejection);
  const { rejection } = await quoted.gateway.probe.preview(operation, undefined, caller, AbortSignal.any([]));
  return { inReason: result.message, inPlan: rejection?.message };
};

test('T46: a dry run that the target refuses is told of without values: in the reason of a decision, in a plan, to who answers', async () => {
  assert.deepEqual(await heard(byPolicy), { inReason: MASKED, inPlan: MASKED });
  const byLook = SAID.replace('c0rrect-h0rse', 'masked-by-sallyport-keyed-secret');
  assert.deepEqual(await heard(new MaskRules()), { inReason: byLook, inPlan: byLook });
});

test('what is told of it is masked before it is cut', async () => {
  const before = '.'.repeat(1024 - SAID.indexOf(' \\"canary') - 3);
  assert.ok(new Rejection(before + SAID).message.endsWith('plain \\"…'));
  assert.ok(!(await heard(byPolicy, before + SAID)).inReason.includes('plain'));
});
