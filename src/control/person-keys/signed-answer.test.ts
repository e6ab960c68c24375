import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { softKey } from '../../../test/support/soft-key.ts';
import type { Approval, Party, Proof, Seat } from '../../approval/approval.ts';
import { newApproval } from '../../approval/new-approval.ts';
import { type KeptKey, keyId, keyLine } from './kept-key.ts';
import { challengeOf, isFresh, isStillSigned, rulesSignedFor, usableKeys } from './signed-answer.ts';
import { siteOf } from './webauthn.ts';

const SITE = { origin: 'https://console.example:8444', rpId: 'console.example' };
const LEA: Party = { subject: 'p:lea', issuer: 'people', groups: ['leads'], kind: 'person' };
const BOT: Party = { subject: 'ci:bot', issuer: 'main', groups: [], kind: 'autonomous' };
const key = softKey();
const SIGNED = { approval: 'a1', digest: 'd'.repeat(64), answer: 'approve', by: LEA } as const;
const FRESH = { nonce: 'n'.repeat(32), expiresAt: 1_000 };

function question(seat: Partial<Seat>): Approval {
  return {
    ...newApproval({
      ...{ id: 'a1', request: 'r', asker: BOT, target: 'demo', namespace: '' },
      ...{ askedAt: 0, closesAt: 10_000, claimForMs: 1_000 },
      seats: [{ rule: 'p/r', reason: '', approvers: [{ groups: ['leads'] }], quorum: 1, signed: 'enrolled', ...seat }],
      shown: { operation: 'o', asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
    }),
    state: 'approved',
  };
}

function enrolled(more: Partial<KeptKey> = {}): KeptKey {
  const { credential, publicKey } = key;
  return { id: keyId(credential), owner: LEA, name: 'k', credential, publicKey, enrolledAt: 0, countsFrom: 0, ...more };
}

function proofOf(signed: Parameters<typeof challengeOf>[0], site = SITE, flags?: number): Proof {
  const { nonce, expiresAt } = signed;
  return { ...key.sign(challengeOf(signed), site, flags), nonce, expiresAt };
}

const usable = usableKeys(LEA, question({}), [enrolled()], 1);

suite('a signature is good for one answer of one person to what was shown, and for nothing else', () => {
  test('it holds for just that', async () => {
    assert.deepEqual(await rulesSignedFor(proofOf({ ...SIGNED, ...FRESH }), SIGNED, usable, SITE), ['p/r']);
  });

  const others = [
    ['another question', { approval: 'a2' }],
    ['something else that was shown (T76)', { digest: 'e'.repeat(64) }],
    ['another answer', { answer: 'reject' }],
    ['another person', { by: { ...LEA, subject: 'p:sam' } }],
    ['another nonce', { nonce: 'm'.repeat(32) }],
    ['another end', { expiresAt: 2_000 }],
  ] as const;
  for (const [what, change] of others)
    test(`not for ${what}`, async () => {
      const made = proofOf({ ...SIGNED, ...FRESH, ...change } as Parameters<typeof challengeOf>[0]);
      assert.deepEqual(await rulesSignedFor({ ...made, ...FRESH }, SIGNED, usable, SITE), []);
    });

  test('not from another site, and not where its holder was only there', async () => {
    const signed = { ...SIGNED, ...FRESH };
    for (const site of [
      { ...SITE, origin: 'https://console.example:8445' },
      { ...SITE, rpId: 'evil.example' },
    ])
      assert.deepEqual(await rulesSignedFor(proofOf(signed, site), SIGNED, usable, SITE), []);
    assert.deepEqual(await rulesSignedFor(proofOf(signed, SITE, 0x01), SIGNED, usable, SITE), []);
  });

  test('not with a byte changed, nor by another key under its name', async () => {
    const proof = proofOf({ ...SIGNED, ...FRESH });
    for (const part of ['clientDataJSON', 'authenticatorData', 'signature'] as const) {
      const bytes = Buffer.from(proof[part], 'base64url');
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      const changed = { ...proof, [part]: bytes.toString('base64url') };
      assert.deepEqual(await rulesSignedFor(changed, SIGNED, usable, SITE), [], part);
    }
    const other = { ...softKey().sign(challengeOf({ ...SIGNED, ...FRESH }), SITE), ...FRESH };
    assert.deepEqual(await rulesSignedFor({ ...other, id: key.credential }, SIGNED, usable, SITE), []);
  });
});

test('which keys count: those of the policy file for whom it names, enrolled ones where the rule says so, once they count', () => {
  const credentials = (seat: Partial<Seat>, keys: readonly KeptKey[], nowMs = 1) =>
    usableKeys(LEA, question(seat), keys, nowMs).map(({ key: { credential } }) => credential);
  const own = [key.credential];
  assert.deepEqual(credentials({}, [enrolled()]), own);
  assert.deepEqual(credentials({}, [enrolled({ countsFrom: 2 })]), [], 'not before its time');
  assert.deepEqual(credentials({}, [enrolled({ countsFrom: 2 })], 2), own);
  assert.deepEqual(credentials({}, [enrolled({ owner: { ...LEA, subject: 'p:sam' } })]), [], 'not another’s');
  assert.deepEqual(credentials({ signed: 'files' }, [enrolled()]), [], 'not where the files alone count');
  const keys = [keyLine(key)];
  assert.deepEqual(credentials({ signed: 'files', approvers: [{ groups: ['leads'], keys }] }, []), own);
  assert.deepEqual(credentials({ signed: 'files', approvers: [{ subjects: ['p:sam'], keys }] }, []), []);
  const later = [{ afterMs: 5, approvers: [{ groups: ['leads'], keys }] }];
  assert.deepEqual(credentials({ signed: 'files', approvers: [], later }, [], 4), []);
  assert.deepEqual(credentials({ signed: 'files', approvers: [], later }, [], 5), own);
});

test('a yes whose key was removed before it is used counts for nothing', async () => {
  const asked = question({});
  const signed = { ...SIGNED, digest: asked.digest };
  const proof = proofOf({ ...signed, ...FRESH });
  const answer = { answer: 'approve', by: LEA, seats: ['p/r'], reason: '', at: 1, proof, shown: asked.digest } as const;
  const approved = { ...asked, answers: [answer] };
  const holds = (keys: readonly KeptKey[], approval: Approval = approved, site: typeof SITE | undefined = SITE) =>
    isStillSigned(approval, async () => keys, site, 2);
  assert.equal(await holds([enrolled()]), true);
  assert.equal(await holds([]), false);
  assert.equal(
    await isStillSigned(approved, async () => [enrolled()], undefined, 2),
    false,
    'without a site nothing holds',
  );
  const { proof: _, ...unsigned } = answer;
  assert.equal(await holds([enrolled()], { ...asked, answers: [unsigned] }), false);
  assert.equal(
    await holds([enrolled()], { ...approved, seats: asked.seats.map((seat) => ({ ...seat, quorum: 2 })) }),
    false,
  );
  assert.equal(await holds([], question({ signed: undefined as never })), true, 'what wants no signature');
});

test('a challenge is good for five minutes, and none that ends later was given', () => {
  assert.deepEqual(
    [1, 300_000, 300_001, 0].map((end) => isFresh(end, 0)),
    [true, true, false, false],
  );
});

test('keys count at a name, and not at an address', () => {
  assert.deepEqual(siteOf('https://localhost:8444/x'), { origin: 'https://localhost:8444', rpId: 'localhost' });
  for (const url of ['https://127.0.0.1:1', 'https://[::1]:1', 'no url']) assert.equal(siteOf(url), undefined);
});
