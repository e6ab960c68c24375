import assert from 'node:assert/strict';
import { test } from 'node:test';
import { begun, ended, exchangeId, permitted, START_AT, sessionId } from '../../../test/support/journal-events.ts';
import { CHAIN_START, sealEvent } from '../chain.ts';
import type { Event, ExchangeBegun, ExchangeEnded } from '../event.ts';
import { EXPORT_FORMATS, type ExportedRecord, type ExportFormat } from './exported.ts';
import { Formatter } from './formatter.ts';

const DENIED: ExchangeEnded['outcome'] = {
  kind: 'refused',
  code: 'DENIED_BY_RULE',
  status: 403,
  message: 'you may not',
  detail: 'for operators alone',
};
const { operation } = begun(1) as Required<ExchangeBegun>;
const EXEC: ExchangeBegun['operation'] = {
  ...operation,
  verb: 'get',
  apiGroup: '',
  resource: 'pods',
  subresource: 'exec',
  name: 'web-1',
  path: '/api/v1/namespaces/default/pods/web-1/exec',
  power: 'exec',
  query: [['container', 'main']],
  stream: { argv: ['sh', '-c', 'ls | wc'], tty: false, container: 'main' },
};

const SEGMENT: Event = {
  type: 'journal.segment',
  at: START_AT,
  format: 'sallyport-journal/2',
  gateway: 'gw-1',
  segment: 1,
  previous: '0'.repeat(64),
  carried: 0,
};

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
function told(format: ExportFormat, events: readonly Event[]): readonly any[] {
  return recordsOf(format, events).map(({ text }) => JSON.parse(text));
}

function recordsOf(format: ExportFormat, events: readonly Event[]): readonly ExportedRecord[] {
  const formatter = new Formatter(format);
  let head = CHAIN_START;
  return events.flatMap((event) => {
    const { line, head: next } = sealEvent(head, event);
    head = next;
    const record = formatter.take({ event, seq: next.seq, hash: next.hash, line: Buffer.from(line.trimEnd()) });
    return record === undefined ? [] : [record];
  });
}

test('jsonl is the journal’s own lines', () => {
  const events = [SEGMENT, begun(1), permitted(1), ended(1)];
  assert.deepEqual(
    told('jsonl', events).map(({ type, seq }) => [seq, type]),
    events.map(({ type }, i) => [i + 1, type]),
  );
});

test('an exchange is two audit events, as an API server tells it: received, and complete', () => {
  const [received, complete] = told('audit', [SEGMENT, begun(1), permitted(1), ended(1)]);
  assert.deepEqual(received, {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: exchangeId(1),
    requestURI: '/apis/apps/v1/namespaces/default/deployments/web-1',
    verb: 'get',
    user: {
      username: 'ci:deployer',
      groups: ['ci'],
      extra: { 'sallyport.dev/issuer': ['main'], 'sallyport.dev/kind': ['autonomous'] },
    },
    sourceIPs: ['127.0.0.1'],
    objectRef: { resource: 'deployments', namespace: 'default', name: 'web-1', apiGroup: 'apps', apiVersion: 'v1' },
    requestReceivedTimestamp: '2025-11-21T08:50:00.001000Z',
    stage: 'RequestReceived',
    stageTimestamp: '2025-11-21T08:50:00.001000Z',
  });
  const { stage: _, stageTimestamp: __, ...same } = received;
  assert.deepEqual(complete, {
    ...same,
    stage: 'ResponseComplete',
    stageTimestamp: '2025-11-21T08:50:00.006000Z',
    responseStatus: { metadata: {}, code: 200 },
    annotations: {
      'authorization.k8s.io/decision': 'allow',
      'authorization.k8s.io/reason': 'rule read',
      'sallyport.dev/target': 'prod',
      'sallyport.dev/session': sessionId(1),
      'sallyport.dev/outcome': 'answered',
      'sallyport.dev/rule': 'read',
      'sallyport.dev/duration-ms': '5',
      'sallyport.dev/bytes-in': '0',
      'sallyport.dev/bytes-out': '512',
    },
  });
});

test('a refusal is a failure with its reason, and an exec has its command in the address as kubectl sent it', () => {
  const [, refused] = told('audit', [begun(1), ended(1, DENIED, { decision: { effect: 'deny', rule: 'never' } })]);
  assert.deepEqual(refused.responseStatus, {
    metadata: {},
    status: 'Failure',
    message: 'you may not',
    reason: 'Forbidden',
    code: 403,
  });
  assert.equal(refused.annotations['authorization.k8s.io/decision'], 'forbid');
  const [exec] = told('audit', [begun(2, { operation: EXEC })]);
  assert.equal(
    exec.requestURI,
    '/api/v1/namespaces/default/pods/web-1/exec?command=sh&command=-c&command=ls%20%7C%20wc&container=main',
  );
  assert.equal(exec.objectRef.subresource, 'exec');
});

test('an end whose beginning is not there any more is told with what it says itself', () => {
  for (const format of ['audit', 'ocsf'] as const) assert.equal(told(format, [ended(9, { kind: 'lost' })]).length, 1);
});

test('an exchange is an API Activity of OCSF, with what policy did', () => {
  const [event] = told('ocsf', [SEGMENT, begun(1), permitted(1), ended(1)]);
  assert.deepEqual(
    [event.class_uid, event.type_uid, event.activity_name, event.status, event.action, event.severity],
    [6003, 600302, 'Read', 'Success', 'Allowed', 'Informational'],
  );
  assert.deepEqual(event.actor.user, {
    name: 'ci:deployer',
    uid: 'ci:deployer',
    domain: 'main',
    type_id: 4,
    type: 'Service',
    groups: [{ name: 'ci' }],
  });
  assert.deepEqual(
    [event.resources, event.metadata.log_provider, event.metadata.sequence, event.src_endpoint],
    [
      [{ type: 'deployments.apps', name: 'web-1', namespace: 'default', role_id: 1, role: 'Target' }],
      'gw-1',
      4,
      { ip: '127.0.0.1' },
    ],
  );
  const [denied] = told('ocsf', [begun(1), ended(1, DENIED)]);
  assert.deepEqual(
    [denied.status, denied.action, denied.status_code, denied.status_detail, denied.severity],
    ['Failure', 'Denied', 'DENIED_BY_RULE', 'you may not', 'Low'],
  );
  assert.doesNotMatch(JSON.stringify(denied), /for operators alone/);
  const [exec] = told('ocsf', [begun(1, { operation: EXEC }), ended(1)]);
  assert.deepEqual([exec.activity_id, exec.unmapped.command], [99, EXEC.stream?.argv]);
});

test('what was only planned is neither a change nor a refusal: it is marked, and nothing that is to be looked at', () => {
  const PLANNED = { ...DENIED, code: 'PLANNED' } as const;
  for (const [outcome, effect] of [
    [PLANNED, 'allow'],
    [DENIED, 'deny'],
  ] as const) {
    const events = [
      begun(1, { planned: true, operation: { ...operation, verb: 'delete' } }),
      ended(1, outcome, { decision: { effect, rule: 'r' } }),
    ];
    const [event] = told('ocsf', events);
    assert.deepEqual(
      [event.status, event.action, event.disposition, event.severity, event.policy.is_applied, event.unmapped.planned],
      ['Success', 'Observed', 'Logged', 'Informational', false, true],
    );
    assert.deepEqual([event.status_code, event.activity_name], [outcome.code, 'Delete']);
    assert.match(event.message, /^ci:deployer: only planned: delete deployments/);
    for (const audit of told('audit', events)) assert.equal(audit.annotations['sallyport.dev/planned'], 'true');
    for (const format of EXPORT_FORMATS)
      assert.ok(!recordsOf(format, events).some(({ isNotable }) => isNotable), format);
  }
  const [meant] = told('ocsf', [begun(1), ended(1, DENIED)]);
  assert.deepEqual([meant.action, meant.unmapped.planned], ['Denied', undefined]);
  for (const format of EXPORT_FORMATS)
    assert.ok(
      recordsOf(format, [begun(1), ended(1, DENIED)]).some(({ isNotable }) => isNotable),
      format,
    );
});
