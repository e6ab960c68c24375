import { hash } from 'node:crypto';
import { actsForAnother } from '../../model/acts-for-another.ts';
import { callerKey } from '../../model/caller.ts';
import { Refusal } from '../../model/refusal.ts';
import type { RoleName } from '../../policy/role.ts';
import { pageOf } from '../contract.ts';
import { enrolmentSchema, enrolSchema, type KeyView, keyListQuery, keySchema } from '../key-contract.ts';
import { roleRequired } from '../role-required.ts';
import type { Asked, Route } from '../route.ts';
import { instant } from '../views.ts';
import { type KeptKey, keyLine } from './kept-key.ts';
import type { Enrolment, PersonKeys } from './person-keys.ts';
import { ALGORITHMS } from './webauthn.ts';

const SEE: readonly RoleName[] = ['auditor', 'operator'];
const CHANGE: readonly RoleName[] = ['operator'];

/** Limit: keys that are listed. */
const LISTED_MAX = 1_000;

const answer = { schema: keySchema, description: 'The key.' };

/** The operations on keys of persons. */
export function keyRoutes({ personKeys }: { readonly personKeys: PersonKeys }): readonly Route[] {
  return [...enrolRoutes(personKeys), ...changeRoutes(personKeys)];
}

function enrolRoutes(keys: PersonKeys): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/keys',
      id: 'listKeys',
      summary: 'Keys with which answers are signed: one’s own, or with `all` everybody’s.',
      needs: 'caller',
      query: keyListQuery,
      answer: { status: 200, schema: pageOf(keySchema), description: 'All of them.' },
      handle: async (asked) => {
        const { all } = asked.query as ReturnType<typeof keyListQuery.parse>;
        if (all === 'true' && !hasEverywhere(asked, SEE)) throw roleRequired(SEE);
        // Security: a program of somebody's sees nothing of theirs.
        const own = actsForAnother(asked.caller) ? [] : await keys.of(asked.caller);
        const found = all === 'true' ? await keys.all(LISTED_MAX) : own;
        return { status: 200, body: { items: found.map(view), next: null } };
      },
    },
    {
      method: 'POST',
      path: '/keys/challenge',
      id: 'beginKey',
      summary: 'What a browser needs to make a key, within five minutes of signing in.',
      needs: 'caller',
      answer: { status: 200, schema: enrolmentSchema, description: 'The challenge.' },
      handle: async ({ caller, session }) => {
        const { state, challenge, keys: own, counting, site } = await keys.challenge(caller, session);
        return {
          status: 200,
          body: {
            state,
            rpId: site.rpId,
            challenge,
            algorithms: ALGORITHMS,
            user: hash('sha256', callerKey(caller), 'base64url'),
            have: own.map(({ credential }) => credential),
            proofBy: counting.map(({ credential }) => credential),
            proofChallenge: hash('sha256', `existing ${state}`, 'base64url'),
          },
        };
      },
    },
    {
      method: 'POST',
      path: '/keys',
      id: 'enrolKey',
      summary:
        'Enrol a key; a further one with one that counts. A first one counts after a day, or once another person confirms it.',
      needs: 'caller',
      body: enrolSchema,
      answer: { status: 201, ...answer },
      handle: async ({ caller, session, body }) => ({
        status: 201,
        body: view(await keys.enrol(caller, session, body as Enrolment)),
      }),
    },
  ];
}

function changeRoutes(keys: PersonKeys): readonly Route[] {
  return [
    {
      method: 'POST',
      path: '/keys/{id}/confirm',
      id: 'confirmKey',
      summary: 'Say that another person’s key is theirs: it counts from now on.',
      needs: CHANGE,
      answer: { status: 200, ...answer },
      handle: async (asked) => {
        if (!hasEverywhere(asked, CHANGE)) throw roleRequired(CHANGE);
        return { status: 200, body: view(await keys.confirm(asked.path.id as string, asked.caller)) };
      },
    },
    {
      method: 'DELETE',
      path: '/keys/{id}',
      id: 'removeKey',
      summary: 'Remove a key: one’s own, within five minutes of signing in, or as an operator anybody’s.',
      needs: 'caller',
      answer: { status: 200, ...answer },
      handle: async (asked) => {
        // Security: a program of somebody's ends nothing of theirs.
        if (actsForAnother(asked.caller)) throw new Refusal('ROLE_REQUIRED', 'a person removes a key');
        const mayRemove = ({ owner }: KeptKey) =>
          callerKey(owner) === callerKey(asked.caller) || hasEverywhere(asked, CHANGE);
        return { status: 200, body: view(await keys.remove(asked.path.id as string, { ...asked, mayRemove })) };
      },
    },
  ];
}

function hasEverywhere({ roles }: Asked, names: readonly RoleName[]): boolean {
  return roles.some(
    ({ role, targets, namespaces }) => names.includes(role) && targets === undefined && namespaces === undefined,
  );
}

function view(key: KeptKey): KeyView {
  const { id, name, owner, enrolledAt, countsFrom, confirmedBy } = key;
  return {
    ...{ id, name, owner, line: keyLine(key) },
    enrolledAt: instant(enrolledAt),
    countsFrom: instant(countsFrom),
    ...(confirmedBy === undefined ? {} : { confirmedBy }),
  };
}
