import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type AuditEvent, Seed } from './seed.ts';

const event = (
  username: string,
  verb: string,
  objectRef: AuditEvent['objectRef'],
  more: Partial<AuditEvent> = {},
): AuditEvent => ({
  stage: 'ResponseComplete',
  verb,
  user: { username },
  ...(objectRef === undefined ? {} : { objectRef }),
  responseStatus: { code: 200 },
  ...more,
});
const pods = (name?: string, more = {}) => ({
  resource: 'pods',
  namespace: 'shop',
  ...(name === undefined ? {} : { name }),
  ...more,
});

function seeded(events: readonly AuditEvent[], namesMax?: number) {
  const seed = new Seed({ isMeant: (user) => !user.startsWith('system:'), subjectPrefix: 'oidc:', namesMax });
  for (const one of events) seed.take(one);
  return seed.rules();
}

test('each user gets what it did: impersonated where it was, answered once, and with its prefix', () => {
  const { rules } = seeded([
    event('dev@example.com', 'list', pods()),
    event('dev@example.com', 'list', pods(), { stage: 'RequestReceived' }),
    event('dev@example.com', 'watch', pods(), { stage: 'ResponseStarted' }),
    event('gateway', 'get', pods('web'), { impersonatedUser: { username: 'ci' } }),
  ]);
  assert.deepEqual(rules, [
    {
      id: 'ci-1',
      effect: 'allow',
      callers: [{ subjects: ['oidc:ci'] }],
      verbs: ['get'],
      apiGroups: [''],
      resources: ['pods'],
      resourceNames: ['web'],
      namespaces: ['shop'],
    },
    {
      id: 'dev-example-com-1',
      effect: 'allow',
      callers: [{ subjects: ['oidc:dev@example.com'] }],
      verbs: ['list', 'watch'],
      apiGroups: [''],
      resources: ['pods'],
      namespaces: ['shop'],
    },
  ]);
});

test('what the cluster refused, what is for no resource and whom nobody means is left out, and counted', () => {
  const { rules, leftOut } = seeded([
    event('ci', 'delete', pods('web'), { responseStatus: { code: 403 } }),
    event('ci', 'get', undefined),
    event('system:node:a', 'get', pods('web')),
    { stage: 'ResponseComplete', user: { username: 7 } },
  ]);
  assert.deepEqual(rules, []);
  assert.deepEqual(leftOut, [
    'requests of `ci` that are for no resource: 1',
    'requests of users that are not meant: 2',
    'requests that the cluster refused `ci`: 1',
  ]);
});

test('an exec over WebSocket is a create here; the name in a create’s body is not one in its path', () => {
  const { rules } = seeded([
    event('ci', 'get', pods('web', { subresource: 'exec' })),
    event('ci', 'create', { resource: 'configmaps', namespace: 'shop', name: 'made' }),
  ]);
  assert.deepEqual(
    rules.map(({ verbs, resources, resourceNames }) => [verbs, resources, resourceNames]),
    [
      [['create'], ['configmaps'], undefined],
      [['create'], ['pods/exec'], ['web']],
    ],
  );
});

test('names stay names, however many, unless somebody asks for less', () => {
  const events = ['a', 'b', 'c'].map((name) => event('ci', 'get', pods(name)));
  assert.deepEqual(seeded(events).rules[0]?.resourceNames, ['a', 'b', 'c']);
  assert.deepEqual(seeded(events, 3).rules[0]?.resourceNames, ['a', 'b', 'c']);
  assert.equal(seeded(events, 2).rules[0]?.resourceNames, undefined);
});
