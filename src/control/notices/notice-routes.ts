import { z } from 'zod';
import { Refusal } from '../../model/refusal.ts';
import { type Role, type RoleName, reaches } from '../../policy/role.ts';
import { pageOf } from '../contract.ts';
import type { Route } from '../route.ts';
import { instant } from '../views.ts';
import type { Deliveries } from './deliveries.ts';
import { type Delivery, NOTICE_LIMITS } from './delivery.ts';
import { type NoticeView, noticeSchema } from './notice-contract.ts';

const query = z.strictObject({
  state: z.enum(['waiting', 'dead']).default('dead'),
  since: z.iso.datetime().optional().describe('Those of what happened at or after it.'),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
});

const SEE: readonly RoleName[] = ['operator', 'auditor'];
const CHANGE: readonly RoleName[] = ['operator'];

/** The operations on notices that have not arrived: those of places that a role of the caller's reaches. */
export function noticeRoutes(deliveries: Pick<Deliveries, 'list' | 'again'>): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/notices',
      id: 'listNotices',
      summary: 'Notices that wait to be sent or were given up, the newest first.',
      needs: SEE,
      query,
      answer: { status: 200, schema: pageOf(noticeSchema), description: 'A page.' },
      handle: async ({ roles, query: asked }) => {
        const { state, since, limit } = asked as z.infer<typeof query>;
        const sinceMs = since === undefined ? 0 : Date.parse(since);
        const found = (await deliveries.list(state, NOTICE_LIMITS.waitingMax)).filter(
          (one) => one.notice.at >= sinceMs && isReached(roles, SEE, one),
        );
        return { status: 200, body: { items: found.slice(0, limit).map(view), next: null } };
      },
    },
    {
      method: 'POST',
      path: '/notices/{id}/retry',
      id: 'retryNotice',
      summary: 'Try a notice again that was given up.',
      needs: CHANGE,
      answer: { status: 200, schema: noticeSchema, description: 'It waits to be sent.' },
      handle: async ({ roles, path }) => {
        // Security: what a role does not reach is answered as what is not there.
        const again = await deliveries.again(path.id as string, (one) => isReached(roles, CHANGE, one));
        if (again === undefined) throw new Refusal('NOT_FOUND', 'there is no such notice that was given up');
        return { status: 200, body: view(again) };
      },
    },
  ];
}

/** Security: what a notice says of several places is seen by whose role reaches each; of no place, by who has one without bounds. */
function isReached(roles: readonly Role[], names: readonly RoleName[], { notice }: Delivery): boolean {
  const { target, namespace, places } = notice;
  const namespaces = places?.namespaces ?? (namespace === '' ? [] : [namespace]);
  return (places?.targets ?? [target]).every((each) => reaches(roles, names, { target: each, namespaces }));
}

function view({ id, state, notifier, notice, tries, nextAt, failure }: Delivery): NoticeView {
  const { kind, title, at } = notice;
  return { id, state, notifier, kind, title, at: instant(at), tries, nextAt: instant(nextAt), failure };
}
