import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { inspect } from 'node:util';
import { Refusal } from '../../../model/refusal.ts';
import type { AwsSession } from './aws-access.ts';
import { eksCredential } from './eks-credential.ts';

const CLUSTER = { cluster: 'prod', region: 'eu-west-1', sessionName: 'sallyport', tags: {}, isFips: false };
const MINUTE_MS = 60_000;
const signal = new AbortController().signal;

/** A source over an AWS that counts what it is asked, at a clock that the test sets. */
function world(answer: (asked: number, nowMs: number) => AwsSession, until = async () => {}) {
  const state = { nowMs: Date.parse('2026-01-01T00:00:00Z'), asked: 0 };
  const clock = { now: () => state.nowMs, monotonic: () => state.nowMs };
  const aws = {
    stsHost: async () => 'sts.eu-west-1.amazonaws.com',
    sessionForTokens: async () => {
      const asked = ++state.asked;
      await until();
      return answer(asked, state.nowMs);
    },
  };
  return { state, source: eksCredential({ cluster: CLUSTER, aws, clock }) };
}

const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'hidden-key', sessionToken: 'hidden-session' };
const anHour = (_: number, nowMs: number) => ({ keys, endsAt: nowMs + 60 * MINUTE_MS });

test('a token is used for ten minutes, and replaced while it is good; the session too: no request waits for AWS', async () => {
  const { state, source } = world(anHour);
  const first = await source.current(signal);
  assert.equal(state.asked, 1);
  assert.equal((first.endsAt ?? 0) - state.nowMs, 14 * MINUTE_MS);
  let last = first;
  let waits = 0;
  for (let minute = 0; minute < 240; minute++) {
    state.nowMs += MINUTE_MS;
    const now = await source.current(signal);
    // What is given is at once one that is good for three minutes more at least.
    assert.ok((now.endsAt ?? 0) - state.nowMs >= 3 * MINUTE_MS);
    if (now === last && minute % 10 === 9) waits++;
    last = now;
    await setImmediate();
  }
  assert.ok(waits > 0);
  // A session is renewed every 45 minutes.
  assert.ok(state.asked >= 5 && state.asked <= 7, `asked ${state.asked} times in four hours`);
});

for (const everyMinutes of [1, 5, 12])
  test(`where a request comes each ${everyMinutes} minutes, none but the first waits for AWS, which answers only after it`, async () => {
    let answers: (() => void)[] = [];
    const { state, source } = world(
      (_, nowMs) => ({ keys, endsAt: nowMs + 60 * MINUTE_MS }),
      () => new Promise((done) => answers.push(done)),
    );
    const answer = async () => {
      await setImmediate();
      for (const done of answers) done();
      answers = [];
      await setImmediate();
    };
    const first = source.current(signal);
    await answer();
    await first;
    for (let minute = everyMinutes; minute < 240; minute += everyMinutes) {
      state.nowMs += everyMinutes * MINUTE_MS;
      const had = source.current(signal);
      const isThere = await Promise.race([had.then(() => true), setImmediate(false)]);
      assert.ok(isThere, `at minute ${minute} a request waited for AWS`);
      assert.ok(((await had).endsAt ?? 0) - state.nowMs >= MINUTE_MS);
      await answer();
    }
    assert.ok(state.asked >= 4 && state.asked <= 7, `asked ${state.asked} times in four hours`);
  });

test('a session that ends while AWS is asked for the next one signs nothing more', async () => {
  let refuse = () => {};
  const { state, source } = world(
    (asked, nowMs) => {
      if (asked > 1) throw new Error('ServiceUnavailable');
      return { keys, endsAt: nowMs + 60 * MINUTE_MS };
    },
    () =>
      new Promise((done) => {
        refuse = done;
      }),
  );
  const first = source.current(signal);
  refuse();
  await first;
  state.nowMs += 59.5 * MINUTE_MS;
  const late = source.current(signal);
  await setImmediate();
  state.nowMs += MINUTE_MS;
  refuse();
  await assert.rejects(late, (error) => error instanceof Refusal && error.detail.includes('ServiceUnavailable'));
});

test('a token ends with the session that signed it', async () => {
  const { state, source } = world((_, nowMs) => ({ keys, endsAt: nowMs + 5 * MINUTE_MS }));
  assert.equal((await source.current(signal)).endsAt, state.nowMs + 5 * MINUTE_MS);
});

test('a session that cannot be renewed is good to its end, and what failed is told then, without a key', async () => {
  const { state, source } = world((asked, nowMs) => {
    if (asked > 1) throw new Error('AccessDenied: not authorized to perform sts:AssumeRole');
    return { keys, endsAt: nowMs + 60 * MINUTE_MS };
  });
  const { nowMs: startedAt } = state;
  for (let minute = 0; minute < 59; minute++) {
    const credential = await source.current(signal);
    assert.ok((credential.endsAt ?? 0) <= startedAt + 60 * MINUTE_MS);
    await setImmediate();
    state.nowMs += MINUTE_MS;
  }
  state.nowMs += 2 * MINUTE_MS;
  const refusal = await source.current(signal).then(
    () => assert.fail('it was had'),
    (error) => error,
  );
  assert.ok(refusal instanceof Refusal && refusal.code === 'CREDENTIAL_UNAVAILABLE');
  assert.match(refusal.detail, /^AWS: Error: AccessDenied/);
  assert.doesNotMatch(refusal.message, /AccessDenied/);
});

test('a token that upstream did not take is signed with another session', async () => {
  const { state, source } = world(anHour);
  const first = await source.current(signal);
  state.nowMs += 11_000;
  source.invalidate(first);
  assert.notEqual(await source.current(signal), first);
  assert.equal(state.asked, 2);
});

test('a credential shows nothing of itself', async () => {
  const credential = await world(anHour).source.current(signal);
  assert.doesNotMatch(`${inspect(credential, { depth: 9 })}${JSON.stringify(credential)}`, /hidden|k8s-aws/);
});
