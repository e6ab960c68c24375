/* Questions in every state that a person meets. */
import type { ApprovalView } from '../../../src/control/approval-contract.ts';
import { ago, BOT, HOSTILE, TRIAGE } from './people.ts';

type Part = Partial<Omit<ApprovalView, 'shown'>> & { readonly shown?: Partial<ApprovalView['shown']> };

const RULE = {
  rule: 'prod/changes',
  reason: 'changes of the shop are seen by its owners',
  approvers: ['the group `leads`'],
  quorum: 1,
  signed: false,
  missing: 1,
  later: [],
};

/** A question, with whatever is to be said otherwise. */
export function question(id: string, { shown, ...part }: Part = {}): ApprovalView {
  return {
    id,
    state: 'pending',
    exchange: 'waiting',
    digest: '7d3f0c5ae2b94c1f8a6b5d4e3f2a1b0c9d8e7f6a5b4c3d2e1f0a9b8c7d6e5f4a',
    preview: 'shown',
    asker: BOT,
    target: 'prod-eu',
    namespace: 'shop',
    rules: [RULE],
    answers: [],
    words: [],
    askedAt: ago(95),
    closesAt: ago(-505),
    mayAnswer: true,
    ...part,
    shown: {
      operation: 'patch configmaps `checkout-settings` in namespace `shop`',
      asked: 'PATCH /api/v1/namespaces/shop/configmaps/checkout-settings',
      risk: 'plain',
      risks: [],
      mayDiffer: [],
      missing: [],
      reason: '',
      ...shown,
    },
  };
}

export const DELETION = question('q-delete', {
  namespace: 'team-x',
  askedAt: ago(140),
  closesAt: ago(-46),
  rules: [{ ...RULE, rule: 'prod/namespaces', reason: 'what goes with a namespace does not come back' }],
  shown: {
    operation: 'delete namespaces `team-x`',
    asked: 'DELETE /api/v1/namespaces/team-x',
    risk: 'high',
    risks: ['the guard `deletions` would stop it; a yes lifts it for this request', 'deletes 41 other objects with it'],
    losses: [
      { kind: 'pods', count: 12, names: ['web-5c9f', 'web-7d21', 'cart-0', 'cart-1'], running: 11 },
      { kind: 'persistentvolumeclaims', count: 2, names: ['orders-db-0', 'orders-db-1'] },
      { kind: 'secrets', count: 6, names: ['orders-db', 'stripe'] },
    ],
    volumes: [
      { claim: 'orders-db-0', reclaims: 'Delete' },
      { claim: 'orders-db-1', reclaims: 'Retain' },
    ],
    budgets: [{ name: 'web', allows: 0 }],
    before: { asked: 4, approved: 1, rejected: 2, alike: 0, alikeBy: [] },
    reason: 'ticket OPS-4411: team-x has moved to the new cluster, clean up what is left',
    undo: 'a way back to the namespace alone; what was in it does not come back',
  },
});

export const SCALE = question('q-scale', {
  asker: TRIAGE,
  askedAt: ago(60),
  closesAt: ago(-540),
  words: [
    { subject: 'p:lea.brandt', isAsker: false, text: 'why twelve? nine were enough last week', at: ago(30) },
    { subject: 'ai:triage-7', isAsker: true, text: 'queue depth 4,100 and rising; p99 at 2.3 s', at: ago(12) },
  ],
  shown: {
    operation: 'patch deployments/scale.apps `web` in namespace `shop`',
    asked: 'PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale',
    risk: 'raised',
    risks: ['adds replicas: 3 to 12'],
    scale: { from: 3, to: 12 },
    changes: [
      { at: '/spec/replicas', before: '3', after: '12' },
      {
        at: '/metadata/annotations/note',
        before: JSON.stringify('line one\nline two\nline three'),
        after: JSON.stringify('line one\nline 2\nline three\nline four'),
      },
    ],
    before: { asked: 2, approved: 2, rejected: 0, alike: 3, alikeBy: ['p:ada', 'p:sam'] },
    rest: {
      verbs: ['create', 'patch'],
      usesMax: 50,
      forMs: 300_000,
      earlier: ['patch configmaps `checkout-settings`', 'create services `web-canary`'],
    },
    reason: 'kubectl apply -k overlays/black-friday',
  },
});

export const EXEC = question('q-exec', {
  asker: TRIAGE,
  askedAt: ago(40),
  shown: {
    operation: 'exec into pods `orders-db-0` in namespace `shop`',
    asked: 'GET /api/v1/namespaces/shop/pods/orders-db-0/exec?command=psql&stdin=true&tty=true',
    risk: 'raised',
    risks: ['a program in a container that mounts the secret `orders-db`'],
    argv: ['psql', '-U', 'orders', '-c', "select count(*) from orders where state = 'stuck'"],
    pod: {
      serviceAccount: 'orders',
      node: 'node-7',
      container: 'postgres',
      image: 'registry.example.com/postgres:17.2@sha256:1f0a9b8c7d6e',
      privileges: [],
    },
    mayDiffer: ['the name of the debug container'],
  },
});

export const OTHERS = question('q-others', {
  mayAnswer: false,
  namespace: 'billing',
  rules: [
    { ...RULE, rule: 'prod/billing', approvers: ['the group `billing-owners`'], quorum: 2, missing: 2, signed: true },
  ],
  shown: {
    operation: 'patch secrets `stripe` in namespace `billing`',
    asked: 'PATCH /api/v1/namespaces/billing/secrets/stripe',
  },
});

export const STRANGE = question('q-strange', {
  asker: { ...BOT, subject: 'ci:mallory' },
  shown: {
    operation: `create configmaps \`${HOSTILE}\``,
    asked: `POST /api/v1/namespaces/shop/configmaps?fieldManager=${HOSTILE}`,
    body: `metadata:\n  name: "${HOSTILE}"\ndata:\n  a: </pre><script>hacked()</script>`,
    reason: HOSTILE,
    missing: ['what it would do: the target did not answer in 3 s'],
  },
});

const burst = ['cache-a', 'cache-b', 'cache-c', 'cache-d'].map((name, index) =>
  question(`q-burst-${index}`, {
    asker: { ...BOT, subject: 'ci:cleanup' },
    askedAt: ago(80 - index),
    rules: [{ ...RULE, rule: 'prod/deletes' }],
    shown: {
      operation: `delete configmaps \`${name}\` in namespace \`shop\``,
      asked: `DELETE /api/v1/namespaces/shop/configmaps/${name}`,
    },
  }),
);

/** What waits on an ordinary day. */
export const PENDING: readonly ApprovalView[] = [DELETION, SCALE, EXEC, question('q-plain'), ...burst, OTHERS];

const yes = {
  isSigned: false,
  answer: 'approve',
  subject: 'p:lea.brandt',
  issuer: 'https://login.example.com',
  reason: 'seen with sam',
  at: ago(20),
} as const;
const ended = { endedAt: ago(20), mayAnswer: false } as const;
const answeredRules = [{ ...RULE, missing: 0 }];

export const APPROVED = question('q-approved', {
  ...ended,
  state: 'approved',
  exchange: 'answered',
  status: 200,
  usedBy: 'e-scale',
  answers: [{ ...yes, rest: { usesMax: 50, forMs: 300_000 } }],
  rules: answeredRules,
  rest: {
    verbs: ['create', 'patch'],
    usesMax: 50,
    until: ago(-280),
    uses: [
      { operation: 'patch services `web`', exchange: 'e-1', at: ago(15) },
      { operation: 'patch deployments.apps `web`', exchange: 'e-2', at: ago(14) },
    ],
  },
  shown: { amended: ['`/spec/replicas` becomes 9'] },
});

export const REJECTED = question('q-rejected', {
  ...ended,
  state: 'rejected',
  exchange: 'gone',
  answers: [{ ...yes, answer: 'reject', reason: 'not before the release; ask again on Thursday' }],
});

export const UNKNOWN = question('q-unknown', {
  ...ended,
  state: 'approved',
  exchange: 'unknown',
  answers: [yes],
  rules: answeredRules,
});

const ME = {
  subject: 'p:lea.brandt',
  issuer: 'https://login.example.com',
  kind: 'person',
  person: 'lea.brandt',
} as const;
const RESTART = {
  operation: 'delete pods `orders-db-0` in namespace `shop`',
  asked: 'DELETE /api/v1/namespaces/shop/pods/orders-db-0',
  risk: 'raised',
  risks: ['takes the only ready pod of `orders-db`'],
  share: { workload: 'statefulsets `orders-db`', taken: 1, replicas: 1, ready: 1 },
  reason: 'kubectl delete pod orders-db-0',
} as const;
const BY_TWO = {
  ...RULE,
  rule: 'prod/data',
  reason: 'what holds data is not stopped by one person',
  quorum: 2,
  missing: 2,
};

/** What who looks asked themselves, in the night. */
export const ALONE = question('q-alone', {
  asker: ME,
  mayAnswer: false,
  mayBreakGlass: true,
  rules: [BY_TWO],
  shown: { ...RESTART, risks: [...RESTART.risks] },
});

/** A yes to it wants a sign-in that is less old than that of who looks. */
export const STALE = question('q-stale', { rules: [{ ...RULE, freshMs: 900_000 }] });

export const BROKEN = question('q-broken', {
  ...ended,
  asker: ME,
  state: 'approved',
  exchange: 'answered',
  status: 200,
  answers: [{ ...yes, reason: 'INC-4711: orders are lost, nobody of the data team answers', isBreakGlass: true }],
  rules: [{ ...BY_TWO, missing: 0 }],
  shown: { ...RESTART, risks: [...RESTART.risks] },
});

/** What who looks answers for somebody who is away. */
export const IN_PLACE = question('q-place', {
  asker: TRIAGE,
  inPlaceOf: ['p:ada.novak'],
  rules: [{ ...RULE, rule: 'prod/scale', approvers: ['the group `capacity`'] }],
  session: 's-1',
  shown: {
    operation: 'patch deployments/scale.apps `web` in namespace `shop`',
    asked: 'PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale',
    scale: { from: 3, to: 4 },
    before: {
      asked: 2,
      approved: 2,
      rejected: 0,
      alike: 0,
      alikeBy: [],
      isAtLeast: true,
      session: {
        since: ago(1_260),
        requests: 212,
        changes: 3,
        refused: 4,
        failed: 1,
        last: [
          'patch deployments.apps `web`: 200',
          'create configmaps `web-flags`: 201',
          'delete secrets `web-old`: refused, GUARDED',
        ],
      },
    },
    reason: 'kubectl scale deploy web --replicas 4',
  },
});

/** A release of Helm, that says itself what comes after it. */
export const RELEASE = question('q-release', {
  session: 's-1',
  rules: [{ ...RULE, rule: 'prod/releases' }],
  shown: {
    operation: 'install release `checkout` (chart checkout-4.2.0) in namespace `shop`',
    asked: 'POST /api/v1/namespaces/shop/secrets',
    risk: 'raised',
    risks: ['runs a hook before it: jobs `checkout-migrate`'],
    rest: {
      verbs: ['create', 'patch'],
      usesMax: 500,
      forMs: 600_000,
      earlier: [],
      covers: [
        'create jobs.batch `checkout-migrate` (hook, before it)',
        'create services `checkout`',
        'create deployments.apps `checkout`',
        'patch configmaps `checkout-settings`',
        'the records of the release',
      ],
    },
    before: { asked: 1, approved: 1, rejected: 0, alike: 1, alikeBy: ['p:ada'], noSession: 'another gateway has it' },
    reason: 'helm upgrade --install checkout ./chart',
  },
});

/** Of a planned command: each of its requests, as it would be shown by itself. */
export const PLANNED = question('q-planned', {
  rules: [RULE, { ...RULE, rule: 'prod/kept' }],
  shown: {
    operation: 'do 2 planned requests of one command',
    asked: 'each that is listed, once, when the command is run',
    risk: 'high',
    risks: ['1: takes away replicas: 6 to 2', '2: deletes 3 other objects with it'],
    planned: [
      {
        operation: 'patch deployments/scale.apps `checkout` in namespace `shop`',
        asked: 'PATCH /apis/apps/v1/namespaces/shop/deployments/checkout/scale',
        risk: 'high',
        risks: ['takes away replicas: 6 to 2'],
        changes: [{ at: '/spec/replicas', before: '6', after: '2' }],
        scale: { from: 6, to: 2 },
        mayDiffer: [],
        missing: [],
        reason: 'kubectl scale',
      },
      {
        operation: 'delete jobs.batch `checkout-migrate` in namespace `shop`',
        asked: 'DELETE /apis/batch/v1/namespaces/shop/jobs/checkout-migrate',
        risk: 'raised',
        risks: ['deletes 3 other objects with it'],
        losses: [{ kind: 'pods', count: 3, names: ['checkout-migrate-7x2kq', 'checkout-migrate-p0aa1'] }],
        mayDiffer: [],
        missing: [],
        reason: 'kubectl delete',
      },
    ],
    rest: {
      verbs: ['delete', 'patch'],
      usesMax: 2,
      forMs: 600_000,
      earlier: [],
      covers: [
        'patch deployments/scale.apps `checkout` in namespace `shop`',
        'delete jobs.batch `checkout-migrate` in namespace `shop`',
      ],
    },
    reason: 'kubectl scale; kubectl delete',
  },
});

export const LOOKING = question('q-looking', { preview: 'looking' });

/** What was answered and ended lately. */
export const ANSWERED: readonly ApprovalView[] = [
  APPROVED,
  REJECTED,
  question('q-expired', { ...ended, state: 'expired', exchange: 'gone', endedAt: ago(1_900), asker: TRIAGE }),
  question('q-gone', { ...ended, state: 'withdrawn', exchange: 'gone', endedAt: ago(86_400) }),
];
