import type { Event, ExchangeBegun } from '../event.ts';
import type { ExportedRecord } from './exported.ts';
import type { JoinedExchange } from './joined-exchanges.ts';
import { type OcsfClass, ocsfEvent, ocsfUser, type PlaceInJournal } from './ocsf-event.ts';
import { ocsfOther } from './ocsf-other.ts';
import { exchangeSentence, hasSucceeded, isPlanned, messageOf, statusOf } from './words-of.ts';

/**
 * The OCSF event that an event of the journal makes: an exchange when it ends is an API Activity (6003) under the profile `security_control`; what bears on access is of
 * the classes of identity and access management. Undefined of what OCSF has no class for: lines about the journal itself, pieces that were kept, counts.
 */
export function ocsfRecord(
  event: Event,
  place: PlaceInJournal,
  joined: JoinedExchange | undefined,
): ExportedRecord | undefined {
  return joined === undefined ? ocsfOther(event, place) : ocsfExchange(joined, place);
}

const API_ACTIVITY: OcsfClass = {
  uid: 6003,
  name: 'API Activity',
  category: 'Application Activity',
  activities: { 0: 'Unknown', 1: 'Create', 2: 'Read', 3: 'Update', 4: 'Delete', 99: 'Other' },
};

/** Verbs of Kubernetes; what streams into or out of a pod is none of these. */
const ACTIVITIES: Readonly<Record<string, number>> = {
  create: 1,
  get: 2,
  list: 2,
  watch: 2,
  update: 3,
  patch: 3,
  delete: 4,
  deletecollection: 4,
};

function ocsfExchange(joined: JoinedExchange, place: PlaceInJournal): ExportedRecord {
  const { begun, ended } = joined;
  const { outcome, decision } = ended;
  const isOnlyPlanned = isPlanned(joined);
  const operation = begun?.operation;
  const isRefused = outcome.kind === 'refused';
  const isSuccess = (isOnlyPlanned && isRefused) || hasSucceeded(outcome);
  const isUnknown = outcome.kind === 'broken' || outcome.kind === 'lost';
  const isPlain = operation !== undefined && operation.stream === undefined && operation.power === undefined;
  return ocsfEvent(ended, place, API_ACTIVITY, {
    activity: isPlain ? (ACTIVITIES[operation.verb] ?? 99) : operation === undefined ? 0 : 99,
    severity: isOnlyPlanned ? 1 : isUnknown ? 3 : isRefused ? 2 : 1,
    isSuccess: outcome.kind === 'lost' ? undefined : isSuccess,
    message: exchangeSentence(joined),
    profiles: ['security_control'],
    correlation: ended.session,
    attributes: {
      ...statusWords(joined),
      actor: { user: ocsfUser(begun?.caller ?? { subject: 'unknown', issuer: '' }), session: sessionOf(joined) },
      api: apiOf(joined),
      src_endpoint: begun === undefined ? { name: 'unknown' } : { ip: begun.peer },
      ...(begun === undefined ? {} : { ...requestOf(begun), ...resourcesOf(begun) }),
      ...(begun === undefined || begun.target === '' ? {} : { dst_endpoint: { svc_name: begun.target } }),
      ...(isOnlyPlanned ? OBSERVED : controlOf(decision?.effect, isRefused)),
      ...(decision === undefined || decision.rule === ''
        ? {}
        : { policy: { name: decision.rule, uid: decision.rule, is_applied: !isOnlyPlanned } }),
    },
    unmapped: unmappedOf(joined),
  });
}

function statusWords({ ended }: JoinedExchange) {
  const { outcome } = ended;
  const code = 'code' in outcome ? outcome.code : statusOf(outcome);
  const detail = messageOf(ended);
  return {
    ...(code === undefined ? {} : { status_code: String(code) }),
    ...(detail === undefined ? {} : { status_detail: detail }),
  };
}

function sessionOf({ begun, ended }: JoinedExchange) {
  return { uid: ended.session, ...(begun === undefined ? {} : { issuer: begun.caller.issuer }) };
}

function apiOf({ begun, ended }: JoinedExchange) {
  const { outcome } = ended;
  const operation = begun?.operation;
  const code = statusOf(outcome);
  const message = messageOf(ended);
  return {
    operation: operation?.verb ?? begun?.method.toLowerCase() ?? 'unknown',
    request: { uid: ended.exchange },
    ...(operation === undefined || operation.apiVersion === '' ? {} : { version: operation.apiVersion }),
    ...(operation === undefined || operation.resource === ''
      ? {}
      : { service: { name: operation.apiGroup === '' ? 'core' : operation.apiGroup } }),
    ...(code === undefined
      ? {}
      : {
          response: {
            code,
            ...('code' in outcome ? { error: outcome.code, error_message: message } : {}),
          },
        }),
  };
}

function requestOf({ exchange, method, operation }: ExchangeBegun) {
  const query = (operation?.query ?? []).map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
  const url = { path: operation?.path ?? '/', ...(query === '' ? {} : { query_string: query }) };
  return { http_request: { uid: exchange, http_method: method, url } };
}

function resourcesOf({ operation }: ExchangeBegun) {
  if (operation === undefined || operation.resource === '') return {};
  const { resource, subresource, apiGroup, namespace, name } = operation;
  const kind = [resource, subresource].filter(Boolean).join('/');
  return {
    resources: [
      {
        type: apiGroup === '' ? kind : `${kind}.${apiGroup}`,
        // Without a name it is the collection.
        name: name === '' ? resource : name,
        ...(namespace === '' ? {} : { namespace }),
        role_id: 1,
        role: 'Target',
      },
    ],
  };
}

/** Nothing was done, and nothing was stopped: policy told what it would answer. */
const OBSERVED = { action_id: 3, action: 'Observed', disposition_id: 17, disposition: 'Logged' };

function controlOf(effect: 'allow' | 'deny' | 'hold' | undefined, isRefused: boolean) {
  if (isRefused) return { action_id: 2, action: 'Denied', disposition_id: 2, disposition: 'Blocked' };
  if (effect === undefined) return { action_id: 0, action: 'Unknown', disposition_id: 0, disposition: 'Unknown' };
  return { action_id: 1, action: 'Allowed', disposition_id: 1, disposition: 'Allowed' };
}

function unmappedOf(joined: JoinedExchange) {
  const { begun, permitted, ended } = joined;
  const { decision, traffic, outcome } = ended;
  const { stream, claimed, power, body } = begun?.operation ?? {};
  return {
    target: begun?.target,
    exchange: ended.exchange,
    outcome: outcome.kind,
    planned: isPlanned(joined) ? true : undefined,
    effect: decision?.effect,
    grant: decision?.grant ?? permitted?.grant,
    approval: decision?.approval ?? permitted?.approval,
    shadow: decision?.shadow,
    command: stream?.argv,
    power,
    claimed,
    body,
    traffic,
  };
}
