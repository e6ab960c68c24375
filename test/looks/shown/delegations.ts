/* Who stands in for whom. */
import type { DelegationView } from '../../../src/control/delegations/delegation-contract.ts';
import { ago } from './people.ts';

const issuer = 'https://login.example.com';
const person = (subject: string) => ({ subject, issuer });

export const DELEGATIONS: readonly DelegationView[] = [
  {
    id: 'd-1',
    state: 'live',
    from: person('p:ada.novak'),
    to: person('p:lea.brandt'),
    rules: [],
    reason: 'on leave until Thursday; the runbook is in the wiki',
    at: ago(40_000),
    endsAt: ago(-92_000),
  },
  {
    id: 'd-2',
    state: 'live',
    from: person('p:lea.brandt'),
    to: person('p:sam.okafor'),
    rules: ['prod/changes', 'prod/scale'],
    reason: 'on a train',
    at: ago(3_000),
    endsAt: ago(-4_200),
  },
  {
    id: 'd-3',
    state: 'ended',
    from: person('p:lea.brandt'),
    to: person('p:sam.okafor'),
    rules: ['prod/scale'],
    reason: 'dentist',
    at: ago(90_000),
    endsAt: ago(60_000),
    endedAt: ago(71_000),
    endedBy: 'p:lea.brandt',
  },
];

/** Between others, as an operator sees it. */
export const OF_OTHERS: DelegationView = {
  id: 'd-4',
  state: 'live',
  from: person('p:kim.sato'),
  to: person('p:noor.haddad'),
  rules: ['prod/namespaces'],
  reason: 'paternity leave',
  at: ago(9_000),
  endsAt: ago(-500_000),
};
