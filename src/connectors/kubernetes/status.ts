/*
 * A refusal as Kubernetes says no: a `Status` whose code is the HTTP status, so that kubectl prints `message` as one sentence and programs
 * find the rest in `details.causes`.
 *
 * `message` is what was asked and why not (the refusal's own sentence), the rule if that sentence does not name it, and what to do. The causes
 * have a closed set of reasons, one each: `SallyportCode` the code to branch on, `SallyportRetry` whether to try again (see REFUSAL_CODES),
 * `SallyportRule` the rule or guard, `SallyportAdvice` what to ask for instead, of what can be asked for the smallest
 * grant that would allow it: `SallyportRequest` as a command line, `SallyportGrant` as JSON for the control plane, `SallyportLink` a page for a person;
 * `SallyportApproval` the question that a person is asked, `SallyportPlan` as JSON what a planned request would do, `SallyportExchange` the id under which the request is recorded.
 *
 * The encoding is JSON, which every Kubernetes client reads, or protobuf or YAML for one that accepts no JSON: an error in an encoding that
 * a client cannot read loses its message. JSON is YAML, so that only its name changes. Tables and other forms of an object never apply to a Status.
 *
 * Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/types.go, `transformResponse` of
 * https://github.com/kubernetes/client-go/blob/v0.35.4/rest/request.go
 */
import type { Refusal } from '../../model/refusal.ts';
import type { RefusedReply } from '../../model/reply.ts';
import type { RawRequest } from '../../model/request.ts';
import { statusProtobuf } from './status-protobuf.ts';

/** A `metav1.Status`, as far as a refusal fills it. */
export interface Status {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Readonly<Record<string, never>>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly details: {
    readonly causes: readonly StatusCause[];
    readonly retryAfterSeconds?: number;
  };
  readonly code: number;
}

export interface StatusCause {
  readonly reason: CauseReason;
  readonly message: string;
}

/** What a cause tells a program. */
export type CauseReason =
  | 'SallyportCode'
  | 'SallyportRetry'
  | 'SallyportRule'
  | 'SallyportAdvice'
  | 'SallyportRequest'
  | 'SallyportGrant'
  | 'SallyportLink'
  | 'SallyportApproval'
  | 'SallyportPlan'
  | 'SallyportExchange';

/**
 * The reason that client libraries branch on, by HTTP status. A status that the API server never sends has that of its nearest kin: `Timeout`
 * and `InternalError` are the ones that say that the request may have run.
 *
 * Source: `StatusReason`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/apis/meta/v1/types.go
 */
const REASONS: Readonly<Record<number, string | undefined>> = {
  400: 'BadRequest',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'NotFound',
  405: 'MethodNotAllowed',
  406: 'NotAcceptable',
  408: 'Timeout',
  409: 'Conflict',
  412: 'Conflict',
  413: 'RequestEntityTooLarge',
  414: 'RequestEntityTooLarge',
  415: 'UnsupportedMediaType',
  422: 'BadRequest',
  429: 'TooManyRequests',
  431: 'RequestEntityTooLarge',
  500: 'InternalError',
  503: 'ServiceUnavailable',
  504: 'Timeout',
  505: 'BadRequest',
};

/**
 * The reply to a request that is refused, in an encoding that its client reads. It holds nothing from upstream, and nothing of the refusal's
 * `detail` or `cause`.
 *
 * Retry-After is sent only where the same request may pass later: client-go repeats any 5xx that has it, also a write that may have run.
 * CALLER_GONE has a reply too, which nobody is there to read.
 */
export function refusalReply(refusal: Refusal, raw: Pick<RawRequest, 'id' | 'method' | 'rawHeaders'>): RefusedReply {
  const status = statusOf(refusal, raw.id);
  const contentType = contentTypeFor(raw.rawHeaders);
  const body = contentType === PROTOBUF ? statusProtobuf(status) : Buffer.from(JSON.stringify(status));
  const retryAfterSeconds = status.details.retryAfterSeconds;
  const headers = [
    ...['content-type', contentType],
    ...['content-length', String(body.length)],
    ...['cache-control', 'no-cache, private'],
    ...['x-content-type-options', 'nosniff'],
    ...['content-security-policy', 'sandbox'],
    ...(retryAfterSeconds === undefined ? [] : ['retry-after', String(retryAfterSeconds)]),
    ...(refusal.approval === '' ? [] : [APPROVAL_HEADER, refusal.approval]),
    ...(refusal.status === 401 ? ['www-authenticate', challenge(refusal)] : []),
  ];
  return { kind: 'refused', status: refusal.status, headers, body: raw.method === 'HEAD' ? new Uint8Array(0) : body };
}

/** The `Status` of a refusal; `exchange` is the id under which the request is recorded. */
export function statusOf(refusal: Refusal, exchange: string): Status {
  const { code, retry, rule, advice, grant, approval, planned } = refusal;
  const causes: StatusCause[] = [
    { reason: 'SallyportCode', message: code },
    { reason: 'SallyportRetry', message: retry },
  ];
  if (rule !== '') causes.push({ reason: 'SallyportRule', message: oneLine(rule) });
  if (advice !== '') causes.push({ reason: 'SallyportAdvice', message: oneLine(advice) });
  if (grant !== undefined) {
    if (grant.command !== undefined) causes.push({ reason: 'SallyportRequest', message: grant.command });
    causes.push({ reason: 'SallyportGrant', message: grant.body }, { reason: 'SallyportLink', message: grant.link });
  }
  if (approval !== '') causes.push({ reason: 'SallyportApproval', message: approval });
  if (planned !== undefined) causes.push({ reason: 'SallyportPlan', message: JSON.stringify(planned) });
  causes.push({ reason: 'SallyportExchange', message: exchange });
  const retryAfterSeconds = retry === 'later' ? wholeSeconds(refusal.retryAfterSeconds) : undefined;
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: sentence(refusal),
    reason: reasonOf(refusal),
    details: { causes, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) },
    code: refusal.status,
  };
}

/** T66: upstream's replies have no header of this name; see `replied-headers.ts`. */
const APPROVAL_HEADER = 'sallyport-approval';

const JSON_TYPE = 'application/json';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const YAML = 'application/yaml';

function reasonOf({ status, retry, code }: Refusal): string {
  // T66: upstream's own 429 has another reason, of a disruption budget or of a server that is busy.
  if (code === 'HELD_WAITING') return 'HeldForApproval';
  // Of the two kinds of 502, one says that nothing was sent.
  if (status === 502) return retry === 'verify' ? 'InternalError' : 'ServiceUnavailable';
  return REASONS[status] ?? '';
}

/** One sentence, as kubectl prints it behind `Error from server (Forbidden): `. */
function sentence({ message, rule, advice }: Refusal): string {
  const named = rule === '' || message.includes(rule) ? message : `${message} (rule \`${rule}\`)`;
  return oneLine(advice === '' ? named : `${named}; ${advice}`);
}

/** Security: what is printed on a terminal has no control characters, nor marks that turn the direction of writing (T54). */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '?').toWellFormed();
}

/** client-go reads whole seconds only. Limit: an hour. */
function wholeSeconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : Math.min(3600, Math.max(1, Math.ceil(seconds)));
}

/** Source: https://www.rfc-editor.org/rfc/rfc6750#section-3 */
function challenge({ code }: Refusal): string {
  return code === 'TOKEN_MISSING' ? 'Bearer' : 'Bearer error="invalid_token"';
}

/** JSON, unless the client takes none and something else that there is. A type with the weight zero is one that it does not take. */
function contentTypeFor(rawHeaders: readonly string[]): string {
  const types = acceptedTypes(rawHeaders);
  if ([JSON_TYPE, 'application/*', '*/*'].some((type) => types.has(type))) return JSON_TYPE;
  return [PROTOBUF, YAML].find((type) => types.has(type)) ?? JSON_TYPE;
}

function acceptedTypes(rawHeaders: readonly string[]): ReadonlySet<string> {
  const types = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() !== 'accept') continue;
    for (const range of (rawHeaders[i + 1] ?? '').toLowerCase().split(',')) {
      const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
      if (!parameters.some((parameter) => /^q=0(?:\.0*)?$/.test(parameter))) types.add(type);
    }
  }
  return types;
}
