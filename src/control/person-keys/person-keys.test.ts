// Who removes a key, and what people are told of it.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { callerOf } from '../../../test/support/operation.ts';
import type { Caller } from '../../model/caller.ts';
import type { Refusal } from '../../model/refusal.ts';
import type { KeyChanged } from '../../recording/key-changed.ts';
import { openSqlStore } from '../../store/sql-store.ts';
import { openSqlite } from '../../store/sqlite-backend.ts';
import { storeKeys } from '../../store/store-keys.ts';
import { noticeOfEvent } from '../notices/notices.ts';
import type { ConsoleSession } from '../sign-in/console-sessions.ts';
import { type KeptKey, keyRow } from './kept-key.ts';
import { PersonKeys } from './person-keys.ts';

const NOW = 1_750_000_000_000;
const MINUTE_MS = 60_000;
const clock = { now: () => NOW, monotonic: () => NOW };

const person = (name: string) => callerOf({ subject: `p:${name}`, issuer: 'people', kind: 'person' });
const [lea, ada, eve] = [person('lea'), person('ada'), person('eve')];

function signedIn(agoMs: number): ConsoleSession {
  return { id: 's', signedInAt: NOW - agoMs, idleEndsAt: NOW + MINUTE_MS, endsAt: NOW + MINUTE_MS, csrf: '' };
}

/** The issuer did not say when it saw the person. */
const { signedInAt: _, ...unsaid } = signedIn(0);

const key: KeptKey = {
  id: 'k',
  owner: { subject: lea.subject, issuer: lea.issuer },
  name: 'laptop',
  credential: 'c',
  publicKey: 'p',
  enrolledAt: NOW - 90 * MINUTE_MS,
  countsFrom: NOW,
};

/** What becomes of lea’s key; ada operates the gateway, eve does not. */
const ROWS: readonly (readonly [string, Caller, ConsoleSession | undefined, string])[] = [
  ['its owner, who signed in a moment ago', lea, signedIn(4 * MINUTE_MS), 'removed'],
  ['its owner’s browser, signed in longer ago', lea, signedIn(5 * MINUTE_MS), 'SIGN_IN_FAILED'],
  ['its owner’s browser, signed in nobody knows when', lea, unsaid, 'SIGN_IN_FAILED'],
  ['a token of its owner’s', lea, undefined, 'SIGN_IN_FAILED'],
  ['an operator’s command', ada, undefined, 'removed'],
  ['an operator who signed in a moment ago', ada, signedIn(0), 'removed'],
  ['an operator’s browser, signed in longer ago', ada, signedIn(6 * MINUTE_MS), 'SIGN_IN_FAILED'],
  ['another person', eve, signedIn(0), 'NOT_FOUND'],
  ['another person’s browser, signed in longer ago', eve, signedIn(6 * MINUTE_MS), 'NOT_FOUND'],
];

for (const [who, caller, session, expected] of ROWS)
  test(`T77: a key is asked to be removed by ${who}: ${expected}`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const backend = await openSqlite(join(folder, 'store.db'), clock);
    const store = await openSqlStore(backend, storeKeys(Buffer.alloc(32, 1)), () => {});
    t.after(() => store.close());
    await store.exclusively('k', (rows) => rows.put(keyRow(key, 0)));
    const events: KeyChanged[] = [];
    const keys = new PersonKeys({ store, record: async (event) => void events.push(event), consoleUrl: () => '' });
    const mayRemove = () => caller !== eve;
    const outcome = await keys.remove(key.id, { caller, session, mayRemove }).then(
      () => 'removed',
      ({ code }: Refusal) => code,
    );
    const isGone = (await store.get('person-key', key.id)) === undefined;
    assert.deepEqual([outcome, isGone, events.length], [expected, expected === 'removed', isGone ? 1 : 0]);
  });

test('people are told of each change of a key, by whom and whose', () => {
  const told = (['enrolled', 'confirmed', 'removed'] as const).map((state) => {
    const by = state === 'enrolled' ? lea : ada;
    const event: KeyChanged = { type: 'key.changed', at: NOW, key: 'k', state, name: 'laptop', owner: lea, by };
    const notice = noticeOfEvent(event);
    return [notice?.kind, notice?.title, notice?.caller?.subject, notice?.path, notice?.facts];
  });
  const rest = ['p:lea', '/keys', ['its name, in their own words: “laptop”']] as const;
  assert.deepEqual(told, [
    ['key.changed', 'p:lea has enrolled a key with which p:lea signs answers', ...rest],
    ['key.changed', 'p:ada lets count a key with which p:lea signs answers', ...rest],
    ['key.changed', 'p:ada has removed a key with which p:lea signs answers', ...rest],
  ]);
});
