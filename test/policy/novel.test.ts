import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePolicies } from '../../src/config/parse-policies.ts';
import type { Facts } from '../../src/policy/facts.ts';
import { factsNeeded } from '../../src/policy/facts-needed.ts';
import { foresee } from '../../src/policy/foresee.ts';
import { callerOf } from '../support/operation.ts';
import { ask, NAMESPACE, outcome, read, rulesOf } from './ask.ts';

const DAY_MS = 24 * 3_600_000;
const NOW = 20_000 * DAY_MS;

const NOVEL = `  - { id: new, effect: hold, verbs: [delete], apiGroups: [""], resources: [pods], hold: { novel: 30d } }
`;
const ALLOW = '  - { id: known, effect: allow, verbs: [delete, get], apiGroups: [""], resources: [pods] }\n';

test('a rule holds what its caller has not done for so long, and what nobody can tell; the rest is for other rules', () => {
  const rows: readonly (readonly [string, Facts, string, string])[] = [
    ['never', { lastDone: null }, NOVEL + ALLOW, 'hold p/new'],
    ['long ago', { lastDone: NOW - 30 * DAY_MS }, NOVEL + ALLOW, 'hold p/new'],
    ['lately', { lastDone: NOW - 30 * DAY_MS + 1 }, NOVEL + ALLOW, 'allow p/known'],
    ['not known', { lastDone: 'unknown' }, NOVEL + ALLOW, 'hold p/new'],
    ['not looked up', {}, NOVEL + ALLOW, 'hold p/new'],
    ['lately, where nothing allows it', { lastDone: NOW }, NOVEL, 'silence'],
  ];
  for (const [row, facts, rules, expected] of rows)
    assert.equal(outcome(ask(rulesOf(rules), `DELETE ${NAMESPACE}/pods/web`, { facts, nowMs: NOW })), expected, row);
});

test('it is looked up where a rule asks it alone, and never by default', () => {
  const needed = (rules: string, request: string) => factsNeeded(rulesOf(rules), callerOf(), read(request), NOW);
  assert.deepEqual(needed(NOVEL + ALLOW, `DELETE ${NAMESPACE}/pods/web`), ['lastDone']);
  assert.deepEqual(needed(NOVEL + ALLOW, `GET ${NAMESPACE}/pods/web`), []);
  assert.deepEqual(needed(ALLOW, `DELETE ${NAMESPACE}/pods/web`), []);
  const held = NOVEL.replace('hold: { novel: 30d }', 'hold: {}');
  assert.deepEqual(needed(held + ALLOW, `DELETE ${NAMESPACE}/pods/web`), []);
});

test('an access review is told what it hangs on', () => {
  const unsaid = { name: false, namespace: false };
  const supposed = { operation: read(`DELETE ${NAMESPACE}/pods/web`), unsaid };
  const answer = foresee(rulesOf(NOVEL + ALLOW), callerOf(), supposed, NOW);
  assert.deepEqual(answer.effect === 'incomplete' && answer.needs, ['when its caller last did the like']);
});

test('what is remembered bounds it: a day at least, 30 at most', () => {
  const found = (novel: string) => {
    const text = `apiVersion: sallyport.dev/v1\nkind: Policy\nmetadata: { name: p }\ncallers: [{ everyone: true }]\ntargets: [demo]\nrules:\n${NOVEL.replace('30d', novel)}`;
    return 'findings' in parsePolicies([{ path: 'p.yaml', text }]);
  };
  assert.deepEqual(['30d', '1d', '24h', '31d', '23h'].map(found), [false, false, false, true, true]);
});
