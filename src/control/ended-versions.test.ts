import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { ruleOf } from '../../test/support/rule.ts';
import type { Grant } from '../grant/grant.ts';
import { ruleDigest } from '../grant/rule-digest.ts';
import type { Store } from '../store/store.ts';
import { ENDED_REMEMBERED_MS, EndedVersions } from './ended-versions.ts';
import { LiveAccess } from './live-access.ts';
import { LiveTokens } from './live-tokens.ts';
import type { KeptTarget } from './targets/kept-target.ts';
import { LiveTargets } from './targets/live-targets.ts';
import type { KeptToken } from './token-row.ts';

const store = { now: () => 0, isHeard: () => true } as unknown as Store;
const onFailure = (what: string) => assert.fail(what);

const rule = ruleOf({
  ...{ id: 'p/new', effect: 'request', verbs: ['get'], apiGroups: [''], resources: ['services'] },
  request: { forMaxMs: 3_600_000, livePerCallerMax: 10, bindTo: 'caller', approval: 'none' },
});

const rules = compileRules([rule], { unsafe: new Set() });

/** What is in force after each of these was taken in turn, where each is one version of the same row. */
const taken = {
  grant(versions: readonly number[], endedAs: number): boolean {
    const access = new LiveAccess({
      store,
      rules: () => rules,
      underWay: { endGrant() {}, endKilled() {}, isStreaming: () => false },
      isHeldKill: () => false,
      writeEnd: async () => {},
      onFailure,
    });
    const scope = { ...{ target: 'prod', verbs: ['get'], apiGroups: [''] }, resources: ['services'] };
    const grant: Grant = {
      ...{ id: 'g', state: 'live', holder: { subject: 'dev', issuer: 'ci' }, reason: '', askedAt: 0, uses: 0 },
      parts: [{ rule: rule.id, ruleDigest: ruleDigest(rule), scope: { ...scope, resourceNames: [], namespaces: [] } }],
      ...{ startsAt: 0, endsAt: 3_600_000, forMs: 3_600_000 },
    };
    for (const version of versions)
      access.take({ grant: { ...grant, state: version === endedAs ? 'ended' : 'live' }, version });
    return access.list().length > 0;
  },
  token(versions: readonly number[], endedAs: number): boolean {
    const tokens = new LiveTokens({ store, endStreams() {}, writeEnd: async () => {}, onFailure });
    const giver = { subject: 'dev', issuer: 'ci', groups: [], labels: {} };
    const token = { id: 't', task: '', targets: [], giver, givenAt: 0, endsAt: 3_600_000 };
    for (const version of versions) {
      const state = version === endedAs ? 'ended' : 'live';
      tokens.take({ token: { ...token, state } as KeptToken, version });
    }
    return tokens.callerOf('t') !== undefined;
  },
  target(versions: readonly number[], endedAs: number): boolean {
    const targets = new LiveTargets({ store, isConfigured: () => false, endAccess() {}, onFailure });
    for (const version of versions)
      targets.take({
        name: 'shop',
        state: version === endedAs ? 'removed' : 'live',
        version,
        history: [] as const,
      } as unknown as KeptTarget);
    return targets.has('shop');
  },
};

test('T60: a grant, a token or a target that has ended is not in force again by an older read that comes back later', () => {
  for (const [what, inForce] of Object.entries(taken)) {
    assert.equal(inForce([1, 2], 3), true, `${what}: it lives`);
    assert.equal(inForce([1, 3], 3), false, `${what}: it has ended`);
    assert.equal(inForce([1, 3, 2], 3), false, `${what}: an older read is no news`);
    assert.equal(inForce([3, 1], 3), false, `${what}: nor where it was not known before`);
  }
});

test('what ended is remembered for ten minutes, and a gateway that is never restarted does not hold all that there ever was', () => {
  let now = 0;
  const ended = new EndedVersions(() => now);
  ended.note('first', 3);
  now += ENDED_REMEMBERED_MS - 1;
  ended.note('second', 4);
  assert.deepEqual([ended.get('first'), ended.get('second')], [3, 4]);
  now += 1;
  ended.note('third', 5);
  assert.deepEqual([ended.get('first'), ended.get('second'), ended.get('third')], [undefined, 4, 5]);
  // One that is seen to end again is remembered from then on.
  ended.note('second', 6);
  now += ENDED_REMEMBERED_MS - 1;
  ended.note('fourth', 7);
  assert.deepEqual([ended.get('second'), ended.get('third')], [6, 5]);
});
