import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ruleOf } from '../../../../test/support/rule.ts';
import { powerOf } from '../../../connectors/kubernetes/powers.ts';
import type { Guard } from '../../guards/guard.ts';
import { GUARDS } from '../../guards/table.ts';
import type { Rule } from '../../rule.ts';
import type { Catalog } from '../space.ts';
import { ADVICE_CODES } from './advice.ts';
import { lint } from './lint.ts';

const kind = (apiGroup: string, resource: string, isNamespaced = true, subresource = '') => ({
  apiGroup,
  resource,
  subresource,
  isNamespaced,
});

const CATALOG: Catalog = {
  kinds: [
    ...['pods', 'secrets', 'configmaps', 'services'].map((resource) => kind('', resource)),
    ...['exec', 'log', 'attach', 'portforward'].map((subresource) => kind('', 'pods', true, subresource)),
    kind('', 'nodes', false),
    kind('', 'nodes', false, 'proxy'),
    kind('apps', 'deployments'),
    kind('rbac.authorization.k8s.io', 'roles'),
  ],
  powerOf,
};

const BOTS = [{ groups: ['bots'], kind: 'autonomous' as const }];
const part = { callers: BOTS, verbs: ['get'], apiGroups: [''], resources: ['pods'], namespaces: [{ name: 'shop' }] };
const rule = (changes: Partial<Rule>): Rule => ruleOf({ ...part, ...changes });

function codes(rules: readonly Rule[], guards: readonly Guard[] = GUARDS): readonly string[] {
  return lint(rules, guards, CATALOG, Date.parse('2026-03-01T00:00:00Z')).map(({ code, field }) =>
    field === '' ? code : `${code} ${field}`,
  );
}

const SOON = { times: { endsAt: Date.parse('2026-04-01T00:00:00Z') } };

const rows: readonly (readonly [name: string, rules: readonly Rule[], expected: readonly string[]])[] = [
  ['a narrow rule', [rule({})], []],
  ['every verb', [rule({ verbs: ['*'] })], ['wildcard-verbs verbs', 'masked-env resources']],
  ['every group', [rule({ apiGroups: ['*'] })], ['wildcard-groups apiGroups']],
  ['every resource', [rule({ resources: ['*'] })], ['wildcard-resources resources']],
  ['more shown than it looks', [rule({ unmask: ['spec'], resourceNames: ['web'] })], ['wide-unmask unmask']],
  ['any Secret', [rule({ mountableSecrets: ['*'] })], ['any-secret mountableSecrets']],
  ['what a pod runs', [rule({ verbs: ['patch'] })], ['masked-env resources']],
  [
    'what a pod runs, of a template',
    [rule({ verbs: ['update'], apiGroups: ['apps'], resources: ['deployments'] })],
    ['masked-env resources'],
  ],
  ['what a pod runs, under a condition', [rule({ verbs: ['patch'], when: 'true' })], []],
  ['a pod that is new', [rule({ verbs: ['create'] })], []],
  [
    'an add-on',
    [rule({ verbs: ['create'], apiGroups: ['argoproj.io'], resources: ['workflows'] })],
    ['add-on apiGroups'],
  ],
  ['an add-on that is read', [rule({ apiGroups: ['argoproj.io'], resources: ['workflows'] })], []],
  ['a deny of everything', [rule({ effect: 'deny', verbs: ['*'], apiGroups: ['*'], resources: ['*'] })], []],
  ['no namespaces', [rule({ namespaces: undefined as never })], ['every-namespace']],
  ['every namespace by a pattern', [rule({ namespaces: [{ name: '*' }] })], ['every-namespace namespaces']],
  ['no namespaces for nodes', [ruleOf({ callers: BOTS, verbs: ['get'], apiGroups: [''], resources: ['nodes'] })], []],
  ['nodes in a namespace', [rule({ resources: ['nodes'] })], ['never-matches namespaces']],
  ['a group of anyone', [rule({ callers: [{ groups: ['sre'] }] })], ['mixed-callers callers']],
  ['a group of one issuer', [rule({ callers: [{ groups: ['sre'], issuers: ['staff'] }] })], []],
  ['everyone', [rule({ callers: [{}] })], ['everyone callers']],
  ['a list of secrets', [rule({ verbs: ['get', 'list'], resources: ['secrets'] })], ['secret-contents verbs']],
  ['secrets by name', [rule({ resources: ['secrets'], resourceNames: ['tls'] })], []],
  ['any command, for good', [rule({ verbs: ['create'], resources: ['pods/exec'] })], ['open-exec resources', 'no-end']],
  [
    'any command, by name of the power',
    [rule({ verbs: [], apiGroups: [], resources: [], powers: ['exec'], ...SOON })],
    ['open-exec powers'],
  ],
  [
    'a shell',
    [rule({ verbs: ['create'], resources: ['pods/exec'], exec: { argv: [{ prefix: ['/bin/sh', '-c'] }] }, ...SOON })],
    ['open-argv exec'],
  ],
  [
    'one command',
    [rule({ verbs: ['create'], resources: ['pods/exec'], exec: { argv: [{ exact: ['/bin/df'] }] }, ...SOON })],
    [],
  ],
  [
    'exec by a verb that is not its',
    [rule({ verbs: ['get'], resources: ['pods/exec'] })],
    ['never-matches namespaces'],
  ],
  ['a port-forward', [rule({ verbs: ['create'], resources: ['pods/portforward'], ...SOON })], ['escape resources']],
  [
    'a port-forward of a port',
    [rule({ verbs: ['create'], resources: ['pods/portforward'], portForward: { ports: [80] }, ...SOON })],
    [],
  ],
  ['an end that is past', [rule({ times: { endsAt: 0 } })], ['ended times']],
  [
    'what a guard denies',
    [rule({ verbs: ['create'], apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'] })],
    ['guarded'],
  ],
  ['a singular', [rule({ resources: ['pod'] })], ['unknown-kind resources']],
  ['a kind in the wrong group', [rule({ resources: ['deployments'] })], ['unknown-kind resources']],
  ['a custom kind', [rule({ apiGroups: ['example.com'], resources: ['things'] })], []],
  ['a subresource wildcard', [rule({ resources: ['pods', 'pods/*'] })], ['no-wildcard resources']],
  ['a name with a star', [rule({ resourceNames: ['web*'] })], ['no-wildcard resourceNames']],
  [
    'a namespace in capitals',
    [rule({ namespaces: [{ name: 'Shop' }, { name: 'team-*' }] })],
    ['dead-entry namespaces'],
  ],
  [
    'paths that are none, and a star in one',
    [rule({ apiGroups: [], resources: [], nonResourceURLs: ['/healthz', '/livez/*', '*', 'readyz', '/a/*/b'] })],
    ['dead-entry nonResourceURLs', 'no-wildcard nonResourceURLs'],
  ],
  ['a create by name', [rule({ verbs: ['create'], resourceNames: ['web'] })], ['never-matches resourceNames']],
  [
    'a create by name beside others',
    [rule({ verbs: ['get', 'create'], resourceNames: ['web'] })],
    ['dead-entry verbs'],
  ],
  ['what a deny takes', [rule({}), rule({ effect: 'deny', callers: [{}], verbs: ['*'] })], ['shadowed']],
  ['what a deny takes in part', [rule({}), rule({ effect: 'deny', resourceNames: ['db'] })], []],
  ['what a conditional deny takes', [rule({}), rule({ effect: 'deny', when: 'true' })], []],
];

suite('advice', () => {
  for (const [name, rules, expected] of rows) test(name, () => assert.deepEqual(codes(rules), expected));

  test('every kind of advice is given by a row', () => {
    const opened = rows.map(([, rules]) => codes(rules, []));
    const given = new Set(
      [...rows.map(([, rules]) => codes(rules)), ...opened].flat().map((text) => text.split(' ')[0]),
    );
    // What is said of masks, budgets, work that is held and glass has tests of its own, beside this one.
    assert.deepEqual(
      Object.keys(ADVICE_CODES).filter(
        (code) => !['dead-mask', 'budget-unanswered', 'held-work', 'quiet-glass'].includes(code) && !given.has(code),
      ),
      [],
    );
  });

  test('each has a fix', () => {
    for (const [, rules] of rows) for (const { fix } of lint(rules, GUARDS, CATALOG, 0)) assert.notEqual(fix, '');
  });
});
