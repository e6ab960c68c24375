import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Credential } from './credential.ts';
import { renewedCredential } from './renewed-credential.ts';

const signal = new AbortController().signal;
const HOUR_MS = 3_600_000;

/** A source whose clock can be set back, as a machine's is, while time goes on; `fails`: the first try does. */
function source({ fails }: { readonly fails: boolean }) {
  let [wallMs, elapsedMs, tries] = [24 * HOUR_MS, 0, 0];
  const credentials = renewedCredential({
    make: async () => {
      tries++;
      if (fails && tries === 1) throw new Error('not now');
      return new Credential({ token: `t${tries}` });
    },
    what: 'it was made',
    clock: { now: () => wallMs, monotonic: () => elapsedMs },
  });
  const setBack = () => {
    wallMs -= HOUR_MS;
  };
  const pass = (ms: number) => {
    wallMs += ms;
    elapsedMs += ms;
  };
  return { credentials, setBack, pass };
}

test('a clock that is set back after a failure puts no further try off', async () => {
  const { credentials, setBack, pass } = source({ fails: true });
  await assert.rejects(credentials.current(signal), /not now/);
  setBack();
  await assert.rejects(credentials.current(signal), /not now/);
  pass(2_000);
  assert.equal((await credentials.current(signal)).authorization, 'Bearer t2');
});

test('a clock that is set back keeps no credential in force that upstream does not take', async () => {
  const { credentials, setBack, pass } = source({ fails: false });
  const first = await credentials.current(signal);
  setBack();
  pass(10_000);
  credentials.invalidate(first);
  assert.equal((await credentials.current(signal)).authorization, 'Bearer t2');
});
