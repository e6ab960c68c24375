import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopesOfText } from './scope-text.ts';

test('a scope is written as kubectl has its words, and becomes one of each API group', () => {
  assert.deepEqual(scopesOfText('get,list pods,pods/log,deployments.apps web api -n shop,bank', 'prod'), [
    {
      target: 'prod',
      verbs: ['get', 'list'],
      apiGroups: [''],
      resources: ['pods', 'pods/log'],
      resourceNames: ['web', 'api'],
      namespaces: ['shop', 'bank'],
    },
    {
      target: 'prod',
      verbs: ['get', 'list'],
      apiGroups: ['apps'],
      resources: ['deployments'],
      resourceNames: ['web', 'api'],
      namespaces: ['shop', 'bank'],
    },
  ]);
  assert.deepEqual(scopesOfText('get  nodes', 'prod')[0]?.namespaces, []);
  assert.deepEqual(scopesOfText('--namespace=shop get pods', 'prod')[0]?.namespaces, ['shop']);
});

test('what has another form is told the form', () => {
  for (const text of ['', 'get', 'get pods --all', '-n shop', 'get pods -n'])
    assert.throws(() => scopesOfText(text, 'prod'), /--scope `.*` (is not of the form|names no namespace)/, text);
});
