import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { fixedCredential } from './credential.ts';
import { unlessUnused } from './unused-credential.ts';

const signal = new AbortController().signal;

test('what nobody uses is forgotten with all that it holds, and made anew by who asks next', async () => {
  let made = 0;
  const source = unlessUnused(() => {
    made++;
    return fixedCredential({ token: 'x' });
  }, 1);
  const first = await source.current(signal);
  let now = first;
  while (now === first) {
    await wait(5);
    now = await source.current(signal);
  }
  assert.ok(made >= 2);
});

test('what is used is kept', async () => {
  const source = unlessUnused(() => fixedCredential({ token: 'x' }), 3_600_000);
  assert.equal(await source.current(signal), await source.current(signal));
});
