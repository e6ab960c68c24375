import type { Caller } from '../model/caller.ts';
import { meSchema } from './contract.ts';
import type { Delegations } from './delegations/delegations.ts';
import type { Route } from './route.ts';
import type { ConsoleSession } from './sign-in/console-sessions.ts';
import { instant } from './views.ts';

interface Parts {
  /** Rules whose questions the caller is named to answer. */
  readonly seatedIn: (caller: Caller) => readonly string[];
  readonly delegations: Pick<Delegations, 'delegableBy'>;
}

/** Who asks, as the gateway sees it. */
export function meRoutes({ seatedIn, delegations }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/me',
      id: 'me',
      summary: 'Who the caller is to the gateway, its roles, and which questions it may answer.',
      needs: 'caller',
      answer: { status: 200, schema: meSchema, description: 'The caller.' },
      handle: async ({ caller, roles, session }) => ({
        status: 200,
        body: {
          subject: caller.subject,
          issuer: caller.issuer,
          groups: caller.groups,
          kind: caller.kind,
          ...(caller.person === undefined ? {} : { person: caller.person }),
          roles: [...new Set(roles.map(({ role }) => role))],
          seats: caller.issued === undefined ? seatedIn(caller) : [],
          delegable: delegations.delegableBy(caller),
          tokenEndsAt: instant(caller.tokenEndsAt),
          ...(caller.issued === undefined ? {} : { issued: caller.issued }),
          ...(session === undefined ? {} : { session: sessionView(session) }),
        },
      }),
    },
  ];
}

function sessionView({ id, signedInAt, idleEndsAt, endsAt, csrf }: ConsoleSession) {
  return {
    id,
    ...(signedInAt === undefined ? {} : { signedInAt: instant(signedInAt) }),
    ...{ idleEndsAt: instant(idleEndsAt), endsAt: instant(endsAt), csrf },
  };
}
