import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { SignJWT } from 'jose';
import { callerOf } from '../../test/support/operation.ts';
import { ISSUED_TOKEN_HEADER, ISSUED_TOKEN_ISSUER } from '../model/issued-token-form.ts';
import { FAILURE_LIMITS } from './failed-tokens.ts';
import { withIssuedTokens } from './issued-tokens.ts';

const clock = { now: () => 0, monotonic: () => 0 };
const kid = '0123456789abcdefghijklmnop';
const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const caller = callerOf({ subject: 'dev' });
const tries = FAILURE_LIMITS.failuresPerAddressBurstMax + 1;

const others = {
  authenticate: async () => {
    throw new Error('taken for the token of an issuer');
  },
};

const tokenOf = (id: string) =>
  new SignJWT({})
    .setProtectedHeader({ ...ISSUED_TOKEN_HEADER, kid })
    .setIssuer(ISSUED_TOKEN_ISSUER)
    .setJti(id)
    .setExpirationTime(3600)
    .sign(privateKey);

/** A gateway that knows one key; how the token is presented again and again, as many times as may fail and once more. */
async function presented(issued: Parameters<typeof withIssuedTokens>[1]) {
  const authenticator = withIssuedTokens(others, issued, clock);
  const token = await tokenOf('t1');
  const told: string[] = [];
  for (let i = 0; i < tries; i++) {
    const outcome = authenticator.authenticate({ token, peer: '192.0.2.1' });
    told.push(
      await outcome.then(
        ({ subject }) => subject,
        ({ code }: { code: string }) => code,
      ),
    );
  }
  return told;
}

const keyOf = async (id: string) => (id === kid ? publicKey : undefined);

test('a token that is in force is looked up once, and then known', async () => {
  let lookUps = 0;
  const lookUp = async () => void lookUps++;
  const told = await presented({ keyOf, lookUp, callerOf: () => caller });
  assert.deepEqual(new Set(told), new Set(['dev']));
  assert.equal(lookUps, 1);
});

test('a token that has ended, and comes again and again, is held to the rate of tokens that fail', async () => {
  let lookUps = 0;
  const lookUp = async () => void lookUps++;
  const told = await presented({ keyOf, lookUp, callerOf: () => undefined });
  assert.deepEqual([told[0], told.at(-1)], ['TOKEN_EXPIRED', 'AUTHENTICATION_THROTTLED']);
  assert.equal(lookUps, tries - 1);
});

test('a genuine token that the store cannot tell of has not failed, however often it comes', async () => {
  const lookUp = async () => {
    throw new Error('no connection');
  };
  const told = await presented({ keyOf, lookUp, callerOf: () => undefined });
  assert.deepEqual(new Set(told), new Set(['STORE_UNAVAILABLE']));
});
