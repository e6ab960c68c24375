import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/model/operation.ts';
import { decide } from '../../src/policy/decide.ts';
import type { Facts } from '../../src/policy/facts.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { hangsOn } from '../../src/policy/hangs-on.ts';
import { callerOf, operationOf } from '../support/operation.ts';
import { rulesOf } from './ask.ts';

const LIVE: JsonObject = { metadata: { name: 'live', labels: { owner: 'bot' } } };
const MADE: JsonObject = { metadata: { name: 'made' }, data: { mode: 'safe' } };
const BOTH: Facts = { existing: LIVE, result: MADE };
const patch = operationOf({
  method: 'PATCH',
  uri: '/api/v1/namespaces/shop/configmaps/a',
  mediaType: 'application/merge-patch+json',
  body: { data: {} },
});
const debug = operationOf({ method: 'PATCH', uri: '/api/v1/namespaces/shop/pods/a/ephemeralcontainers' });

const MAPS = 'verbs: [patch], apiGroups: [""], resources: [configmaps]';
const PLAIN = `  - { id: plain, effect: allow, ${MAPS} }\n`;
const OWN = `  - { id: own, effect: allow, ${MAPS}, when: 'existing != null && existing.metadata.labels.owner == "bot"' }\n`;
const SAFE = `  - { id: safe, effect: allow, ${MAPS}, when: 'object.data.mode == "safe"' }\n`;
const NO_LOCKED = `  - { id: locked, effect: deny, ${MAPS}, when: 'existing != null && existing.metadata.name == "locked"' }\n`;
const NO_BAD = `  - { id: bad, effect: deny, ${MAPS}, when: 'object.data.mode == "bad"' }\n`;
const NEW = `  - { id: new, effect: allow, ${MAPS}, when: 'existing == null' }\n`;
const AMENDED = `  - { id: amended, effect: allow, ${MAPS}, amend: [{ label: { key: a, value: b } }] }\n`;
const DEBUG = '  - { id: debug, effect: allow, powers: [ephemeralcontainers] }\n';

const but = (guard: GuardId) => new Set([...GUARD_IDS].filter((id) => id !== guard) as GuardId[]);
const podState: JsonObject = { metadata: { name: 'pod' } };
const pod = { labels: {}, dangers: [] };

const TABLE: readonly (readonly [string, string, Facts, string])[] = [
  ['an allow without condition', PLAIN, BOTH, ''],
  ['a condition on the live object', OWN, BOTH, 'live'],
  ['a condition on what would be stored', SAFE, BOTH, 'made'],
  ['two allows that each would do', OWN + SAFE, BOTH, 'made'],
  ['an allow on one and a deny on the other', SAFE + NO_LOCKED, BOTH, 'live made'],
  ['a deny on each', PLAIN + NO_LOCKED + NO_BAD, BOTH, 'live made'],
  ['a condition that another allow makes needless', PLAIN + OWN, BOTH, ''],
  ['an allow with edits beside one without', AMENDED + OWN, BOTH, 'live'],
  ['that there be none', NEW, { existing: null }, 'none'],
  ['what could not be looked up', PLAIN, { existing: 'unknown' }, ''],
  ['what is not allowed', NEW, BOTH, ''],
]; // biome-ignore format: a table

for (const [name, rules, facts, expected] of TABLE) {
  test(`what an allow hangs on: ${name}`, () => assert.equal(outcome(rulesOf(rules), patch, facts), expected));
}

test('a guard on the pod of a power hangs on the pod, where there is one', () => {
  const closed = rulesOf(DEBUG, but('privileged-exec'));
  assert.equal(outcome(closed, debug, { pod, podState }), 'pod');
  assert.equal(outcome(closed, debug, { pod: null }), 'none');
  assert.equal(outcome(rulesOf(DEBUG), debug, { pod, podState }), '');
});

function outcome(rules: ReturnType<typeof rulesOf>, operation: typeof patch, facts: Facts): string {
  const question = { caller: callerOf(), operation, facts, nowMs: 0 };
  const states = hangsOn(rules, question, decide(rules, question));
  return states.map((state) => (state === null ? 'none' : (state.metadata as JsonObject).name)).join(' ');
}
