import { type Delegation, lasts } from '../../approval/delegation.ts';
import { actsForAnother } from '../../model/acts-for-another.ts';
import { type Caller, callerKey } from '../../model/caller.ts';
import { DELEGATION_LIMITS } from '../../model/delegation-limits.ts';
import type { RoleName } from '../../policy/role.ts';
import { durationMs } from '../../std/duration.ts';
import { pageOf, reasonSchema } from '../contract.ts';
import { roleRequired } from '../role-required.ts';
import type { Asked, Route } from '../route.ts';
import { instant } from '../views.ts';
import {
  type DelegationView,
  delegationAskSchema,
  delegationListQuery,
  delegationSchema,
} from './delegation-contract.ts';
import type { Delegations } from './delegations.ts';

const SEE: readonly RoleName[] = ['auditor', 'operator'];
const CHANGE: readonly RoleName[] = ['operator'];

const answer = { schema: delegationSchema, description: 'The delegation.' };

/** The operations on answering that is handed on. */
export function delegationRoutes({
  delegations,
  now,
}: {
  readonly delegations: Delegations;
  readonly now: () => number;
}): readonly Route[] {
  const answered = (status: number, delegation: Delegation) => ({ status, body: view(delegation, now()) });
  return [
    {
      method: 'GET',
      path: '/delegations',
      id: 'listDelegations',
      summary: 'Answering that one has handed on or was handed, or with `all` everybody’s; the newest first.',
      needs: 'caller',
      query: delegationListQuery,
      answer: { status: 200, schema: pageOf(delegationSchema), description: 'All that is kept.' },
      handle: async (asked) => {
        const { all } = asked.query as ReturnType<typeof delegationListQuery.parse>;
        if (all === 'true' && !hasEverywhere(asked, SEE)) throw roleRequired(SEE);
        const found = await delegations.list(DELEGATION_LIMITS.endedShownMax);
        const items = found.filter((one) => all === 'true' || isOf(one, asked.caller)).map((one) => view(one, now()));
        return { status: 200, body: { items, next: null } };
      },
    },
    {
      method: 'POST',
      path: '/delegations',
      id: 'delegate',
      summary: 'Hand to another person, for a time, what one may answer, where the rules let one.',
      needs: 'caller',
      body: delegationAskSchema,
      answer: { status: 201, ...answer },
      handle: async ({ caller, body }) => {
        const { to, rules, reason, for: length } = body as ReturnType<typeof delegationAskSchema.parse>;
        const named = { subject: to.subject, issuer: to.issuer ?? caller.issuer };
        return answered(201, await delegations.give(caller, { to: named, rules, reason, forMs: durationMs(length) }));
      },
    },
    {
      method: 'POST',
      path: '/delegations/{id}/end',
      id: 'endDelegation',
      summary: 'End one before its time: who gave it, who was named, or an operator.',
      needs: 'caller',
      body: reasonSchema,
      answer: { status: 200, ...answer },
      handle: async (asked) => {
        const { reason } = asked.body as { readonly reason: string };
        const mayEnd = (one: Delegation) => isOf(one, asked.caller) || hasEverywhere(asked, CHANGE);
        return answered(200, await delegations.end(asked.path.id as string, asked.caller.subject, reason, mayEnd));
      },
    },
  ];
}

/** Security: a program of somebody's sees and ends nothing of theirs. */
function isOf({ from, to }: Delegation, caller: Caller): boolean {
  return !actsForAnother(caller) && [from, to].some((one) => callerKey(one) === callerKey(caller));
}

function hasEverywhere({ roles }: Asked, names: readonly RoleName[]): boolean {
  return roles.some(
    ({ role, targets, namespaces }) => names.includes(role) && targets === undefined && namespaces === undefined,
  );
}

function view(delegation: Delegation, nowMs: number): DelegationView {
  const { id, from, to, rules, reason, at, endsAt, endedBy, endedAt } = delegation;
  return {
    ...{ id, state: lasts(delegation, nowMs) ? 'live' : 'ended', to, rules: [...rules], reason },
    from: { subject: from.subject, issuer: from.issuer },
    at: instant(at),
    endsAt: instant(endsAt),
    ...(endedBy === undefined ? {} : { endedBy }),
    ...(endedAt === undefined ? {} : { endedAt: instant(endedAt) }),
  };
}
