import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { goneRound } from './gone-round.ts';

const callers = { users: ['ci'], groups: ['agents'] };

const event = (part: object): string =>
  JSON.stringify({
    stage: 'ResponseComplete',
    verb: 'delete',
    user: { username: 'ci', groups: ['system:authenticated'] },
    objectRef: { apiGroup: 'apps', resource: 'deployments' },
    requestURI: '/apis/apps/v1/namespaces/shop/deployments/web?x=1',
    sourceIPs: ['203.0.113.9'],
    userAgent: 'kubectl',
    requestReceivedTimestamp: '2026-11-29T10:00:00Z',
    ...part,
  });

describe('who went round the gateway', () => {
  const rows: readonly [what: string, part: object, count: number][] = [
    ['a caller by name', {}, 1],
    ['a caller by group', { user: { username: 'bot', groups: ['agents'] } }, 1],
    ['a caller without groups', { user: { username: 'ci' } }, 1],
    [
      'through the gateway: somebody is impersonated',
      { user: { username: 'gateway' }, impersonatedUser: { username: 'ci' } },
      0,
    ],
    ['a caller who impersonates somebody itself', { impersonatedUser: { username: 'admin' } }, 1],
    ['somebody else', { user: { username: 'admin', groups: ['people'] } }, 0],
    ['the beginning of a request', { stage: 'RequestReceived' }, 0],
  ];
  for (const [what, part, count] of rows) {
    test(what, () => assert.equal(goneRound([event(part)], callers).found.length, count));
  }

  test('the same is counted, with the last of it', () => {
    const lines = [
      event({}),
      event({ requestReceivedTimestamp: '2026-11-29T11:00:00Z' }),
      event({ verb: 'get' }),
      '',
      'cut {',
    ];
    assert.deepEqual(goneRound(lines, callers), {
      found: [
        {
          user: 'ci',
          verb: 'delete',
          resource: 'deployments.apps',
          count: 2,
          lastAt: '2026-11-29T11:00:00Z',
          sourceIp: '203.0.113.9',
          userAgent: 'kubectl',
        },
        {
          user: 'ci',
          verb: 'get',
          resource: 'deployments.apps',
          count: 1,
          lastAt: '2026-11-29T10:00:00Z',
          sourceIp: '203.0.113.9',
          userAgent: 'kubectl',
        },
      ],
      unread: 1,
    });
  });

  test('what is no resource is told by its path, without its query', () => {
    const [one] = goneRound([event({ objectRef: undefined, requestURI: '/metrics?a=b' })], callers).found;
    assert.equal(one?.resource, '/metrics');
  });
});
