import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { identitiesOf } from '../model/identities-of.ts';
import type { Refusal } from '../model/refusal.ts';
import type { Request } from '../model/request.ts';
import { type Authenticator, createAuthenticator } from './authenticator.ts';
import { FAILURE_LIMITS } from './failed-tokens.ts';
import type { Issuer } from './issuer.ts';
import { KEY_LIMITS } from './issuer-keys.ts';

const NOW_S = 1_800_000_000;
const clock = { nowMs: NOW_S * 1000, monotonicMs: 0, now: () => clock.nowMs, monotonic: () => clock.monotonicMs };

let server: Server;
let issuer: Issuer;
let keys: Record<string, { publicKey: CryptoKey; privateKey: CryptoKey }>;
let served: string[] = [];
let isDown = false;
let fetches = 0;

before(async () => {
  keys = { one: await generateKeyPair('RS256'), two: await generateKeyPair('ES256') };
  server = createServer(async (request, response) => {
    fetches++;
    if (isDown) return response.writeHead(503).end();
    if (request.url?.endsWith('openid-configuration'))
      return response.end(JSON.stringify({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` }));
    return response.end(JSON.stringify({ keys: await Promise.all(served.map(publicJwk)) }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  issuer = {
    name: 'main',
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    audiences: ['sallyport'],
    keys: { from: 'discovery' },
    caFile: undefined,
    subject: { claim: 'sub', prefix: 'ci:' },
    groups: { claim: 'groups', prefix: '' },
    labels: { repo: 'repository' },
    kind: 'autonomous',
  };
});
after(() => server.close());

async function publicJwk(kid: string) {
  const { publicKey } = keys[kid] as { publicKey: CryptoKey };
  return { ...(await exportJWK(publicKey)), kid, use: 'sig' };
}

interface Minted {
  readonly claims?: Record<string, unknown>;
  readonly kid?: string;
  readonly alg?: string;
  readonly key?: Parameters<SignJWT['sign']>[0];
}

function mint({ claims = {}, kid = 'one', alg = 'RS256', key }: Minted = {}): Promise<string> {
  const all = { iss: issuer.url, aud: 'sallyport', sub: 'dev', exp: NOW_S + 600, ...claims };
  return new SignJWT(all)
    .setProtectedHeader({ alg, kid })
    .sign(key ?? (keys[kid] as { privateKey: CryptoKey }).privateKey);
}

async function outcome(authenticator: Authenticator, token: string | undefined): Promise<string> {
  try {
    const caller = await authenticator.authenticate({ token, peer: '192.0.2.1' } as Request);
    return `${caller.subject} [${caller.groups}]`;
  } catch (error) {
    return (error as Refusal).code ?? String(error);
  }
}

function fresh(): Authenticator {
  served = ['one'];
  isDown = false;
  clock.nowMs = NOW_S * 1000;
  return createAuthenticator([issuer], clock);
}

const CLAIMS: readonly (readonly [string, Record<string, unknown>, string])[] = [
  ['a plain token', {}, 'ci:dev []'],
  ['groups', { groups: ['a', 'b', 'a'] }, 'ci:dev [a,b]'],
  ['one group as a string', { groups: 'a' }, 'ci:dev [a]'],
  [
    'T4: Kubernetes’ own groups are dropped',
    { groups: ['system:masters', 'system:nodes', 'system:authenticated', 'ops'] },
    'ci:dev [ops]',
  ],
  [
    'T68: as many groups as upstream takes headers for',
    { groups: Array.from({ length: 200 }, () => 'a') },
    'ci:dev [a]',
  ],
  ['T68: one group more', { groups: Array.from({ length: 201 }, () => 'a') }, 'TOKEN_INVALID'],
  ['T5: a group with a comma stays one', { groups: ['a,system:masters'] }, 'ci:dev [a,system:masters]'],
  ['more actors behind each other than may be', { act: actorsOf(11) }, 'TOKEN_INVALID'],
  ['T5: an actor with a line end', { act: { sub: 'a\r\nImpersonate-User: x' } }, 'TOKEN_INVALID'],
  ['T5: a group with a line end', { groups: ['a\r\nImpersonate-User: x'] }, 'TOKEN_INVALID'],
  ['T5: a group with NUL', { groups: ['a\0b'] }, 'TOKEN_INVALID'],
  ['T5: a subject with a line end', { sub: 'a\nb' }, 'TOKEN_INVALID'],
  ['T7: an empty subject', { sub: '' }, 'TOKEN_INVALID'],
  ['T7: no subject', { sub: undefined }, 'TOKEN_INVALID'],
  ['groups of another shape', { groups: { a: 1 } }, 'TOKEN_INVALID'],
  ['groups that are numbers', { groups: [1] }, 'TOKEN_INVALID'],
  ['groups that are elsewhere', { _claim_names: { groups: 'src1' }, _claim_sources: { src1: {} } }, 'TOKEN_INVALID'],
  ['groups that are here and elsewhere', { groups: ['a'], _claim_names: { groups: 'src1' } }, 'TOKEN_INVALID'],
  ['another claim that is elsewhere', { _claim_names: { address: 'src1' } }, 'ci:dev []'],
  ['claims that are elsewhere in no known form', { _claim_names: 'groups' }, 'TOKEN_INVALID'],
  ['more groups than the token holds', { hasgroups: true }, 'TOKEN_INVALID'],
  ['more groups than the token holds, as text', { hasgroups: 'true' }, 'TOKEN_INVALID'],
  ['no more groups than the token holds', { hasgroups: false, groups: ['a'] }, 'ci:dev [a]'],
  ['a label that is elsewhere', { _claim_names: { repository: 'src1' } }, 'TOKEN_INVALID'],
  ['T63: another audience', { aud: 'other' }, 'TOKEN_INVALID'],
  ['T63: no audience', { aud: undefined }, 'TOKEN_INVALID'],
  ['T63: another issuer', { iss: 'https://other' }, 'TOKEN_INVALID'],
  ['T63: the issuer with a slash behind', { iss: 'SELF/' }, 'TOKEN_INVALID'],
  ['T63: no end', { exp: undefined }, 'TOKEN_INVALID'],
  ['T63: ended', { exp: NOW_S - 31 }, 'TOKEN_EXPIRED'],
  ['ended within the clock skew', { exp: NOW_S - 20 }, 'ci:dev []'],
  ['T63: not begun', { nbf: NOW_S + 60 }, 'TOKEN_EXPIRED'],
];

for (const [name, claims, expected] of CLAIMS) {
  test(`claims: ${name}`, async () => {
    const iss = claims['iss'] === 'SELF/' ? { iss: `${issuer.url}/` } : {};
    assert.equal(await outcome(fresh(), await mint({ claims: { ...claims, ...iss } })), expected);
  });
}

test('T77: a token by which another acts for a person is a program’s, whoever issued it', async () => {
  fresh();
  const people = createAuthenticator([{ ...issuer, kind: 'person' }], clock);
  const kindOf = async (claims: Record<string, unknown>) =>
    (await people.authenticate({ token: await mint({ claims }), peer: '192.0.2.1' } as Request)).kind;
  assert.equal(await kindOf({}), 'person');
  assert.equal(await kindOf({ act: 'their own claim' }), 'person');
  for (const act of [{ sub: 'agent' }, { sub: 'agent', act: { sub: 'scheduler' } }, {}])
    assert.equal(await kindOf({ act }), 'autonomous', JSON.stringify(act));
});

test('T77: who acts is told apart from whom it acts for, also where the token names only those behind it', async () => {
  fresh();
  const people = createAuthenticator([{ ...issuer, kind: 'person' }], clock);
  const asked = async (act: object) =>
    people.authenticate({ token: await mint({ claims: { act } }), peer: '192.0.2.1' } as Request);
  for (const [act, actors, names] of [
    [{ sub: 'agent', act: { sub: 'scheduler' } }, ['ci:agent', 'ci:scheduler'], ['ci:agent', 'ci:scheduler']],
    [{ act: { sub: 'agent' } }, ['', 'ci:agent'], ['ci:agent']],
    [{}, [''], []],
  ] as const) {
    const caller = await asked(act);
    assert.deepEqual(caller.actors, actors);
    assert.deepEqual(identitiesOf(caller), [caller.subject, ...names], 'nobody is stopped by no name');
  }
});

test('the name under which upstream is asked whom it sees is nobody’s', async () => {
  served = ['one'];
  const own = createAuthenticator([{ ...issuer, subject: { claim: 'sub', prefix: 'sallyport:' } }], clock);
  assert.equal(await outcome(own, await mint({ claims: { sub: 'probe' } })), 'TOKEN_INVALID');
  assert.equal(await outcome(own, await mint({ claims: { sub: 'prober' } })), 'sallyport:prober []');
});

const VERIFIED_CLAIMS: readonly (readonly [string, unknown, string])[] = [
  ['email', undefined, 'ci:a@b.example []'],
  ['email', true, 'ci:a@b.example []'],
  ['email', 'true', 'ci:a@b.example []'],
  ['email', false, 'TOKEN_INVALID'],
  ['email', 'false', 'TOKEN_INVALID'],
  ['email', null, 'TOKEN_INVALID'],
  ['email', 1, 'TOKEN_INVALID'],
  ['phone_number', false, 'TOKEN_INVALID'],
];

for (const [claim, isVerified, expected] of VERIFIED_CLAIMS) {
  test(`a subject from \`${claim}\` that the issuer says is verified: ${JSON.stringify(isVerified)}`, async () => {
    served = ['one'];
    const byClaim = createAuthenticator([{ ...issuer, subject: { claim, prefix: 'ci:' } }], clock);
    const claims = { [claim]: 'a@b.example', [`${claim}_verified`]: isVerified };
    assert.equal(await outcome(byClaim, await mint({ claims })), expected);
  });
}

test('a label and groups from an address that is not verified are no better than a subject', async () => {
  const claims = { email: 'a@b.example', email_verified: false };
  for (const other of [{ labels: { mail: 'email' } }, { groups: { claim: 'email', prefix: '' } }]) {
    served = ['one'];
    const byClaim = createAuthenticator([{ ...issuer, ...other }], clock);
    assert.equal(await outcome(byClaim, await mint({ claims })), 'TOKEN_INVALID');
  }
  assert.equal(await outcome(fresh(), await mint({ claims })), 'ci:dev []');
});

test('T4: a subject of Kubernetes’ own is refused where the issuer has no prefix', async () => {
  served = ['one'];
  const bare = createAuthenticator([{ ...issuer, subject: { claim: 'sub', prefix: '' } }], clock);
  assert.equal(await outcome(bare, await mint({ claims: { sub: 'system:admin' } })), 'TOKEN_INVALID');
});

test('T63: a token that is not signed, signed with the public key as a secret, or by another key is refused', async () => {
  const authenticator = fresh();
  const claims = { iss: issuer.url, aud: 'sallyport', sub: 'dev', exp: NOW_S + 600 };
  assert.equal(await outcome(authenticator, new UnsecuredJWT(claims).encode()), 'TOKEN_INVALID');
  const secret = new TextEncoder().encode(
    JSON.stringify(await exportJWK((keys['one'] as { publicKey: CryptoKey }).publicKey)),
  );
  assert.equal(await outcome(authenticator, await mint({ alg: 'HS256', key: secret })), 'TOKEN_INVALID');
  const other = await generateKeyPair('RS256');
  assert.equal(await outcome(authenticator, await mint({ key: other.privateKey })), 'TOKEN_INVALID');
  const [header, payload, signature] = (await mint()).split('.') as [string, string, string];
  const forged = Buffer.from(JSON.stringify({ ...claims, sub: 'admin' })).toString('base64url');
  assert.equal(await outcome(authenticator, `${header}.${forged}.${signature}`), 'TOKEN_INVALID');
  assert.equal(await outcome(authenticator, `${header}.${payload}.`), 'TOKEN_INVALID');
});

test('T63: a key id that leads elsewhere finds no key', async () => {
  for (const kid of ['../../etc/passwd', "x' OR 1=1", 'https://other/keys']) {
    clock.monotonicMs += 60_000;
    assert.equal(
      await outcome(fresh(), await mint({ kid, key: (keys['one'] as { privateKey: CryptoKey }).privateKey })),
      'TOKEN_INVALID',
    );
  }
});

test('no token, and what is no token', async () => {
  assert.equal(await outcome(fresh(), undefined), 'TOKEN_MISSING');
  for (const token of ['', 'x', 'a.b.c', 'x'.repeat(20_000)])
    assert.equal(await outcome(fresh(), token), 'TOKEN_INVALID');
});

test('T63: keys rotate, an unknown key id fetches once, and a flood of them does not fetch again', async () => {
  const authenticator = fresh();
  assert.equal(await outcome(authenticator, await mint()), 'ci:dev []');
  served = ['two'];
  const token = await mint({ kid: 'two', alg: 'ES256' });
  clock.monotonicMs += 60_000;
  assert.equal(await outcome(authenticator, token), 'ci:dev []');
  const before = fetches;
  for (let i = 0; i < 20; i++) {
    assert.equal(
      await outcome(
        authenticator,
        await mint({ kid: `k${i}`, key: (keys['one'] as { privateKey: CryptoKey }).privateKey }),
      ),
      'TOKEN_INVALID',
    );
  }
  assert.equal(fetches, before);
});

test('T63: an issuer that is down does not lock out who is known, nor who has a key that is known', async () => {
  const authenticator = fresh();
  const known = await mint();
  assert.equal(await outcome(authenticator, known), 'ci:dev []');
  isDown = true;
  clock.monotonicMs += 3_600_000;
  assert.equal(await outcome(authenticator, known), 'ci:dev []');
  assert.equal(await outcome(authenticator, await mint({ claims: { jti: 'another' } })), 'ci:dev []');
  clock.monotonicMs += 48 * 3_600_000;
  assert.equal(await outcome(authenticator, await mint({ claims: { jti: 'a third' } })), 'ISSUER_UNAVAILABLE');
});

test('an issuer that was never there answers that it is unavailable', async () => {
  const authenticator = fresh();
  isDown = true;
  assert.equal(await outcome(authenticator, await mint()), 'ISSUER_UNAVAILABLE');
});

test('T60: a token that is remembered still ends', async () => {
  const authenticator = fresh();
  const token = await mint({ claims: { exp: NOW_S + 60 } });
  assert.equal(await outcome(authenticator, token), 'ci:dev []');
  clock.nowMs += 91_000;
  assert.equal(await outcome(authenticator, token), 'TOKEN_EXPIRED');
});

test('failuresBurstMax: tokens that fail are not looked at any more after so many, and who is known to be valid is not kept out', async () => {
  served = ['one'];
  const limits = { ...FAILURE_LIMITS, failuresPerAddressBurstMax: 3 };
  const authenticator = createAuthenticator([issuer], clock, limits);
  const known = await mint();
  assert.equal(await outcome(authenticator, known), 'ci:dev []');
  const forged = await mint({ kid: 'one', key: (await generateKeyPair('RS256')).privateKey });
  for (let i = 0; i < 3; i++) assert.match(await outcome(authenticator, `${forged}`), /^TOKEN_INVALID/);
  assert.match(await outcome(authenticator, forged), /^AUTHENTICATION_THROTTLED/);
  assert.match(await outcome(authenticator, await mint({ claims: { sub: 'new' } })), /^AUTHENTICATION_THROTTLED/);
  assert.equal(await outcome(authenticator, known), 'ci:dev []');
  clock.monotonicMs += 10;
  assert.equal(await outcome(authenticator, await mint({ claims: { sub: 'new' } })), 'ci:new []');
});

test('a flood of tokens with unknown key ids asks the issuer once', async () => {
  served = ['one'];
  clock.monotonicMs += 3_600_000;
  const authenticator = createAuthenticator([issuer], clock);
  await outcome(authenticator, await mint());
  clock.monotonicMs += 30_000;
  const before = fetches;
  const token = await mint({ kid: 'two', alg: 'ES256' });
  const outcomes = await Promise.all(Array.from({ length: 200 }, () => outcome(authenticator, token)));
  assert.ok(outcomes.every((text) => text.startsWith('TOKEN_INVALID')));
  // Discovery and keys.
  assert.equal(fetches - before, 2);
});

test('T63: a token that is remembered falls with its key, once the issuer says that there is no such key any more', async () => {
  const authenticator = fresh();
  const token = await mint();
  assert.equal(await outcome(authenticator, token), 'ci:dev []');
  served = ['two'];
  isDown = true;
  clock.monotonicMs += 3_600_000;
  assert.equal(await outcome(authenticator, token), 'ci:dev []', 'an issuer that is down withdraws nothing');
  isDown = false;
  clock.monotonicMs += 3_600_000;
  assert.equal(await outcome(authenticator, token), 'TOKEN_INVALID');
  served = ['two', 'one'];
  clock.monotonicMs += 60_000;
  assert.equal(await outcome(authenticator, token), 'ci:dev []');
});

test('a token whose key is still there costs no signature when others come and go', async () => {
  served = ['one'];
  const limits = { ...FAILURE_LIMITS, failuresPerAddressBurstMax: 1, failuresPerAddressPerSecond: 1e-9 };
  const authenticator = createAuthenticator([issuer], clock, limits);
  const token = await mint();
  assert.equal(await outcome(authenticator, token), 'ci:dev []');
  assert.equal(await outcome(authenticator, 'a.b.c'), 'TOKEN_INVALID');
  served = ['two', 'one'];
  clock.monotonicMs += 3_600_000;
  assert.equal(await outcome(authenticator, token), 'ci:dev []');
  assert.equal(await outcome(authenticator, await mint({ claims: { sub: 'new' } })), 'AUTHENTICATION_THROTTLED');
});

test('another key under a name that an older one had is known after one fetch', async () => {
  const authenticator = fresh();
  assert.equal(await outcome(authenticator, await mint()), 'ci:dev []');
  const [before, one] = [fetches, keys['one'] as (typeof keys)[string]];
  try {
    keys['one'] = await generateKeyPair('RS256');
    const token = await mint();
    clock.monotonicMs += KEY_LIMITS.refreshMinMs;
    assert.equal(await outcome(authenticator, token), 'ci:dev []');
    for (let i = 0; i < 20; i++)
      assert.equal(await outcome(authenticator, await mint({ key: one.privateKey })), 'TOKEN_INVALID');
    assert.equal(fetches - before, 2, 'discovery and keys');
  } finally {
    keys['one'] = one;
  }
});

test('a token without a key id is verified with whichever of its issuer’s keys made it', async () => {
  const authenticator = fresh();
  keys['three'] ??= await generateKeyPair('RS256');
  served = ['one', 'two', 'three'];
  const bare = (key: CryptoKey | undefined, alg: string) =>
    new SignJWT({ iss: issuer.url, aud: 'sallyport', sub: 'dev', exp: NOW_S + 600 })
      .setProtectedHeader({ alg })
      .sign(key as CryptoKey);
  for (const [kid, alg] of [
    ['one', 'RS256'],
    ['two', 'ES256'],
    ['three', 'RS256'],
  ] as const)
    assert.equal(await outcome(authenticator, await bare(keys[kid]?.privateKey, alg)), 'ci:dev []');
  const forged = await bare((await generateKeyPair('RS256')).privateKey, 'RS256');
  assert.equal(await outcome(authenticator, forged), 'TOKEN_INVALID');
  served = ['two', 'three'];
});

test('an unknown key id while the issuer is down is told as that, each time', async () => {
  const authenticator = fresh();
  assert.equal(await outcome(authenticator, await mint()), 'ci:dev []');
  isDown = true;
  clock.monotonicMs += 60_000;
  const token = await mint({ kid: 'two', alg: 'ES256' });
  assert.equal(await outcome(authenticator, token), 'ISSUER_UNAVAILABLE');
  assert.equal(await outcome(authenticator, token), 'ISSUER_UNAVAILABLE');
});

test('keys in a file are read when they change, and a file that is half written withdraws nothing', async () => {
  const file = join(await mkdtemp(join(tmpdir(), 'sallyport-keys-')), 'keys.json');
  const write = async (...kids: readonly string[]) =>
    writeFile(file, JSON.stringify({ keys: await Promise.all(kids.map(publicJwk)) }));
  await write('one');
  const authenticator = createAuthenticator([{ ...issuer, keys: { from: 'file', file } }], clock);
  const token = await mint();
  assert.equal(await outcome(authenticator, token), 'ci:dev []');
  await writeFile(file, '{"keys": [');
  clock.monotonicMs += 3 * KEY_LIMITS.keyFileFreshMs;
  assert.equal(await outcome(authenticator, token), 'ci:dev []');
  await write('two');
  clock.monotonicMs += 3 * KEY_LIMITS.keyFileFreshMs;
  assert.equal(await outcome(authenticator, token), 'TOKEN_INVALID');
  assert.equal(await outcome(authenticator, await mint({ kid: 'two', alg: 'ES256' })), 'ci:dev []');
});

function actorsOf(count: number): object {
  return { sub: `actor-${count}`, ...(count === 1 ? {} : { act: actorsOf(count - 1) }) };
}
