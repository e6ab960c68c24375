import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal } from '../model/refusal.ts';
import { assert as holds } from '../std/assert.ts';
import { toRefusal } from './to-refusal.ts';

function thrownBy(work: () => unknown): unknown {
  try {
    return work();
  } catch (thrown) {
    return thrown;
  }
}

const bugs = {
  'a broken invariant': thrownBy(() => holds(false, 'one and one are three')),
  'a mistake in the code': thrownBy(() => (undefined as unknown as Buffer).length),
  'a refusal that says so': new Refusal('INTERNAL', 'it does not say for whom'),
};

const consequences = {
  'a connection that broke': Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }),
  'what was given up': thrownBy(() => AbortSignal.abort().throwIfAborted()),
  'a refusal': new Refusal('OUTCOME_UNKNOWN', 'the connection broke'),
};

const here = new AbortController().signal;
const gone = AbortSignal.abort();

for (const [what, thrown] of Object.entries(bugs))
  test(`${what} is told as a fault of the gateway, whether or not its caller has gone`, () => {
    for (const signal of [here, gone]) assert.equal(toRefusal(thrown, signal).code, 'INTERNAL');
    assert.equal(toRefusal(thrown, gone).detail, toRefusal(thrown, here).detail);
  });

for (const [what, thrown] of Object.entries(consequences))
  test(`${what} is a consequence of the caller’s going, where it has gone`, () => {
    assert.equal(toRefusal(thrown, gone).code, 'CALLER_GONE');
    assert.equal(toRefusal(thrown, here).code, thrown instanceof Refusal ? thrown.code : 'INTERNAL');
  });
