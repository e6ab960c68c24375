import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askPage } from './ask-page.ts';

const pageOf = (grant: unknown) =>
  askPage(new URLSearchParams({ grant: Buffer.from(JSON.stringify(grant)).toString('base64url') }));

const SCOPE = { target: 'demo', verbs: ['get'], resources: ['configmaps'], resourceNames: ['a'], namespaces: ['shop'] };

test('a link that holds a question is a page in words', () => {
  const page = pageOf({ scopes: [SCOPE], for: '10m' }) ?? '';
  assert.match(page, /get configmaps/);
  assert.match(page, /for 10m/);
  assert.match(page, /namespace shop/);
  assert.match(page, /href="grants\/ask\?grant=[\w-]+"/);
});

test('whatever stands in a link is text on the page', () => {
  const page = pageOf({ scopes: [{ ...SCOPE, resourceNames: ['<script>alert(1)</script>"\''] }] }) ?? '';
  assert.doesNotMatch(page, /<script|alert\(1\)/);
  assert.match(page, /&#60;script&#62;/);
});

test('a link that holds anything else is no page', () => {
  assert.equal(pageOf({ scopes: [] }), undefined);
  assert.equal(pageOf({ scopes: [SCOPE], note: 'click here' }), undefined);
  assert.equal(askPage(new URLSearchParams({ grant: 'x'.repeat(10_000) })), undefined);
  assert.equal(askPage(new URLSearchParams()), undefined);
});
