import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bodyOf, EMPTY_FORM, formOf, linkOf, mistakesOf } from './asked.ts';

const link = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const scope = {
  target: 'prod',
  rule: 'p/r',
  verbs: ['get'],
  apiGroups: [''],
  resources: ['services'],
  resourceNames: ['web'],
  namespaces: ['shop'],
};

test('a refusal’s link fills the form, and the form sends what the link asked for', () => {
  const form = formOf(link({ scopes: [scope], for: '10m' }));
  assert.ok(form !== undefined);
  assert.deepEqual(bodyOf(form), { scopes: [scope], for: '10m', reason: '' });
  assert.deepEqual(mistakesOf(form), {});
});

test('what is no question fills nothing', () => {
  for (const bad of [
    '',
    'x',
    '%',
    link({}),
    link({ scopes: [] }),
    link({ scopes: [scope, scope] }),
    link({ scopes: [{ ...scope, verbs: 'get' }] }),
    link({ scopes: [{ ...scope, target: 5 }] }),
    link(null),
  ])
    assert.equal(formOf(bad), undefined, bad);
});

test('what is missing or cannot be read is said by field', () => {
  assert.deepEqual(Object.keys(mistakesOf(EMPTY_FORM)), ['target', 'verbs', 'resources']);
  assert.deepEqual(
    Object.keys(mistakesOf({ ...EMPTY_FORM, target: 'a', verbs: 'get', resources: 'pods', length: '10', uses: '-1' })),
    ['length', 'uses'],
  );
});

test('a link fills the form with what it was made of, whatever characters stand in it', () => {
  const scope = { target: 'prod', verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['größe?'] };
  const link = linkOf({ scopes: [{ ...scope, namespaces: ['shop'] }] });
  assert.match(link, /^[\w-]+$/);
  assert.equal(formOf(link)?.names, 'größe?');
});
