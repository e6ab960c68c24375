/* The guards on Secrets: changes of them, tokens that they hold, and `helm-records`, since who writes a record of a Helm release has the next rollback apply it. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { GuardExample } from '../../src/policy/guards/guard.ts';
import { compileRules } from '../support/compile-rules.ts';
import { ALLOW_ALL, ruleOf } from '../support/rule.ts';
import { APPLY, ask, JSON_PATCH, MERGE, outcome, STRATEGIC } from './ask-guards.ts';

const SHOP = '/api/v1/namespaces/shop';
const RECORD = 'sh.helm.release.v1.web.v7';
const named = (name: string, rest: object = {}) => ({ metadata: { name }, ...rest });
const owned = { metadata: { labels: { owner: 'helm' } } };

const open = { unsafe: new Set<never>() };
const onSecrets = { verbs: ['*'], apiGroups: [''], resources: ['secrets', 'configmaps'] };
const closed = compileRules([ruleOf(onSecrets)], open);
const forHelm = compileRules([ruleOf({ ...onSecrets, helm: true })], open);

type Row = readonly [
  name: string,
  request: readonly [GuardExample['method'], string, unknown?, string?],
  isStopped: boolean,
];

const ROWS: readonly Row[] = [
  ['by its type', ['POST', `${SHOP}/secrets`, named('x', { type: 'helm.sh/release.v1' })], true],
  ['by its name alone, since Helm looks at no type', ['POST', `${SHOP}/secrets`, named(RECORD, { type: 'Opaque' })], true],
  ['by a name that the server ends', ['POST', `${SHOP}/secrets`, { metadata: { generateName: 'sh.helm.release.v1.web.v' } }], true],
  ['by its label', ['POST', `${SHOP}/secrets`, owned], true],
  ['by update', ['PUT', `${SHOP}/secrets/${RECORD}`, named(RECORD)], true],
  ['by merge patch, by its name', ['PATCH', `${SHOP}/secrets/${RECORD}`, { data: { release: '' } }, MERGE], true],
  ['by strategic patch, which gives it the label', ['PATCH', `${SHOP}/secrets/x`, owned, STRATEGIC], true],
  ['by apply', ['PATCH', `${SHOP}/secrets/${RECORD}`, named(RECORD), APPLY], true],
  ['by JSON patch', ['PATCH', `${SHOP}/secrets/x`, [{ op: 'add', path: '/metadata/labels/owner', value: 'helm' }], JSON_PATCH], true],
  ['in a ConfigMap', ['POST', `${SHOP}/configmaps`, named(RECORD)], true],
  ['a ConfigMap by its label', ['PATCH', `${SHOP}/configmaps/x`, owned, MERGE], true],
  ['a Secret of another kind', ['POST', `${SHOP}/secrets`, named('db', { type: 'Opaque' })], false],
  ['a label of another', ['PATCH', `${SHOP}/secrets/db`, { metadata: { labels: { owner: 'shop' } } }, MERGE], false],
  ['a ConfigMap of another', ['PATCH', `${SHOP}/configmaps/settings`, { data: { a: 'b' } }, MERGE], false],
  ['a delete, which plants nothing', ['DELETE', `${SHOP}/secrets/${RECORD}`], false],
  ['a read', ['GET', `${SHOP}/secrets/${RECORD}`], false],
]; // biome-ignore format: a table

const exampleOf = ([method, uri, body, mediaType]: Row[1]): GuardExample => ({
  method,
  uri,
  ...(body === undefined ? {} : { body }),
  ...(mediaType === undefined ? {} : { mediaType }),
});

suite('T83: a record of a Helm release is written under a rule that is for Helm alone', () => {
  for (const [name, request, isStopped] of ROWS)
    test(name, () => {
      assert.equal(outcome(ask(closed, exampleOf(request))), isStopped ? 'guard helm-records' : 'allow');
      assert.equal(outcome(ask(forHelm, exampleOf(request))), 'allow');
    });

  test('a rule that is for Helm elsewhere passes nothing here', () => {
    const elsewhere = ruleOf({
      verbs: ['*'],
      apiGroups: [''],
      resources: ['secrets'],
      namespaces: [{ name: 'bank' }],
      helm: true,
    });
    const rules = compileRules([ruleOf(onSecrets), elsewhere], open);
    assert.equal(
      outcome(ask(rules, { method: 'PUT', uri: `${SHOP}/secrets/${RECORD}`, body: named(RECORD) })),
      'guard helm-records',
    );
  });
});

suite('Secrets are read under a wildcard, and changed under rules that name them', () => {
  const wild = compileRules([ALLOW_ALL], open);
  const named = compileRules([ruleOf({ verbs: ['*'], apiGroups: ['*'], resources: ['*', 'secrets'] })], open);
  for (const [method, uri, byWildcard] of [
    ['GET', `${SHOP}/secrets`, 'allow'],
    ['GET', `${SHOP}/secrets/db`, 'allow'],
    ['GET', '/api/v1/watch/secrets', 'allow'],
    ['POST', `${SHOP}/secrets`, 'silence '],
    ['PUT', `${SHOP}/secrets/db`, 'silence '],
    ['PATCH', `${SHOP}/secrets/db`, 'silence '],
    ['DELETE', `${SHOP}/secrets/db`, 'silence '],
  ] as const)
    test(`${method} ${uri}`, () => {
      assert.equal(outcome(ask(wild, { method, uri, body: {} })), byWildcard);
      assert.equal(outcome(ask(named, { method, uri, body: {} })), 'allow');
    });

  test('what denies reaches them by its wildcard', () => {
    const deny = ruleOf({ effect: 'deny', verbs: ['update'], apiGroups: ['*'], resources: ['*'] });
    const rules = compileRules([ruleOf(onSecrets), deny], open);
    assert.equal(outcome(ask(rules, { method: 'PUT', uri: `${SHOP}/secrets/db`, body: {} })), `rule ${deny.id}`);
  });

  test('who is refused for its wildcard is told what to name', () => {
    const decision = ask(wild, { method: 'DELETE', uri: `${SHOP}/secrets/db` });
    assert.match(
      'advice' in decision ? decision.advice : '',
      /`\*` does not reach it: a rule that allows it names `secrets` under `resources`/,
    );
  });

  for (const type of ['kubernetes.io/service-account-token', 'bootstrap.kubernetes.io/token'])
    test(`T25: a Secret of type ${type} mints a token, whether or not Secrets are open`, () => {
      const body = { metadata: { name: 'x' }, type };
      assert.equal(outcome(ask(closed, { method: 'POST', uri: `${SHOP}/secrets`, body })), 'guard tokens');
    });
});
