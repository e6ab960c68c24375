import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayPart } from '../control/contract.ts';
import { HEALTHY } from '../delivery/delivery-health.ts';
import type { IssuerState } from '../identity/authenticator.ts';
import { makeCa } from '../listener/x509.ts';
import { compileForGateway } from '../policy/gateway-rules.ts';
import type { JournalHealth } from '../storage/journal.ts';
import { gatewayParts, type LookedAt } from './gateway-parts.ts';

const NOW = Date.parse('2026-03-10T12:00:00Z');
const DAY_MS = 86_400_000;

async function endingIn(ms: number): Promise<LookedAt['certificate']> {
  const validity = { notBefore: new Date(NOW - DAY_MS), notAfter: new Date(NOW + ms) };
  return { current: await makeCa(validity), failure: () => undefined };
}

const JOURNAL: JournalHealth = {
  state: 'open',
  reason: '',
  segment: 1,
  syncedSeq: 12,
  queuedBytes: 0,
  room: 'enough',
  freeBytes: 38_200_000_000,
};
const noRules = compileForGateway([], { unsafe: new Set(), openHealthPaths: false }, () => {
  throw new Error('no rule has a condition');
});
const WELL: LookedAt = {
  journal: JOURNAL,
  issuers: [],
  policy: { rules: () => noRules, findings: () => [] },
  certificate: await endingIn(90 * DAY_MS),
  receivers: new Map(),
  nowMs: NOW,
};

function outcome(part: GatewayPart['part'], at: Partial<LookedAt>): readonly string[] {
  return gatewayParts({ ...WELL, ...at })
    .filter((each) => each.part === part)
    .map(({ state, name, message }) => [state, name, message].filter(Boolean).join(': '));
}

test('a journal says what is on the disk, what waits, and how much room there is', () => {
  const rows: readonly (readonly [Partial<JournalHealth>, string])[] = [
    [{}, 'ok: all to line 12 is on the disk; 38.2 GB of the disk are free'],
    [{ freeBytes: undefined, queuedBytes: 1_200 }, 'ok: all to line 12 is on the disk; 1.2 kB wait to be written'],
    [{ room: 'low', freeBytes: 990_000_000 }, 'warning: all to line 12 is on the disk; 990 MB of the disk are free'],
    [{ room: 'none', freeBytes: 0 }, 'failed: all to line 12 is on the disk; 0 bytes of the disk are free'],
    [{ state: 'broken', reason: 'EIO' }, 'failed: is broken: EIO'],
  ];
  for (const [part, said] of rows) assert.deepEqual(outcome('journal', { journal: { ...JOURNAL, ...part } }), [said]);
});

test('an issuer says how many keys it has, how old they are, and until when they are believed while it is away', () => {
  const issuer = (part: Partial<IssuerState>): IssuerState => ({
    name: 'ci',
    keys: 2,
    ageMs: 240_000,
    failure: undefined,
    ...part,
  });
  const away = 'connect ECONNREFUSED';
  const rows: readonly (readonly [readonly IssuerState[], string])[] = [
    [[issuer({})], 'ok: ci: 2 keys, fetched 4 min ago'],
    [[issuer({ keys: 1, ageMs: 300 })], 'ok: ci: 1 key, fetched just now'],
    [[issuer({ keys: 0, ageMs: undefined })], 'unknown: ci: its keys are fetched with the first token that it gave'],
    [
      [issuer({ keys: 0, ageMs: undefined, failure: away })],
      `failed: ci: its keys cannot be fetched, so none of its tokens is taken: ${away}`,
    ],
    [
      [issuer({ ageMs: 3 * 3_600_000, failure: away })],
      `warning: ci: 2 keys, fetched 3 h ago, are believed for 21 h more: ${away}`,
    ],
    [
      [issuer({ ageMs: 2 * DAY_MS, failure: away })],
      `failed: ci: 2 keys, fetched 2 days ago, are too old to be believed: ${away}`,
    ],
    [[issuer({ keys: 0, ageMs: undefined }), issuer({})], 'ok: ci: 2 keys, fetched 4 min ago'],
    [
      [issuer({}), issuer({ failure: away })],
      `warning: ci: 2 keys, fetched 4 min ago, are believed for 23 h more: ${away}`,
    ],
  ];
  for (const [issuers, said] of rows) assert.deepEqual(outcome('issuer', { issuers }), [said]);
});

test('a certificate is warned of two weeks before it ends, and a policy whose files are refused', async () => {
  assert.deepEqual(outcome('certificate', {}), ['ok: ends on 2026-06-08, in 90 days']);
  assert.deepEqual(outcome('certificate', { certificate: await endingIn(6 * DAY_MS) }), [
    'warning: ends on 2026-03-16, in 6 days',
  ]);
  assert.deepEqual(outcome('certificate', { certificate: await endingIn(-1_000) }), [
    'failed: ended on 2026-03-10: no client takes it',
  ]);
  const refused = { ...WELL.certificate, failure: () => 'the key belongs to another certificate' };
  assert.match(
    outcome('certificate', { certificate: refused })[0] ?? '',
    /^warning: .*; its files are refused: the key/,
  );
  assert.deepEqual(outcome('policy', {}), ['ok: 0 rules are in force']);
  const findings = () => [{ file: 'a.yaml', path: [], message: 'x' }] as never;
  assert.deepEqual(outcome('policy', { policy: { rules: () => noRules, findings } }), [
    'warning: 0 rules are in force, of older files: those of now are refused',
  ]);
});

test('a receiver says how far behind it is, and since when it takes nothing', () => {
  const receivers = new Map([
    ['well', HEALTHY],
    ['slow', { ...HEALTHY, waitingSince: NOW - 20_000 }],
    ['away', { ...HEALTHY, failure: 'it answered 503', failingSince: NOW - 2_400_000 }],
  ]);
  assert.deepEqual(outcome('receiver', { receivers }), [
    'ok: well: has all',
    'ok: slow: is told what was recorded 20 s ago',
    'warning: away: has taken nothing for 40 min: it answered 503',
  ]);
});
