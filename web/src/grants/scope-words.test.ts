import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scopeWords } from './scope-words.ts';

test('a scope as a sentence', () => {
  const scope = {
    target: 'prod',
    verbs: ['get', 'list'],
    apiGroups: [''],
    resources: ['pods'],
    resourceNames: [],
    namespaces: ['shop'],
  };
  assert.equal(scopeWords(scope), 'get, list pods in namespace `shop` on `prod`');
  assert.equal(
    scopeWords({
      ...scope,
      apiGroups: ['apps'],
      resources: ['deployments'],
      resourceNames: ['web', 'api'],
      namespaces: [],
    }),
    'get, list deployments of `apps` named `web`, `api` on `prod`',
  );
});
