import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ALLOW_ALL, ruleOf } from '../../../test/support/rule.ts';
import { catalogOf } from '../../cli/policy/catalog.ts';
import { powerOf } from '../../connectors/kubernetes/powers.ts';
import { isCreatePower, matchesRbac, type RbacRequest } from '../rbac.ts';
import type { Rule } from '../rule.ts';
import { rbacNeeded } from './rbac-needed.ts';
import { rulesNeeded } from './rules-needed.ts';

const catalog = catalogOf(powerOf);
const known = { catalog, apiGroups: ['example.com'] };
const place = { target: 'prod', healthPaths: [], podSecrets: [], ...known };

const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

/** Every verb on every kind, and on one that nobody knows. */
const REQUESTS: readonly RbacRequest[] = [
  ...catalog.kinds,
  { apiGroup: 'example.com', resource: 'things', subresource: '', isNamespaced: true },
].flatMap(({ apiGroup, resource, subresource }) =>
  (subresource === '' ? VERBS : ['get', 'create', 'update', 'patch', 'delete']).map((verb) => {
    const asked = { verb, apiGroup, resource, subresource };
    return { ...asked, isResourceRequest: true, name: 'one', path: '', power: powerOf(asked) };
  }),
);

const RULES: Readonly<Record<string, Rule>> = {
  'by name': ruleOf({ verbs: ['get', 'create'], apiGroups: [''], resources: ['pods', 'pods/exec', 'pods/log'] }),
  'every verb of a kind': ruleOf({
    verbs: ['*'],
    apiGroups: ['apps'],
    resources: ['deployments', 'deployments/scale'],
  }),
  'every kind of a group': ruleOf({ verbs: ['get', 'patch'], apiGroups: [''], resources: ['*'] }),
  everything: ruleOf({ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }),
  'a subresource of all': ruleOf({ verbs: ['*'], apiGroups: ['*'], resources: ['*/scale'] }),
  'a power': ruleOf({ powers: ['exec', 'services-proxy', 'finalize', 'token'] }),
  'a custom resource': ruleOf({ verbs: ['*'], apiGroups: ['example.com'], resources: ['*'] }),
  'one object': ruleOf({ verbs: ['get', 'delete'], apiGroups: [''], resources: ['pods'], resourceNames: ['one'] }),
  'everything with every power': ALLOW_ALL,
  'a hold': ruleOf({ effect: 'hold', verbs: ['delete'], apiGroups: [''], resources: ['namespaces'] }),
};

describe('the RBAC that a rule needs', () => {
  for (const [what, rule] of Object.entries(RULES)) {
    test(`${what}: the cluster lets through what policy may permit, and no power and no change of a Secret that policy does not name`, () => {
      const given = rulesNeeded(rule, known);
      for (const request of REQUESTS) {
        const may = matchesRbac(rule, request, 'named');
        const has = given.some((one) => matchesRbac(one, { ...request, power: undefined }, 'wildcard'));
        const words = `${request.verb} ${request.apiGroup}/${request.resource}/${request.subresource}`;
        const isOfWebSockets = isCreatePower(request.power) && request.verb !== 'create' && request.verb !== 'get';
        const isReview = /^auth(entication|orization)\.k8s\.io$/.test(request.apiGroup) && request.verb !== 'create';
        const isWriteOfSecret = request.resource === 'secrets' && !['get', 'list', 'watch'].includes(request.verb);
        if (may && !isOfWebSockets && !isReview && !isWriteOfSecret)
          assert.ok(has, `${words} is allowed, and the cluster refuses it`);
        if (!may) assert.ok(!has, `${words} is not allowed, and the cluster would take it`);
        if (isWriteOfSecret) assert.ok(!has, `${words} is given by a wildcard`);
      }
    });
  }

  test('of a deny nothing is needed', () => {
    assert.deepEqual(
      rulesNeeded(ruleOf({ effect: 'deny', verbs: ['*'], apiGroups: ['*'], resources: ['*'] }), known),
      [],
    );
  });

  test('no verb is ever a wildcard: RBAC’s reaches impersonate, bind and escalate', () => {
    const given = Object.values(RULES).flatMap((rule) => rulesNeeded(rule, known));
    assert.ok(given.every(({ verbs }) => !verbs.includes('*')));
  });
});

describe('the RBAC that a target needs', () => {
  const read = ruleOf({
    id: 'jobs/read',
    callers: [{ groups: ['ops'] }],
    verbs: ['get'],
    apiGroups: [''],
    resources: ['pods'],
    namespaces: [{ name: 'shop' }],
  });

  test('a rule of namespaces is given in them alone, and to its own callers', () => {
    const { callers, onBehalf } = rbacNeeded([read], place);
    const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'] }];
    assert.deepEqual(callers, [{ rule: 'jobs/read', users: [], groups: ['ops'], namespaces: ['shop'], rules }]);
    assert.deepEqual(onBehalf[1], { namespaces: ['shop'], rules });
  });

  test('what cannot be said of callers and namespaces is told', () => {
    const pattern = ruleOf({
      ...read,
      id: 'jobs/any',
      callers: [{ issuers: ['main'] }],
      namespaces: [{ name: 'team-*' }],
    });
    const { callers, leftOut } = rbacNeeded([pattern], place);
    assert.deepEqual(callers, []);
    assert.equal(leftOut.length, 2);
    assert.ok(leftOut.every((text) => text.includes('`jobs/any`')));
  });

  test('a rule of another target needs nothing here', () => {
    assert.deepEqual(rbacNeeded([ruleOf({ ...read, targets: ['other'] })], place).callers, []);
  });

  test('callers are named only where each rule names each of its callers', () => {
    assert.equal(rbacNeeded([read], place).named, undefined);
    const named = ruleOf({ ...read, callers: [{ subjects: ['ci'], groups: ['ops'] }] });
    assert.deepEqual(rbacNeeded([named], place).named, { users: ['ci'], groups: ['ops'] });
  });

  test('the reader reads what is changed, and no Secret but in the namespaces of podSecrets', () => {
    const change = ruleOf({
      ...read,
      verbs: ['patch', 'update'],
      resources: ['deployments', 'secrets'],
      apiGroups: ['', 'apps'],
    });
    const { reader } = rbacNeeded([change], { ...place, podSecrets: ['billing'] });
    const secrets = reader.filter(({ rules }) =>
      rules.some((rule) => rule.apiGroups?.includes('') && rule.resources?.includes('secrets')),
    );
    assert.deepEqual(
      secrets.map(({ namespaces }) => namespaces),
      [['billing']],
    );
    assert.ok(
      reader.some(({ namespaces, rules }) => namespaces[0] === 'shop' && JSON.stringify(rules).includes('deployments')),
    );
  });
});
