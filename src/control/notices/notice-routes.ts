import { z } from 'zod';
import { Refusal } from '../../model/refusal.ts';
import { pageOf } from '../contract.ts';
import type { Route } from '../route.ts';
import { instant } from '../views.ts';
import type { Deliveries } from './deliveries.ts';
import type { Delivery } from './delivery.ts';
import { type NoticeView, noticeSchema } from './notice-contract.ts';

const query = z.strictObject({
  state: z.enum(['waiting', 'dead']).default('dead'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

/** The operations on notices that have not arrived. */
export function noticeRoutes(deliveries: Pick<Deliveries, 'list' | 'again'>): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/notices',
      id: 'listNotices',
      summary: 'Notices that wait to be sent or were given up, the newest first.',
      needs: ['operator', 'auditor'],
      query,
      answer: { status: 200, schema: pageOf(noticeSchema), description: 'A page.' },
      handle: async ({ query: asked }) => {
        const { state, limit } = asked as z.infer<typeof query>;
        return { status: 200, body: { items: (await deliveries.list(state, limit)).map(view), next: null } };
      },
    },
    {
      method: 'POST',
      path: '/notices/{id}/retry',
      id: 'retryNotice',
      summary: 'Try a notice again that was given up.',
      needs: ['operator'],
      answer: { status: 200, schema: noticeSchema, description: 'It waits to be sent.' },
      handle: async ({ path }) => {
        const again = await deliveries.again(path.id as string);
        if (again === undefined) throw new Refusal('NOT_FOUND', 'there is no such notice that was given up');
        return { status: 200, body: view(again) };
      },
    },
  ];
}

function view({ id, state, notifier, notice, tries, nextAt, failure }: Delivery): NoticeView {
  const { kind, title, at } = notice;
  return { id, state, notifier, kind, title, at: instant(at), tries, nextAt: instant(nextAt), failure };
}
