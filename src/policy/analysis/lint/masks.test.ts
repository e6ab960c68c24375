import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleOf } from '../../../../test/support/rule.ts';
import type { MaskRule } from '../../mask-rule.ts';
import type { Catalog } from '../space.ts';
import { lintMasks } from './masks.ts';
import { shown } from './shown.ts';

const catalog = {
  kinds: [
    { apiGroup: '', resource: 'configmaps', subresource: '' },
    { apiGroup: 'apps', resource: 'deployments', subresource: '' },
    { apiGroup: 'apps', resource: 'deployments', subresource: 'status' },
  ],
  typesAt: ({ resource }: { readonly resource: string }, steps: readonly string[]) => {
    if (resource === 'configmaps') return new Set(steps[0] === 'immutable' ? ['boolean'] : []);
    return new Set(steps[0] === 'spec' ? ['text', 'boolean'] : []);
  },
} as unknown as Catalog;

function said(part: Partial<MaskRule>): readonly string[] {
  const mask = { id: 'p/m', at: ['spec.a'], keys: [], ...part } as unknown as MaskRule;
  return lintMasks([mask], catalog).map(({ message }) => message);
}

test('masks that match nothing are told', () => {
  for (const [part, message] of [
    [{ apiGroups: [''], resources: ['deployments'] }, /^Kubernetes has no `deployments` in these groups/],
    [{ apiGroups: ['apps'], resources: ['deploy*'] }, /^`deploy\*` is no wildcard/],
    [{ keys: ['a'], resources: ['secrets'] }, /^`keys` are those of ConfigMaps/],
    [{ keys: ['a'], apiGroups: ['apps'] }, /^`keys` are those of ConfigMaps/],
    [{ namespaces: ['Shop'] }, /^no namespace has a name such as `Shop`/],
    [{ at: ['spec.a'], apiGroups: [''], resources: ['configmaps'] }, /^nothing stands at `spec.a` in `configmaps`/],
    [
      { at: ['immutable'], apiGroups: [''], resources: ['configmaps'] },
      /^a boolean stands at `immutable` in `configmaps`/,
    ],
  ] as const)
    assert.match(said(part)[0] ?? '', message, JSON.stringify(part));
  for (const part of [
    {},
    { apiGroups: ['apps'], resources: ['deployments', 'deployments/status'] },
    { apiGroups: ['example.com'], resources: ['things'] },
    { resources: ['anything', '*'] },
    { keys: ['a'], at: [], resources: ['configmaps'], apiGroups: [''] },
    { namespaces: ['shop-*'] },
    { at: ['immutable'], apiGroups: ['', 'apps'], resources: ['configmaps', 'deployments'] },
    { at: ['data.a'], resources: ['configmaps'] },
  ])
    assert.deepEqual(said(part), [], JSON.stringify(part));
});

test('an unmask that is wider than it looks is told; one value of one object is not', () => {
  const rule = (unmask: readonly string[], more: Parameters<typeof ruleOf>[0] = {}) =>
    [
      ...shown(
        ruleOf({ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['db'], unmask, ...more }),
      ),
    ].map(({ message }) => message);
  for (const [at, message] of [
    ['data', /^`data` is all that is below it/],
    ['data.*', /^`data\.\*` is every key that fits/],
    ['spec.**.token', /is at any depth/],
    ['data.release', /release of Helm/],
    ['metadata.annotations', /is all that is below it/],
    ['metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]', /the whole object as it was applied/],
  ] as const)
    assert.match(rule([at])[0] ?? '', message, at);
  assert.deepEqual(rule(['data.user', 'metadata.annotations["a/b"]']), []);
  assert.match(rule(['data.user'], { resourceNames: [] })[0] ?? '', /^these places are shown of any of `secrets`/);
  assert.match(
    rule(['data.user'], { resourceNames: [], verbs: ['get', 'list'] })[0] ?? '',
    /^`list` shows these places of all `secrets` at once/,
  );
});
