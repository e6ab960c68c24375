import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../../../model/refusal.ts';
import { foundUpstream } from './found-upstream.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

const request = { method: 'GET', uri: '/version' } as UpstreamRequest;
const signal = new AbortController().signal;
const unreachable = () => new Refusal('UPSTREAM_UNREACHABLE', 'not reached', { detail: 'certificate' });

function world({
  find,
  send = async () => ({ status: 200 }),
}: {
  find: () => Promise<string>;
  send?: () => Promise<unknown>;
}) {
  const state = { nowMs: 0, closed: 0 };
  const upstream = foundUpstream({
    find,
    create: () => ({ send, upgrade: send, close: async () => void state.closed++ }) as unknown as Upstream,
    doubt: async (place) => `${place} has moved`,
    clock: { now: () => state.nowMs, monotonic: () => state.nowMs },
  });
  return { state, upstream };
}

async function detailOf(promise: Promise<unknown>): Promise<string> {
  const error = await promise.then(
    () => assert.fail('it was sent'),
    (thrown) => thrown,
  );
  assert.ok(error instanceof Refusal && error.code === 'UPSTREAM_UNREACHABLE');
  return error.detail;
}

test('a place is asked for once, for however many requests wait', async () => {
  let asked = 0;
  const { upstream, state } = world({ find: async () => `place ${asked++}` });
  await Promise.all([upstream.send(request, signal), upstream.upgrade(request, 'websocket', signal)]);
  await upstream.send(request, signal);
  assert.equal(asked, 1);
  await upstream.close();
  assert.equal(state.closed, 1);
});

test('a place that cannot be found is asked for again, and not at once', async () => {
  let asked = 0;
  const { upstream, state } = world({
    find: async () => {
      if (asked++ === 0) throw new Error('AccessDenied');
      return 'place';
    },
  });
  assert.equal(await detailOf(upstream.send(request, signal)), 'Error: AccessDenied');
  assert.equal(await detailOf(upstream.send(request, signal)), 'Error: AccessDenied');
  assert.equal(asked, 1);
  state.nowMs += 2_000;
  assert.equal((await upstream.send(request, signal)).status, 200);
});

test('who gives up does not wait for AWS', async () => {
  const { upstream } = world({ find: () => new Promise(() => {}) });
  assert.equal(await detailOf(upstream.send(request, AbortSignal.abort())), 'given up while it was asked for');
});

test('a server that is not reached is told with what is known of its place, and asked for once a minute', async () => {
  const { upstream, state } = world({
    find: async () => 'place',
    send: async () => {
      throw unreachable();
    },
  });
  assert.equal(await detailOf(upstream.send(request, signal)), 'certificate');
  assert.equal(await detailOf(upstream.send(request, signal)), 'certificate; place has moved');
  state.nowMs += 1;
  assert.equal(await detailOf(upstream.send(request, signal)), 'certificate; place has moved');
});
