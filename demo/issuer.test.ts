import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import { startIssuer } from './issuer.ts';

test('a token from the token endpoint verifies against discovery and JWKS, with subject, groups and audience', async () => {
  const issuer = await startIssuer();
  try {
    const discovery = (await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()) as {
      issuer: string;
      jwks_uri: string;
    };
    assert.equal(discovery.issuer, issuer.url);
    const token = await issuer.tokenFor('triage-bot', ['sre-bots', 'a,b'], { claims: { purpose: 'demo' } });
    const keys = createRemoteJWKSet(new URL(discovery.jwks_uri));
    const { payload } = await jwtVerify(token, keys, { issuer: issuer.url, audience: 'sallyport' });
    assert.equal(payload.sub, 'triage-bot');
    assert.deepEqual(payload.groups, ['sre-bots', 'a,b']);
    assert.equal(payload.purpose, 'demo');
    assert.equal((payload.exp ?? 0) - (payload.iat ?? 0), 12 * 60 * 60);
  } finally {
    await issuer.close();
  }
});

test('claims of a caller never replace those that the provider sets', async () => {
  const issuer = await startIssuer();
  try {
    const token = await issuer.tokenFor('bot', [], {
      claims: { sub: 'other', iss: 'other', aud: 'other' },
      lifetimeSeconds: 60,
    });
    const payload = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    assert.equal(payload.sub, 'bot');
    assert.equal(payload.iss, issuer.url);
    assert.equal(payload.aud, 'sallyport');
    assert.equal(payload.exp - payload.iat, 60);
  } finally {
    await issuer.close();
  }
});

test('keys rotate: new tokens name a new key, and a dropped key is no longer served', async () => {
  const issuer = await startIssuer();
  const served = async (): Promise<string[]> => {
    const { keys } = (await (await fetch(`${issuer.url}/jwks`)).json()) as { keys: { kid: string }[] };
    return keys.map((key) => key.kid);
  };
  const signer = async (): Promise<string | undefined> => decodeProtectedHeader(await issuer.tokenFor('bot', [])).kid;
  try {
    const first = await signer();
    await issuer.rotateKeys();
    const second = await signer();
    assert.notEqual(second, first);
    assert.deepEqual(await served(), [second, first]);
    await issuer.rotateKeys({ isOldDropped: true });
    assert.deepEqual(await served(), [await signer()]);
  } finally {
    await issuer.close();
  }
});

test('it can be reached over HTTPS with its own authority', async () => {
  const issuer = await startIssuer({ isSecure: true });
  try {
    assert.match(issuer.url, /^https:/);
    assert.match(issuer.caPem ?? '', /BEGIN CERTIFICATE/);
    assert.equal((await issuer.tokenFor('bot', ['g'])).split('.').length, 3);
  } finally {
    await issuer.close();
  }
});
