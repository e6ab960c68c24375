import { signedOutSchema, signInSchema, signOutSchema } from '../contract.ts';
import type { Route } from '../route.ts';
import type { ConsoleSessions } from './console-sessions.ts';
import { clearCookie, SESSION_COOKIE } from './cookies.ts';

interface Parts {
  readonly sessions: ConsoleSessions;
  /** The issuers at which persons sign in. */
  readonly issuers: readonly string[];
}

/** What a page needs to sign somebody in, and out. */
export function signInRoutes({ sessions, issuers }: Parts): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/sign-in',
      id: 'listSignIn',
      summary: 'Where a person signs in with a browser: each an address of the console that the browser goes to.',
      needs: 'nobody',
      answer: { status: 200, schema: signInSchema, description: 'All of them; none where no issuer has `login`.' },
      handle: async () => ({
        status: 200,
        body: {
          items: issuers.map((issuer) => ({ issuer, path: `/sign-in?issuer=${encodeURIComponent(issuer)}` })),
          next: null,
        },
      }),
    },
    {
      method: 'POST',
      path: '/sign-out',
      id: 'signOut',
      summary: 'End the browser’s session, or with `everywhere` every session of the caller’s.',
      needs: 'caller',
      body: signOutSchema,
      answer: { status: 200, schema: signedOutSchema, description: 'How many have ended.' },
      handle: async ({ caller, session, body }) => {
        const { everywhere } = body as ReturnType<typeof signOutSchema.parse>;
        let ended = 0;
        if (everywhere) ended = await sessions.endAll(caller);
        else if (session !== undefined) {
          await sessions.end(session.id, caller);
          ended = 1;
        }
        return { status: 200, body: { ended }, cookies: session === undefined ? [] : [clearCookie(SESSION_COOKIE)] };
      },
    },
  ];
}
