// Idempotency keys of grants: whose they are.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compileRules } from '../../test/support/compile-rules.ts';
import { callerOf } from '../../test/support/operation.ts';
import { ruleOf } from '../../test/support/rule.ts';
import { Refusal } from '../model/refusal.ts';
import type { RequestTerms } from '../policy/rule.ts';
import { openSqlStore } from '../store/sql-store.ts';
import { openSqlite } from '../store/sqlite-backend.ts';
import { storeKeys } from '../store/store-keys.ts';
import { Grants } from './grants.ts';
import type { LiveAccess } from './live-access.ts';

const clock = { at: 1_750_000_000_000, now: () => clock.at, monotonic: () => clock.at };

const offered = (id: string, terms: Partial<RequestTerms> = {}) =>
  ruleOf({
    ...{ id: `p/${id}`, effect: 'request', verbs: ['get'], apiGroups: [''], resources: [id] },
    request: { forMaxMs: 60_000, livePerCallerMax: 9, bindTo: 'caller', approval: 'none', ...terms },
  });
const rules = compileRules([offered('pods'), offered('services', { bindTo: 'run' })], { unsafe: new Set() });

const askFor = (resource: string) => ({
  scopes: [
    {
      ...{ target: 'demo', verbs: ['get'], apiGroups: [''], resources: [resource], namespaces: ['shop'] },
      resourceNames: [],
    },
  ],
  reason: '',
});

test('T60: a key is of who asks: a program, whoever acts for somebody, and another run are not answered with what somebody else was granted', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-keys-'));
  const store = await openSqlStore(
    await openSqlite(join(folder, 'store.db'), clock),
    storeKeys(Buffer.alloc(32, 1)),
    () => {},
  );
  t.after(async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  });
  const grants = new Grants({
    ...{ store, rules: () => rules, record: async () => {}, recordQuestion: async () => {}, onQuestion() {} },
    access: () => ({ take() {} }) as unknown as LiveAccess,
  });
  const issued = (id: string) => callerOf({ issued: { id, task: '', targets: ['demo'] }, run: id });
  const callers = [callerOf(), issued('one'), issued('two'), callerOf({ actors: ['a'] }), callerOf({ actors: ['b'] })];
  const ids: string[] = [];
  for (const caller of callers) {
    const { grant } = await grants.ask(caller, askFor('pods'), 'key');
    const again = await grants.ask(caller, askFor('pods'), 'key');
    assert.equal(again.grant.id, grant.id, 'the same who asks again');
    ids.push(grant.id);
  }
  assert.equal(new Set(ids).size, callers.length);
  const bound = await grants.ask(callerOf({ run: 'run-1' }), askFor('services'), 'of a run');
  assert.equal(bound.grant.run, 'run-1');
  await assert.rejects(
    grants.ask(callerOf({ run: 'run-2' }), askFor('services'), 'of a run'),
    (error) => error instanceof Refusal && error.code === 'KEY_REUSED',
  );
  const free = await grants.ask(callerOf({ run: 'run-1' }), askFor('pods'), 'of any run');
  assert.equal((await grants.ask(callerOf({ run: 'run-2' }), askFor('pods'), 'of any run')).grant.id, free.grant.id);
});
