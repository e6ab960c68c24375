import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerOf } from '../../../test/support/operation.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Role } from '../../policy/role.ts';
import type { Asked } from '../route.ts';
import type { Delivery } from './delivery.ts';
import type { Notice } from './notice.ts';
import { noticeRoutes } from './notice-routes.ts';

const delivery = (id: string, part: Partial<Notice>): Delivery => ({
  ...{ id, state: 'dead', notifier: 'ops', tries: 1, nextAt: 0, failure: 'no' },
  notice: {
    ...{ id, kind: 'approval.asked', at: 0, title: `p:dev asks for ${id}`, facts: [], risk: 'plain', about: id },
    ...{ isOver: false, isLast: false, path: '', target: 'test', namespace: 'shop' },
    ...part,
  },
});

const ALL = [
  delivery('here', {}),
  delivery('elsewhere', { target: 'prod' }),
  delivery('other', { namespace: 'bank' }),
  delivery('both', { places: { targets: ['test', 'prod'], namespaces: ['shop'] } }),
  delivery('nowhere', { target: '', namespace: '' }),
];

const [list, retry] = noticeRoutes({
  list: async (_state, limit) => ALL.slice(0, limit),
  again: async (id, mayBe) => ALL.find((one) => one.id === id && mayBe(one)),
});

/** Which notices somebody with a role is shown, and which they may have tried again. */
async function outcome(role: Omit<Role, 'callers'>, limit = 100): Promise<readonly (readonly string[])[]> {
  const asked = (part: Partial<Asked>) =>
    ({ caller: callerOf({ kind: 'person' }), roles: [{ ...role, callers: [{}] }], path: {}, ...part }) as Asked;
  const answered = await list?.handle(asked({ query: { state: 'dead', limit } }));
  const { items } = (answered as { readonly body: { readonly items: readonly { readonly id: string }[] } }).body;
  const tried = await Promise.all(
    ALL.map(({ id }) =>
      retry?.handle(asked({ path: { id } })).then(
        () => [id],
        (error: unknown) => (error instanceof Refusal && error.code === 'NOT_FOUND' ? [] : [String(error)]),
      ),
    ),
  );
  return [items.map(({ id }) => id), tried.flatMap((one) => one ?? [])];
}

test('whose role has bounds sees, and has tried again, the notices of places that it reaches alone', async () => {
  const all = ALL.map(({ id }) => id);
  assert.deepEqual(await outcome({ role: 'operator' }), [all, all]);
  assert.deepEqual(await outcome({ role: 'auditor' }), [all, []]);
  const ofTest = ['here', 'other'];
  assert.deepEqual(await outcome({ role: 'operator', targets: ['test'] }), [ofTest, ofTest]);
  const ofShop = ['here', 'elsewhere', 'both'];
  assert.deepEqual(await outcome({ role: 'operator', namespaces: ['shop'] }), [ofShop, ofShop]);
  assert.deepEqual(await outcome({ role: 'auditor', targets: ['test'] }, 1), [['here'], []]);
  assert.deepEqual(await outcome({ role: 'auditor', targets: ['prod'] }, 1), [['elsewhere'], []]);
});
