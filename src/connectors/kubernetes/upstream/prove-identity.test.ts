import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROBE_SUBJECT } from '../../../model/caller.ts';
import { Refusal } from '../../../model/refusal.ts';
import { bytesSource } from '../../../std/byte-source.ts';
import { PROOF_LIMITS, provenUpstream } from './prove-identity.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

const signal = new AbortController().signal;
const REQUEST: UpstreamRequest = {
  method: 'GET',
  uri: '/api/v1/pods',
  headers: new Map(),
  body: undefined,
  identity: { subject: 'ada', groups: [] },
  isStream: false,
};

function upstreamThatSees(first: string) {
  const state = { seen: first as string | Error, reviews: 0, sent: 0, nowMs: 0 };
  const upstream: Upstream = {
    async send({ uri }) {
      if (!uri.endsWith('selfsubjectreviews')) {
        state.sent++;
        return { kind: 'unary', status: 200, headers: [], body: bytesSource(Buffer.alloc(0)) };
      }
      state.reviews++;
      if (state.seen instanceof Error) throw state.seen;
      const body = Buffer.from(JSON.stringify({ status: { userInfo: { username: state.seen } } }));
      return { kind: 'unary', status: 201, headers: [], body: bytesSource(body) };
    },
    async upgrade() {
      throw new Error('an upgrade was sent');
    },
    close: async () => {},
  };
  const clock = { now: () => state.nowMs, monotonic: () => state.nowMs };
  const proven = provenUpstream(upstream, clock);
  const ask = () =>
    proven.send(REQUEST, signal).then(
      () => 'sent',
      (error: Refusal) => error.code,
    );
  return { state, ask, proven };
}

/** Lets what goes on in the background come to its end. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a proof is renewed in the background, and good for ten minutes where it cannot be', async () => {
  const { state, ask } = upstreamThatSees(PROBE_SUBJECT);
  for (let i = 0; i < 5; i++) assert.equal(await ask(), 'sent');
  assert.equal(state.reviews, 1);
  state.nowMs += PROOF_LIMITS.proofRenewMs;
  assert.equal(await ask(), 'sent');
  await settled();
  assert.equal(state.reviews, 2);
  state.seen = new Refusal('UPSTREAM_TIMEOUT', 'slow');
  state.nowMs += PROOF_LIMITS.proofGoodMs - 1;
  assert.equal(await ask(), 'sent');
  await settled();
  state.nowMs += 1;
  assert.equal(await ask(), 'TARGET_UNPROVEN');
  assert.equal(state.sent, 7);
});

test('what upstream says otherwise in the background ends the proof at once', async () => {
  const { state, ask, proven } = upstreamThatSees(PROBE_SUBJECT);
  assert.equal(await ask(), 'sent');
  state.seen = 'the-proxy';
  state.nowMs += PROOF_LIMITS.proofRenewMs;
  await ask();
  await settled();
  const { sent } = state;
  assert.equal(await ask(), 'TARGET_UNPROVEN');
  await assert.rejects(proven.upgrade(REQUEST, 'websocket', signal), { code: 'TARGET_UNPROVEN' });
  assert.equal(state.sent, sent);
});

test('after a failure nobody asks for a moment, and what says that nothing was reached is told as that', async () => {
  const { state, ask } = upstreamThatSees('');
  state.seen = new Refusal('UPSTREAM_UNREACHABLE', 'down');
  for (let i = 0; i < 3; i++) assert.equal(await ask(), 'UPSTREAM_UNREACHABLE');
  assert.equal(state.reviews, 1);
  state.seen = PROBE_SUBJECT;
  state.nowMs += PROOF_LIMITS.proofRetryMs;
  assert.equal(await ask(), 'sent');
});
