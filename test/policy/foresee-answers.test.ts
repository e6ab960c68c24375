/* What each part of a rule that a review cannot say makes of the answer, and what every kind of attribute is read as. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { ofWildcard, weakest } from '../../src/connectors/kubernetes/reviews/access-review.ts';
import { askedAbout } from '../../src/connectors/kubernetes/reviews/supposed.ts';
import type { Foresight } from '../../src/model/foresight.ts';
import { foresee } from '../../src/policy/foresee.ts';
import type { GuardId } from '../../src/policy/guards/guard.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import { callerOf } from '../support/operation.ts';
import { ALL, rulesOf } from './ask.ts';

const NAMESPACED: Readonly<Record<string, boolean>> = {
  '/pods': true,
  '/configmaps': true,
  '/services': true,
  '/nodes': false,
  '/namespaces': false,
  'example.com/gadgets': false,
};
const scopes = { isNamespaced: async (group: string, resource: string) => NAMESPACED[`${group}/${resource}`] };

async function answer(rules: string, attributes: object, unsafe = GUARD_IDS as ReadonlySet<GuardId>): Promise<string> {
  const kind = 'path' in attributes ? 'nonResourceAttributes' : 'resourceAttributes';
  const asked = await askedAbout('demo', { [kind]: { namespace: 'shop', ...attributes } }, scopes);
  assert.ok(asked !== undefined);
  const set = rulesOf(rules, unsafe);
  const found = weakest(asked.supposed.map((supposed) => foresee(set, callerOf(), supposed, 0)));
  assert.ok(found !== undefined);
  return outcome(asked.isWildcard ? ofWildcard(found) : found);
}

function outcome(foresight: Foresight): string {
  if (foresight.effect === 'incomplete') return `${foresight.rule} needs ${foresight.needs.join(', ')}`;
  if (foresight.effect === 'allow' && foresight.unless !== undefined)
    return `allow unless ${foresight.unless.join(', ')}`;
  return foresight.effect === 'deny' ? `${foresight.by} ${foresight.rule}`.trim() : foresight.effect;
}

const allow = (rest: string) => `  - { id: a, effect: allow, ${rest} }`;
const deny = (rest: string) => `${ALL}  - { id: d, effect: deny, ${rest} }`;
const PODS = 'apiGroups: [""], resources: [pods]';
const ON_CONFIGMAPS = 'apiGroups: [""], resources: [configmaps]';
const exec = { verb: 'create', resource: 'pods', subresource: 'exec', name: 'web' };

const ROWS: readonly (readonly [string, string, object, string])[] = [
  ['an exec by its command, allowed', allow('powers: [exec], exec: { argv: [{ exact: [id] }] }'), exec, 'p/a needs the command and its container'],
  ['an exec whatever its command', allow('powers: [exec]'), exec, 'allow'],
  ['an exec by its command, denied', `${allow('powers: [exec]')}\n  - { id: d, effect: deny, powers: [exec], exec: { tty: true } }`, exec, 'p/d needs the command and its container'],
  ['a GET carries an exec as well', allow('powers: [exec]'), { ...exec, verb: 'get' }, 'allow'],
  ['a wildcard is no power', ALL, exec, 'silence'],
  ['a log by its container', allow('verbs: [get], apiGroups: [""], resources: [pods/log], log: { containers: [web] }'), { verb: 'get', resource: 'pods', subresource: 'log', name: 'web' }, 'p/a needs the container'],
  ['a rule on logs is silent on pods', allow('verbs: [get], apiGroups: [""], resources: [pods, pods/log], log: { containers: [web] }'), { verb: 'get', resource: 'pods', name: 'web' }, 'silence'],
  ['a port-forward by its ports', allow('powers: [portforward], portForward: { ports: [80] }'), { ...exec, subresource: 'portforward' }, 'p/a needs the ports'],
  ['a port-forward by its pod', allow('powers: [portforward], portForward: { podLabels: { matchLabels: { a: b } } }'), { ...exec, subresource: 'portforward' }, 'p/a needs the pod'],
  ['a proxy by its path', allow('powers: [services-proxy], proxy: { paths: [/metrics] }'), { verb: 'get', resource: 'services', subresource: 'proxy', name: 'web' }, 'p/a needs the path behind the proxy'],
  ['a write by its options', allow(`verbs: [create], ${ON_CONFIGMAPS}, query: { dryRun: true }`), { verb: 'create', resource: 'configmaps' }, 'p/a needs the options of the request'],
  ['a condition on the caller alone is known', deny(`verbs: [get], ${PODS}, when: 'caller.subject == "bot"'`), { verb: 'get', resource: 'pods' }, 'rule p/d'],
  ['a condition on another caller', deny(`verbs: [get], ${PODS}, when: 'caller.subject == "other"'`), { verb: 'get', resource: 'pods' }, 'allow'],
  ['a condition on the request', deny(`verbs: [create], ${PODS}, when: 'object.metadata.name == "web"'`), { verb: 'create', resource: 'pods' }, 'p/d needs the whole request for its condition'],
  ['a condition on the live object', allow(`verbs: [get], ${PODS}, when: 'existing != null'`), { verb: 'get', resource: 'pods', name: 'web' }, 'p/a needs the whole request for its condition'],
  ['a namespace by its labels', allow(`verbs: [get], ${PODS}, namespaces: [{ selector: { matchLabels: { a: b } } }]`), { verb: 'get', resource: 'pods' }, 'p/a needs the labels of the namespace'],
  ['one of several names, allowed', allow(`verbs: [get], ${PODS}, resourceNames: [web]`), { verb: 'get', resource: 'pods' }, 'p/a needs the name of the object'],
  ['the name that is allowed', allow(`verbs: [get], ${PODS}, resourceNames: [web]`), { verb: 'get', resource: 'pods', name: 'web' }, 'allow'],
  ['T19: a list of one, by its field selector', allow(`verbs: [list], ${PODS}, resourceNames: [web]`), { verb: 'list', resource: 'pods', fieldSelector: { requirements: [{ key: 'metadata.name', operator: 'In', values: ['web'] }] } }, 'allow'],
  ['a list of all', allow(`verbs: [list], ${PODS}, resourceNames: [web]`), { verb: 'list', resource: 'pods' }, 'silence'],
  ['T31: a create has no name in its path, whatever is asked', allow(`verbs: [create], ${PODS}, resourceNames: [web]`), { verb: 'create', resource: 'pods', name: 'web' }, 'silence'],
  ['a create that is denied by name', deny(`verbs: [create], ${PODS}, resourceNames: [web]`), { verb: 'create', resource: 'pods' }, 'p/d needs the name of the object'],
  ['one of several namespaces', allow(`verbs: [get], ${PODS}, namespaces: [shop]`), { verb: 'get', resource: 'pods', namespace: '' }, 'p/a needs the namespace'],
  ['T30: what is in no namespace, whatever the review says', allow('verbs: [get], apiGroups: [""], resources: [nodes], namespaces: [shop]'), { verb: 'get', resource: 'nodes' }, 'silence'],
  ['a custom kind that is in none', allow('verbs: [get], apiGroups: [example.com], resources: [gadgets], namespaces: [shop]'), { verb: 'get', group: 'example.com', resource: 'gadgets' }, 'silence'],
  ['a kind that the target does not have', allow('verbs: [get], apiGroups: [example.com], resources: [things], namespaces: [shop]'), { verb: 'get', group: 'example.com', resource: 'things' }, 'p/a needs the namespace'],
  ['T28: a patch that could equal a delete', deny(`verbs: [delete], ${ON_CONFIGMAPS}`), { verb: 'patch', resource: 'configmaps' }, 'p/d needs the object that would be sent'],
  ['T28: an eviction equals a delete for certain', deny(`verbs: [delete], ${PODS}`), { verb: 'create', resource: 'pods', subresource: 'eviction', name: 'web' }, 'rule p/d'],
  ['a delete that a rule denies unless it says otherwise', deny(`verbs: [delete], ${ON_CONFIGMAPS}, equivalents: false`), { verb: 'patch', resource: 'configmaps' }, 'allow'],
  ['deleting a namespace deletes what is in it', deny(`verbs: [delete], ${PODS}, namespaces: [shop]`), { verb: 'delete', resource: 'namespaces', name: 'shop', namespace: 'other' }, 'rule p/d'],
  ['silence, although a deny hangs on the request', '  - { id: d, effect: deny, verbs: [get], apiGroups: [""], resources: [pods], resourceNames: [web] }', { verb: 'get', resource: 'pods' }, 'silence'],
  ['every verb, where all are allowed', ALL, { verb: '*', resource: 'configmaps' }, 'allow'],
  ['every verb, one of which is denied', deny(`verbs: [delete], ${ON_CONFIGMAPS}`), { verb: '*', resource: 'configmaps' }, 'rule p/d'],
  ['every resource', ALL, { verb: 'get', group: '*', resource: '*' }, 'p/1 needs one resource or path in place of the wildcard'],
  ['every path', allow('verbs: [get], nonResourceURLs: ["*"]'), { verb: 'get', path: '/*' }, 'p/a needs one resource or path in place of the wildcard'],
  ['T21: an inner path is reached by its name alone', allow('verbs: [get], nonResourceURLs: ["*"]'), { verb: 'get', path: '/metrics' }, 'silence'],
  ['discovery', ALL, { verb: 'get', path: '/openapi/v3' }, 'allow'],
  ['reviews themselves', '', { verb: 'create', group: 'authorization.k8s.io', resource: 'selfsubjectaccessreviews' }, 'allow'],
]; // biome-ignore format: a table

suite('an answer to an access review', () => {
  for (const [name, rules, attributes, expected] of ROWS)
    test(name, async () => assert.equal(await answer(rules === '' ? ALL : rules, attributes), expected));

  test('nothing that is no review is asked about', async () => {
    for (const spec of [undefined, null, {}, 'x', [], { resourceAttributes: null }])
      assert.equal(await askedAbout('demo', spec, scopes), undefined);
  });
});

const POD_GUARDS =
  'privileged-pods, host-namespaces, host-path, critical-pods, service-accounts, certificates, cloud-identity, secret-mount, traffic';

const GUARDED: readonly (readonly [object, string])[] = [
  [{ verb: 'create', resource: 'pods' }, `allow unless ${POD_GUARDS}`],
  [{ verb: 'patch', group: 'apps', resource: 'deployments', name: 'web' }, `allow unless ${POD_GUARDS}`],
  [{ verb: 'create', resource: 'pods', subresource: 'exec' }, 'allow unless privileged-exec'],
  [{ verb: 'create', resource: 'pods', subresource: 'exec', name: 'web' }, 'privileged-exec needs the pod'],
  [{ verb: 'get', resource: 'secrets' }, 'allow'],
  [{ verb: 'create', resource: 'secrets' }, 'silence'],
  [{ verb: 'patch', resource: 'namespaces', name: 'shop' }, 'allow unless namespace-labels, deletions'],
  [{ verb: 'delete', resource: 'configmaps', namespace: 'kube-system' }, 'guard cluster-configuration'],
  [{ verb: 'delete', resource: 'configmaps', namespace: 'kube-system', name: 'aws-auth' }, 'guard aws-auth'],
  [{ verb: 'delete', resource: 'configmaps', namespace: 'kube-system', name: 'other' }, 'guard cluster-configuration'],
  [{ verb: 'delete', resource: 'configmaps', namespace: 'shop', name: 'other' }, 'allow'],
  [{ verb: 'create', resource: 'configmaps' }, 'allow unless helm-records'],
  [{ verb: 'patch', resource: 'configmaps' }, 'allow unless helm-records, cluster-configuration'],
  [{ verb: 'delete', resource: 'configmaps', namespace: '' }, 'allow unless aws-auth, cluster-configuration, certificates'],
  [{ verb: 'impersonate', resource: 'users', name: 'admin' }, 'guard impersonation'],
  [{ verb: '*', resource: 'users' }, 'guard impersonation'],
  [{ verb: 'escalate', group: 'rbac.authorization.k8s.io', resource: 'roles' }, 'guard rbac'],
  [{ verb: 'approve', group: 'certificates.k8s.io', resource: 'signers' }, 'guard certificates'],
]; // biome-ignore format: a table

suite('a guard in an access review', () => {
  for (const [attributes, expected] of GUARDED) {
    test(JSON.stringify(attributes), async () =>
      assert.equal(await answer(`${ALL}  - { effect: allow, powers: [exec] }`, attributes, new Set()), expected),
    );
  }
});
