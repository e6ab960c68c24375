/* Sessions, one of them whole, and calls as they were recorded. */
import type {
  ExchangeRowView,
  ExchangeWholeView,
  SessionStoryView,
  SessionView,
} from '../../../src/control/session-contract.ts';
import { ago, BOT, TRIAGE } from './people.ts';

const caller = ({ subject, issuer, kind }: typeof BOT | typeof TRIAGE) => ({ subject, issuer, kind });

function session(id: string, part: Partial<SessionView> = {}): SessionView {
  return {
    id,
    caller: caller(BOT),
    target: 'prod-eu',
    startedAt: ago(900),
    lastAt: ago(60),
    exchanges: 48,
    changes: 0,
    refused: 0,
    failed: 0,
    open: 0,
    planned: 0,
    recordings: 0,
    ...part,
  };
}

export const SESSIONS: readonly SessionView[] = [
  session('s-1', { caller: caller(TRIAGE), changes: 3, refused: 1, open: 1, recordings: 1, exchanges: 20 }),
  session('s-2', { changes: 12, exchanges: 214 }),
  session('s-3', {
    caller: { subject: 'p:sam.okafor', issuer: 'https://login.example.com', kind: 'person' },
    target: 'staging',
    failed: 2,
  }),
  session('s-4', { startedAt: ago(90_000), lastAt: ago(88_000), exchanges: 1_204 }),
];

const APPLY = { session: 'run-1', command: 'kubectl apply -k overlays/black-friday' };
const LOOK = { session: 'run-2', command: 'kubectl describe pods' };

function call(index: number, part: Partial<ExchangeRowView> = {}): ExchangeRowView {
  return {
    id: `e-${String(index).padStart(2, '0')}`,
    session: 's-1',
    at: ago(900 - index * 42),
    caller: caller(TRIAGE),
    target: 'prod-eu',
    verb: 'get',
    apiGroup: '',
    resource: 'pods',
    subresource: '',
    namespace: 'shop',
    name: `web-${index}`,
    path: `/api/v1/namespaces/shop/pods/web-${index}`,
    isChange: false,
    decision: 'allow',
    rule: 'prod/read',
    outcome: 'answered',
    status: 200,
    durationMs: 4 + index,
    bytesIn: 0,
    bytesOut: 1_800,
    ...part,
  };
}

const CALLS: readonly ExchangeRowView[] = Array.from({ length: 20 }, (_, index) => {
  if (index < 8) return call(index, { claimed: LOOK });
  switch (index) {
    case 9:
      return call(9, {
        verb: 'patch',
        resource: 'configmaps',
        name: 'checkout-settings',
        isChange: true,
        claimed: APPLY,
        durationMs: 31,
      });
    case 10:
      return call(10, {
        ...{
          verb: 'patch',
          apiGroup: 'apps',
          resource: 'deployments',
          subresource: 'scale',
          name: 'web',
          isChange: true,
        },
        ...{ decision: 'hold', rule: 'prod/scale', approval: 'q-approved', claimed: APPLY, durationMs: 61_000 },
      });
    case 11:
      return call(11, {
        ...{ verb: 'delete', resource: 'secrets', name: 'stripe', isChange: true, outcome: 'refused', status: 403 },
        ...{ decision: 'deny', rule: '', code: 'DENIED_BY_SILENCE', claimed: APPLY, durationMs: 1 },
      });
    case 12:
      return call(12, {
        verb: 'create',
        subresource: 'exec',
        recording: 'terminal',
        grant: 'g-1',
        name: 'orders-db-0',
        status: 101,
        durationMs: 340_000,
      });
    default:
      return call(index);
  }
});

export const STORY: SessionStoryView = {
  ...(SESSIONS[0] as SessionView),
  startedAt: ago(900),
  lastAt: ago(102),
  stories: [
    {
      id: 'e-00',
      by: 'caller',
      title: LOOK.command,
      claimed: LOOK,
      startedAt: ago(900),
      lastAt: ago(606),
      exchanges: 8,
      changes: 0,
      refused: 0,
      failed: 0,
    },
    {
      id: 'e-09',
      by: 'caller',
      title: APPLY.command,
      claimed: APPLY,
      startedAt: ago(522),
      lastAt: ago(438),
      exchanges: 3,
      changes: 2,
      refused: 1,
      failed: 0,
    },
  ],
  items: [...CALLS],
  next: null,
};

const HASH = '9f2c1ab47de0583c6b1f0e9d8c7b6a5f4e3d2c1b0a9f8e7d6c5b4a3f2e1d0c9b';

function whole(row: ExchangeRowView, part: Partial<ExchangeWholeView> = {}): ExchangeWholeView {
  return {
    ...row,
    peer: '10.4.7.19',
    method: 'GET',
    operation: { verb: row.verb, resource: row.resource, namespace: row.namespace, name: row.name },
    permits: [{ at: row.at, rule: row.rule ?? '' }],
    journal: [
      { seq: 48_211, type: 'exchange.begun', at: row.at, hash: HASH },
      { seq: 48_212, type: 'exchange.permitted', at: row.at, hash: HASH.split('').reverse().join('') },
      { seq: 48_213, type: 'exchange.ended', at: row.at, hash: HASH.slice(7) + HASH.slice(0, 7) },
    ],
    ...part,
  };
}

const reply = (replicas: number, secret: string) => ({
  mediaType: 'application/json',
  bytes: 412,
  isWhole: true,
  text: JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop', resourceVersion: '81' },
    spec: { replicas, template: { spec: { containers: [{ name: 'web', env: [{ name: 'TOKEN', value: secret }] }] } } },
    status: { readyReplicas: replicas },
  }),
});

/** A call that changed something, with what goes and comes. */
export const CHANGE: ExchangeWholeView = whole(CALLS[10] as ExchangeRowView, {
  method: 'PATCH',
  path: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
  request: { mediaType: 'application/merge-patch+json', bytes: 24, isWhole: true, text: '{"spec":{"replicas":9}}' },
  reply: reply(9, 'masked-7k2m9x4q1w'),
  edits: { masked: 1, neutralised: 0 },
});

/** The same kind of call, earlier. */
export const EARLIER: ExchangeWholeView = whole(
  call(5, { verb: 'patch', apiGroup: 'apps', resource: 'deployments', name: 'web' }),
  {
    method: 'PATCH',
    reply: reply(3, 'masked-7k2m9x4q1w'),
  },
);

export const REFUSED: ExchangeWholeView = whole(CALLS[11] as ExchangeRowView, {
  method: 'DELETE',
  path: '/api/v1/namespaces/shop/secrets/stripe',
  permits: [],
  message: 'no rule lets `ai:triage-7` delete `secrets`',
});

/** It is held, of which the journal has only that it began. */
export const WAITS: ExchangeWholeView = whole(begun(call(14, { verb: 'delete', name: 'web-0' })), {
  method: 'DELETE',
  path: '/api/v1/namespaces/shop/pods/web-0',
  permits: [],
});

function begun({ decision, rule, status, durationMs, ...row }: ExchangeRowView): ExchangeRowView {
  return { ...row, outcome: 'open' };
}

export const TERMINAL: ExchangeWholeView = whole(CALLS[12] as ExchangeRowView, {
  path: '/api/v1/namespaces/shop/pods/orders-db-0/exec?command=sh',
});

/** What the terminal showed. */
export const CAST = [
  JSON.stringify({ version: 3, term: { cols: 80, rows: 12 }, command: 'sh' }),
  JSON.stringify([0.2, 'o', '\u001b[32m$\u001b[0m ']),
  JSON.stringify([0.8, 'o', 'psql -U orders']),
  JSON.stringify([0.1, 'o', '\r\n']),
  JSON.stringify([0.4, 'o', 'orders=> ']),
  JSON.stringify([0.9, 'o', 'select state, count(*) from orders group by 1;']),
  JSON.stringify([0.1, 'o', '\r\n']),
  JSON.stringify([
    0.4,
    'o',
    ' state  | count\r\n--------+-------\r\n paid   |  9121\r\n \u001b[31mstuck\u001b[0m  |    14\r\n',
  ]),
  JSON.stringify([0.1, 'o', 'orders=> ']),
  JSON.stringify([6, 'o', '\\q\r\n']),
  JSON.stringify([0.1, 'x', '0']),
].join('\n');

/** What of it is under way. */
export const OPEN_CALLS: SessionStoryView = {
  ...STORY,
  items: [
    call(12, { verb: 'create', subresource: 'exec', recording: 'terminal', name: 'orders-db-0', outcome: 'open' }),
  ],
};
