/*
 * Exchanges as `audit.k8s.io/v1` events, as an API server's own audit log has them at the level Metadata: `RequestReceived` when one begins, `ResponseComplete` when it
 * ends. `user` is the caller, whom the API server's log has under `impersonatedUser`. What Kubernetes has no field for stands under `annotations`.
 *
 * Limit: a stream's `ResponseStarted` is not told, since the journal has no instant of it; `objectRef` has no name where only the body has one.
 *
 * Source: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
import type { Event, ExchangeBegun, ExchangeEnded } from '../event.ts';
import type { ExportedRecord } from './exported.ts';
import type { JoinedExchange } from './joined-exchanges.ts';
import { hasSucceeded, isPlanned, messageOf, statusOf } from './words-of.ts';

/** The audit event that an event of the journal makes; undefined where it makes none. */
export function auditRecord(event: Event, seq: number, joined: JoinedExchange | undefined): ExportedRecord | undefined {
  if (event.type === 'exchange.begun')
    return recordOf(event, seq, {
      ...received(event),
      stage: 'RequestReceived',
      stageTimestamp: microTime(event.at),
      ...(event.planned === true ? { annotations: { 'sallyport.dev/planned': 'true' } } : {}),
    });
  if (joined === undefined) return undefined;
  const { begun, ended } = joined;
  const asked =
    begun === undefined ? { ...HEAD, auditID: ended.exchange, verb: '', user: {}, requestURI: '' } : received(begun);
  const isNotable = !isPlanned(joined) && !hasSucceeded(ended.outcome);
  const value = {
    ...asked,
    stage: 'ResponseComplete',
    stageTimestamp: microTime(ended.at),
    ...responseStatus(ended),
    annotations: annotationsOf(joined),
  };
  return recordOf(ended, seq, value, isNotable);
}

const HEAD = { kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata' };

function recordOf(event: ExchangeBegun | ExchangeEnded, seq: number, value: object, isNotable = false): ExportedRecord {
  return { seq, at: event.at, type: event.type, isNotable, text: JSON.stringify(value) };
}

function received(begun: ExchangeBegun) {
  const { exchange, caller, peer, operation, method, at } = begun;
  return {
    ...HEAD,
    auditID: exchange,
    requestURI: requestUri(begun),
    verb: operation?.verb ?? method.toLowerCase(),
    user: {
      username: caller.subject,
      groups: caller.groups,
      extra: {
        'sallyport.dev/issuer': [caller.issuer],
        'sallyport.dev/kind': [caller.kind],
        ...(caller.token === undefined ? {} : { 'sallyport.dev/token': [caller.token] }),
      },
    },
    sourceIPs: [peer],
    ...(operation === undefined || operation.resource === '' ? {} : { objectRef: objectRef(operation) }),
    requestReceivedTimestamp: microTime(at),
  };
}

/** Kubernetes leaves out what is empty. */
function objectRef(operation: NonNullable<ExchangeBegun['operation']>) {
  const { resource, namespace, name, apiGroup, apiVersion, subresource } = operation;
  return Object.fromEntries(
    Object.entries({ resource, namespace, name, apiGroup, apiVersion, subresource }).filter(
      ([, value]) => value !== '',
    ),
  );
}

/** The path, and of its query what the journal has. */
function requestUri({ operation }: ExchangeBegun): string {
  if (operation === undefined) return '';
  const words = (operation.stream?.argv ?? []).map((word): readonly [string, string] => ['command', word]);
  const query = [...words, ...operation.query].map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
  const path = operation.path.split('/').map(encodeURIComponent).join('/').replaceAll('%3A', ':');
  return query === '' ? path : `${path}?${query}`;
}

/** Source: `metav1.StatusReason` of the statuses that the gateway refuses with */
const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  409: 'Conflict',
  413: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'Invalid',
  429: 'TooManyRequests',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
};

function responseStatus(ended: ExchangeEnded) {
  const { outcome } = ended;
  const code = statusOf(outcome);
  if (code === undefined) return {};
  if (outcome.kind !== 'refused' && outcome.kind !== 'broken') return { responseStatus: { metadata: {}, code } };
  const reason = REASONS[code];
  return {
    responseStatus: {
      metadata: {},
      status: 'Failure',
      message: messageOf(ended),
      ...(reason === undefined ? {} : { reason }),
      code,
    },
  };
}

/** Every value is a text; Source: `annotations` of the API's page. */
function annotationsOf(joined: JoinedExchange): Readonly<Record<string, string>> {
  const { begun, permitted, ended } = joined;
  const { decision, outcome, traffic } = ended;
  const { stream, claimed } = begun?.operation ?? {};
  const said = {
    target: begun?.target,
    session: ended.session,
    outcome: outcome.kind,
    planned: isPlanned(joined) ? 'true' : undefined,
    code: 'code' in outcome ? outcome.code : undefined,
    rule: decision?.rule,
    grant: decision?.grant ?? permitted?.grant,
    approval: decision?.approval ?? permitted?.approval,
    shadow: decision?.shadow?.effect,
    command: stream === undefined ? undefined : JSON.stringify(stream.argv),
    'claimed-command': claimed?.command,
    'claimed-session': claimed?.session,
    'duration-ms': traffic === undefined ? undefined : String(traffic.durationMs),
    'bytes-in': traffic === undefined ? undefined : String(traffic.bytesIn),
    'bytes-out': traffic === undefined ? undefined : String(traffic.bytesOut),
  };
  return {
    ...(decision === undefined
      ? {}
      : {
          'authorization.k8s.io/decision': decision.effect === 'allow' ? 'allow' : 'forbid',
          'authorization.k8s.io/reason': decision.rule === '' ? 'no rule allows it' : `rule ${decision.rule}`,
        }),
    ...Object.fromEntries(
      Object.entries(said).flatMap(([key, value]) => (value === undefined ? [] : [[`sallyport.dev/${key}`, value]])),
    ),
  };
}

/** Source: `metav1.MicroTime` */
function microTime(at: number): string {
  return new Date(at).toISOString().replace('Z', '000Z');
}
