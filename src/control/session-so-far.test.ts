import assert from 'node:assert/strict';
import { test } from 'node:test';
import { newApproval } from '../approval/new-approval.ts';
import type { Catalog, FoundExchange, FoundSession } from '../recording/found.ts';
import { sessionSoFar } from './session-so-far.ts';

const asked = {
  ...newApproval({
    id: 'a',
    request: 'r',
    asker: { subject: 'ci:dev', issuer: 'ci', groups: [], kind: 'autonomous' },
    target: 'demo',
    namespace: 'shop',
    session: 's',
    seats: [],
    shown: { operation: '', asked: '', risk: 'plain', risks: [], mayDiffer: [], missing: [], reason: '' },
    askedAt: 5,
    closesAt: 10,
    claimForMs: 1,
  }),
  attendedBy: 'x9',
};

const session = { startedAt: 0, exchanges: 9, changes: 8, refused: 2, failed: 1 } as FoundSession;
const row = (id: string, part: Partial<FoundExchange> = {}): FoundExchange =>
  ({
    id,
    session: 's',
    verb: 'delete',
    apiGroup: '',
    resource: 'pods',
    subresource: '',
    namespace: 'shop',
    name: id,
    isChange: true,
    outcome: 'answered',
    status: 200,
    ...part,
  }) as FoundExchange;

/** Of a catalog with these rows, the newest first. */
const soFar = (rows: readonly FoundExchange[], found: FoundSession | undefined = session) =>
  sessionSoFar({
    session: async () => (found === undefined ? undefined : { session: found, stories: [] }),
    exchanges: async () => rows,
  } as Pick<Catalog, 'session' | 'exchanges'>)(asked);

test('what was done before is told without what is asked about, and its changes are named where who answers may see them', async () => {
  const told = await soFar([
    row('x9', { outcome: 'open', status: undefined }),
    row('x8', { apiGroup: 'apps', resource: 'deployments', subresource: 'scale', verb: 'patch' }),
    row('x7', { outcome: 'refused', status: 403, code: 'DENIED_BY_RULE' }),
    row('x6', { namespace: 'payroll', name: 'elsewhere' }),
    row('x5', { session: 'another' }),
    row('x4', { isChange: false, verb: 'list' }),
  ]);
  assert.deepEqual(told, {
    since: '1970-01-01T00:00:00.000Z',
    requests: 8,
    changes: 7,
    refused: 2,
    failed: 1,
    last: ['patch deployments/scale.apps `x8`: answered 200', 'delete pods `x7`: refused 403 (DENIED_BY_RULE)'],
  });
});

test('of many changes the last few are named; before any was recorded there are none', async () => {
  const many = Array.from({ length: 20 }, (_, at) => row(`c${at}`));
  const told = await soFar(many);
  assert.equal(typeof told === 'object' && told.last.length, 5);
  const none = sessionSoFar({ session: async () => undefined, exchanges: async () => [] });
  assert.deepEqual(await none(asked), { requests: 0, changes: 0, refused: 0, failed: 0, last: [] });
  const { session: _, ...grant } = asked;
  assert.equal(await none(grant), undefined);
});
