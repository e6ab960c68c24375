import { askedBy, isOwn } from '../model/is-own.ts';
import { type RoleName, reaches } from '../policy/role.ts';
import type { LiveAccess } from './live-access.ts';
import type { LiveExchanges } from './live-exchanges.ts';
import { reachesKill } from './reaches-kill.ts';
import type { Asked, Route } from './route.ts';
import { killView } from './views.ts';

interface Parts {
  readonly access: Pick<LiveAccess, 'onKill'>;
  readonly exchanges: LiveExchanges;
}

const SEE: readonly RoleName[] = ['auditor', 'operator'];

/** What happens now, as streams: what lives and what is stopped; and with the streams of `others`, all in one, since a browser has six connections. */
export function eventRoutes({ access, exchanges }: Parts, others: readonly Route[]): readonly Route[] {
  const own: readonly Route[] = [
    {
      method: 'GET',
      path: '/exchanges/events',
      id: 'watchExchanges',
      summary:
        'Each exchange as it begins and ends at this gateway, as server-sent events: one’s own, and those that a role reaches.',
      needs: 'caller',
      answer: { status: 200, schema: 'events', description: 'Events `exchange`, each with an exchange.' },
      handle: async ({ caller, roles }) => ({
        begin: (send) =>
          exchanges.onExchange(({ view, by }) => {
            const namespaces = view.namespace === '' ? [] : [view.namespace];
            if (isOwn(by, askedBy(caller)) || reaches(roles, SEE, { target: view.target, namespaces }))
              send('exchange', view);
          }),
      }),
    },
    {
      method: 'GET',
      path: '/kills/events',
      id: 'watchKills',
      summary: 'Each stop as it is set and lifted, as server-sent events, of what a role reaches.',
      needs: SEE,
      answer: { status: 200, schema: 'events', description: 'Events `kill`, each with a stop.' },
      handle: async ({ roles }) => ({
        begin: (send) =>
          access.onKill((kill) => {
            if (reachesKill(roles, SEE, kill)) send('kill', killView(kill));
          }),
      }),
    },
  ];
  return [...own, allEvents([...own, ...others])];
}

function allEvents(streams: readonly Route[]): Route {
  return {
    method: 'GET',
    path: '/events',
    id: 'watch',
    summary: 'All that the caller may watch, as one stream of server-sent events.',
    needs: 'caller',
    answer: {
      status: 200,
      schema: 'events',
      description: 'Events `approval`, `grant`, `exchange` and `kill`, as each stream by itself has them.',
    },
    handle: async (asked) => {
      const begun = await Promise.all(
        streams.filter((stream) => mayWatch(stream, asked)).map((stream) => stream.handle(asked)),
      );
      return {
        begin: (send, broken) => {
          const ends = begun.flatMap((answered) => ('begin' in answered ? [answered.begin(send, broken)] : []));
          return () => {
            for (const end of ends) end();
          };
        },
      };
    },
  };
}

/** Security: what a route needs is asked here too, since it is not reached by its own path. */
function mayWatch({ needs }: Route, { roles }: Asked): boolean {
  return typeof needs === 'string' || roles.some(({ role }) => needs.includes(role));
}
