/** One event of each type that the journal has, with all that it may hold. */
import type { Event } from '../../src/recording/event.ts';
import { begun, ended, exchangeId, permitted, START_AT, sessionId } from './journal-events.ts';

const at = START_AT;
const exchange = exchangeId(1);
const who = { subject: 'lea@example.com', issuer: 'people' };
const caller = begun(1).caller;

const one: { readonly [Type in Event['type']]: Extract<Event, { readonly type: Type }> } = {
  'journal.segment': {
    type: 'journal.segment',
    at,
    format: 'sallyport-journal/2',
    gateway: 'gw-1',
    segment: 1,
    previous: '0'.repeat(64),
    carried: 1,
  },
  'journal.carried': { type: 'journal.carried', at, exchanges: [[exchangeId(9), sessionId(9)]] },
  'journal.recovered': {
    type: 'journal.recovered',
    at,
    reason: 'a crash',
    tornBytes: 3,
    setAside: ['torn-1'],
    lost: 1,
  },
  'gateway.started': {
    type: 'gateway.started',
    at,
    version: '0.1.0',
    openGuards: ['deletions'],
    observed: { targets: ['test'], until: at + 1_000 },
  },
  'gateway.stopped': { type: 'gateway.stopped', at, reason: 'SIGTERM' },
  'policy.loaded': { type: 'policy.loaded', at, files: ['policy.yaml'], rules: 3, digest: 'ab'.repeat(32) },
  'policy.refused': { type: 'policy.refused', at, findings: ['policy.yaml:3: no such verb'] },
  'caller.throttled': { type: 'caller.throttled', at, caller, since: at - 10, requests: 40 },
  'mask.guessed': {
    type: 'mask.guessed',
    at,
    exchange,
    caller,
    target: 'prod',
    apiGroup: '',
    resource: 'secrets',
    namespace: 'shop',
    name: 'db',
    guessesMax: 60,
  },
  'mask.returned': {
    type: 'mask.returned',
    at,
    exchange,
    peer: '10.0.0.7',
    caller,
    where: 'token',
    mask: 'tokens',
    place: { target: 'prod', apiGroup: '', resource: 'secrets', namespace: 'shop', at: 'data.token' },
    readers: [{ ...who, at, exchange }],
  },
  'grant.changed': {
    type: 'grant.changed',
    at,
    grant: 'g1',
    state: 'live',
    holder: { subject: caller.subject, issuer: caller.issuer },
    by: who.subject,
    reason: 'rolling web back',
    endedBy: 'time',
    parts: [
      {
        rule: 'deploys',
        target: 'prod',
        verbs: ['patch'],
        apiGroups: ['apps'],
        resources: ['deployments'],
        resourceNames: ['web'],
        namespaces: ['shop'],
        unmask: true,
      },
    ],
    endsAt: at + 600_000,
    usesMax: 3,
  },
  'kill.changed': {
    type: 'kill.changed',
    at,
    kill: 'k1',
    state: 'live',
    what: 'caller',
    value: caller.subject,
    by: who.subject,
    reason: 'a loop',
  },
  'token.changed': {
    type: 'token.changed',
    at,
    token: 't1',
    state: 'live',
    giver: who,
    task: 'mend web',
    targets: ['prod'],
    endsAt: at + 3_600_000,
    by: who.subject,
  },
  'login.changed': {
    type: 'login.changed',
    at,
    login: 'l1',
    state: 'live',
    person: who,
    peer: '192.0.2.4',
    endsAt: at + 1_000,
  },
  'approval.changed': {
    type: 'approval.changed',
    at,
    approval: 'a1',
    state: 'approved',
    digest: 'cd'.repeat(32),
    asker: { subject: caller.subject, issuer: caller.issuer },
    target: 'prod',
    operation: 'delete deployments web in shop',
    rules: ['deletes'],
    exchange,
    answer: { answer: 'approve', ...who, reason: 'as planned' },
    said: { ...who, text: 'which one?' },
  },
  'exchange.begun': begun(1, {
    operation: {
      verb: 'get',
      apiGroup: '',
      apiVersion: 'v1',
      resource: 'pods',
      subresource: 'exec',
      namespace: 'shop',
      name: 'web-1',
      path: '/api/v1/namespaces/shop/pods/web-1/exec',
      power: 'exec',
      query: [['container', 'main']],
      stream: { container: 'main', argv: ['sh', '-c', 'echo "ü" | wc'], tty: true, ports: [80] },
      claimed: { session: 'run-1', command: 'kubectl exec' },
      body: { mediaType: 'application/json', bytes: 2, digest: `hmac-sha256:${'ef'.repeat(32)}` },
    },
    caller: { ...caller, token: 't1' },
  }),
  'exchange.permitted': { ...permitted(1), type: 'exchange.permitted', exchange, rule: 'read', grant: 'g1' },
  'exchange.recorded': {
    type: 'exchange.recorded',
    at,
    exchange,
    part: 'stream',
    form: 'terminal',
    pieces: [[1, 0, 10, 'ab'.repeat(32)]],
    bytes: 10,
  },
  'exchange.ended': ended(
    1,
    { kind: 'answered', status: 101, reason: 'the token ended' },
    {
      output: { masked: 2, neutralised: 1, shown: 1 },
    },
  ),
  'recording.read': { type: 'recording.read', at, exchange, by: who },
  'retention.applied': {
    type: 'retention.applied',
    at,
    rules: ['keep/prod'],
    reason: 'rule',
    events: [[1, 4]],
    bodies: [[9, 9]],
  },
};

/** In an order in which a journal could have them; behind them, each way in which an exchange ends. */
export const EVERY_EVENT: readonly Event[] = [
  ...Object.values(one),
  ...[
    { kind: 'answered', status: 404 },
    { kind: 'refused', code: 'DENIED_BY_RULE', status: 403, message: 'you may not' },
    { kind: 'broken', code: 'UPSTREAM_TIMEOUT', status: 504, message: 'it may have run' },
    { kind: 'abandoned', status: 200 },
    { kind: 'abandoned' },
    { kind: 'lost' },
  ].flatMap((outcome, i) => {
    const n = i + 2;
    const written = begun(n, { method: 'POST' });
    const operation = { ...(written.operation as NonNullable<typeof written.operation>), verb: 'create', name: '' };
    return [{ ...written, operation }, permitted(n), ended(n, outcome as Parameters<typeof ended>[1])];
  }),
  begun(20, { target: '' }),
  ended(20, { kind: 'refused', code: 'REQUEST_MALFORMED', status: 400, message: 'no' }, {}),
];
