/* Grants, who is in, and what is stopped. */
import type { GrantUse, GrantView, KillView, Present, RefusalView } from '../../../src/control/contract.ts';
import { ago, BOT, TRIAGE } from './people.ts';

const scope = {
  rule: 'prod/scale-for-a-time',
  target: 'prod-eu',
  verbs: ['get', 'patch'],
  apiGroups: ['apps'],
  resources: ['deployments/scale'],
  resourceNames: ['web', 'cart'],
  namespaces: ['shop'],
};

/** A grant, with whatever is to be said otherwise. */
export function grant(id: string, part: Partial<GrantView> = {}): GrantView {
  return {
    id,
    state: 'live',
    holder: { subject: TRIAGE.subject, issuer: TRIAGE.issuer },
    scopes: [scope],
    reason: 'black friday: keep the queue short',
    askedAt: ago(700),
    for: '30m',
    startsAt: ago(600),
    endsAt: ago(-1_200),
    uses: 3,
    usesMax: 20,
    isBoundToRun: false,
    ...part,
  };
}

export const GRANTS: readonly GrantView[] = [
  grant('g-1'),
  grant('g-2', {
    holder: { subject: 'p:lea.brandt', issuer: 'https://login.example.com' },
    scopes: [
      { ...scope, rule: 'prod/logs', verbs: ['get'], apiGroups: [''], resources: ['pods/log'], resourceNames: [] },
    ],
    reason: '',
    for: '10m',
    startsAt: ago(570),
    endsAt: ago(-30),
    uses: 0,
  }),
  grant('g-3', {
    holder: { subject: BOT.subject, issuer: BOT.issuer },
    scopes: [scope, { ...scope, namespaces: ['cart'] }],
  }),
];

/** What of the first was used. */
export const USE: GrantUse = {
  exchanges: 3,
  isWhole: true,
  isWider: true,
  narrower: [{ ...scope, verbs: ['patch'], resourceNames: ['web'] }],
};

export const PENDING_GRANTS: readonly GrantView[] = [
  grant('g-4', { state: 'pending', closesAt: ago(-300), uses: 0, note: 'waits for the group `leads`' }),
];

export const ENDED_GRANTS: readonly GrantView[] = [
  grant('g-5', { state: 'ended', endedAt: ago(3_000), endedBy: 'time' }),
  grant('g-6', {
    state: 'ended',
    endedAt: ago(9_000),
    endedBy: 'revoked',
    endedWith: { subject: 'p:ada', reason: 'done' },
    uses: 0,
  }),
];

export const PRESENT: readonly Present[] = [
  { subject: TRIAGE.subject, target: 'prod-eu', session: 's-1', grant: 'g-1', requests: 2, streams: 1 },
  { subject: BOT.subject, target: 'prod-eu', session: 's-2', requests: 7, streams: 0 },
  { subject: 'p:sam.okafor', target: 'staging', session: 's-3', requests: 1, streams: 0 },
];

export const KILLS: readonly KillView[] = [
  {
    id: 'k1',
    state: 'live',
    what: 'caller',
    value: 'ai:triage-3',
    reason: 'it deletes what it should look at',
    by: 'p:ada',
    at: ago(320),
  },
];

/** A link that somebody else wrote: what it asks for is other than it looks. */
export const HOSTILE_ASK_LINK = `/grants/ask?grant=${Buffer.from(
  JSON.stringify({
    scopes: [
      {
        target: 'prod-eu',
        verbs: ['get'],
        apiGroups: [''],
        resources: ['pods'],
        resourceNames: ['we\u202ebew'],
        namespaces: ['shop'],
      },
    ],
  }),
).toString('base64url')}`;

const LINK = Buffer.from(
  JSON.stringify({
    scopes: [
      {
        target: 'prod-eu',
        verbs: ['patch'],
        apiGroups: ['apps'],
        resources: ['deployments/scale'],
        resourceNames: ['web'],
        namespaces: ['shop'],
      },
    ],
    for: '30m',
  }),
).toString('base64url');

/** The address of the form that a refusal's link fills. */
export const ASK_LINK = `/grants/ask?grant=${LINK}`;

export const REFUSALS: readonly RefusalView[] = [
  {
    exchange: 'e-9',
    at: ago(64),
    target: 'prod-eu',
    code: 'DENIED_BY_SILENCE',
    message: 'no rule lets `p:lea.brandt` patch `deployments/scale.apps`',
    grant: { body: '{}', link: `https://console.example:8444${ASK_LINK}` },
  },
];
