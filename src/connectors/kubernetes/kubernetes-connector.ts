import type { Operation, Power } from '../../model/operation.ts';
import type { Permit, RestoredBody } from '../../model/permit.ts';
import { Refusal } from '../../model/refusal.ts';
import type { Reply } from '../../model/reply.ts';
import type { Headers, Request } from '../../model/request.ts';
import type { Connector, Reads } from '../connector.ts';
import { amendRequest } from './amend-request.ts';
import type { BodyLimits } from './body/body-limits.ts';
import type { Discovery, Scopes } from './discovery/discovery.ts';
import { addresslessHeaders, tellsAddress, withoutAddresses } from './discovery/without-addresses.ts';
import { asking } from './held/asking.ts';
import { parseOperation } from './operation.ts';
import { assertOnlyPinned } from './pin/only-pinned.ts';
import { isTriedCreate, pinRequest } from './pin/pin-request.ts';
import { answerReview, reviewHeaders } from './reviews/forward-review.ts';
import { type Reviews, selfReview } from './reviews/reviews.ts';
import { refusalReply } from './status.ts';
import { checkFramed, framedReply, isFramed, unframedHeaders } from './streams/framed-reply.ts';
import { readStream } from './streams/read-stream.ts';
import { endableWatch } from './streams/watch-source.ts';
import { undo } from './undo/undo.ts';
import { unrepeatable } from './unrepeatable.ts';
import type { Identity } from './upstream/impersonation.ts';
import { openedReply } from './upstream/opened-reply.ts';
import { attributesOf, type OwnRights } from './upstream/own-rights.ts';
import { readableHeaders } from './upstream/readable-headers.ts';
import { unlessOurs } from './upstream/unless-ours.ts';
import type { Upstream, UpstreamRequest } from './upstream/upstream.ts';
import { wholeRefusal } from './upstream/whole-refusal.ts';

interface Parts {
  readonly target: string;
  readonly upstream: Upstream;
  readonly upstreamIdentity: 'caller' | 'credential';
  readonly discovery: Discovery & Scopes;
  readonly bodyLimits: BodyLimits;
  /** What the gateway itself may; undefined where the target sees its own credential alone. */
  readonly ownRights: OwnRights | undefined;
  /** Policy, for reviews of oneself alone. */
  readonly reviews: Reviews;
}

/** The Kubernetes API of one target. */
export function createKubernetesConnector(parts: Parts): Connector {
  const parse = (request: Request) => parseOperation(parts.target, request, parts.discovery, parts.bodyLimits);
  return {
    parse,
    amend: amendRequest,
    async pin(request, operation, states) {
      const pinned = pinRequest(request, operation, states);
      if (pinned === undefined) return undefined;
      const after = await parse(pinned.request);
      assertOnlyPinned(operation, after, pinned);
      return { request: pinned.request, operation: after, precondition: pinned.precondition };
    },
    isConflict: ({ status }) => status === 409,
    unrepeatable,
    asking,
    forward: (permit, signal, reads) => forward(parts, permit, signal, reads),
    framed: (permit, reply) =>
      reply.kind !== 'duplex' && isFramed(permit.operation, permit.request) ? framedReply(permit, reply) : reply,
    undo,
    refuse: refusalReply,
  };
}

/** What is answered by programs that the API server passes requests on to. */
const OPAQUE_POWERS: ReadonlySet<Power | undefined> = new Set(['pods-proxy', 'services-proxy', 'nodes-proxy']);

/**
 * Sends the permit's own bytes: the request target, and the body that the permit's operation was read from, or the same with the values of its masks. A review of
 * oneself is sent for a reply in JSON alone, and its reply gets policy put into it.
 */
async function forward(parts: Parts, permit: Permit, signal: AbortSignal, reads: Reads): Promise<Reply> {
  const { upstream, upstreamIdentity } = parts;
  const { caller, operation, request } = permit;
  const read = readStream(permit); // before anything is sent
  const isReview = selfReview(operation) !== undefined;
  const identity = upstreamIdentity === 'caller' ? { subject: caller.subject, groups: caller.groups } : undefined;
  const inFrames = isFramed(operation, request);
  const headers = headersFor(permit, reads, inFrames);
  const isRead = reads !== 'nothing';
  const sent: UpstreamRequest = {
    method: request.method,
    uri: request.uri,
    headers: permit.restored === undefined ? headers : typed(headers, permit.restored),
    body: permit.restored?.bytes ?? bytesOf(operation),
    identity,
    isStream: operation.isStream,
    isOpaque: OPAQUE_POWERS.has(operation.power),
    // Security: T60. A credential or a connection may come long after an operator has stopped whoever waits for it.
    beforeSent: permit.refuseEnded,
  };
  const raw =
    request.upgrade === undefined || inFrames
      ? openedIf(isRead, await upstream.send(sent, signal), request.method, inFrames)
      : await refusalOf(sent, await upstream.upgrade(sent, request.upgrade.protocol, signal));
  const missing = async (whose: Identity) => parts.ownRights?.missing(attributesOf(operation), whose);
  const isNo = raw.status === 401 || raw.status === 403;
  const sentReply = isNo ? await unlessOurs(upstream, raw, identity, missing, signal) : raw;
  refuseShown(permit, sentReply);
  const answered = isReview ? await answerReview(permit, parts.reviews, parts.discovery, sentReply) : sentReply;
  const shown = tellsAddress(operation) ? await withoutAddresses(request.headers, answered) : answered;
  const reply = endable(permit, read(shown));
  if (inFrames) checkFramed(operation.verb, reply);
  if (request.warnings.length === 0) return reply;
  return {
    ...reply,
    headers: [...reply.headers, ...request.warnings.flatMap((text) => ['Warning', warning(text)])],
  };
}

/** What an application behind a proxy says of an upgrade is its own, and passes as it comes. */
function refusalOf({ isOpaque }: UpstreamRequest, reply: Reply): Promise<Reply> | Reply {
  return isOpaque ? reply : wholeRefusal(reply);
}

function bytesOf({ body }: Operation): Buffer | undefined {
  return body === undefined ? undefined : Buffer.from(body.bytes.buffer, body.bytes.byteOffset, body.bytes.byteLength);
}

function typed(headers: Headers, { mediaType }: RestoredBody): Headers {
  return new Map([...headers, ['content-type', [mediaType]] as const]);
}

/** What is looked into is opened; what goes into frames stays so. */
function openedIf(isRead: boolean, reply: Reply, method: string, inFrames: boolean): Reply {
  return isRead ? openedReply(reply, method, { isClosed: !inFrames }) : reply;
}

function endable({ operation }: Permit, reply: Reply): Reply {
  return reply.kind === 'stream' && operation.verb === 'watch' ? endableWatch(reply) : reply;
}

/** What is read here has to come in a form that can be. */
function headersFor({ operation, request: { headers } }: Permit, reads: Reads, inFrames: boolean): Headers {
  if (selfReview(operation) !== undefined) return reviewHeaders(headers);
  if (tellsAddress(operation)) return addresslessHeaders(headers, operation);
  return framedHeaders(reads === 'nothing' ? headers : readableHeaders(headers, reads), inFrames);
}

/**
 * Frames that are compressed, or extended in another way, could not be read; no API server does this, something before one could.
 */
function framedHeaders(headers: Headers, inFrames: boolean): Headers {
  if (inFrames) return unframedHeaders(headers);
  if (!headers.has('sec-websocket-extensions')) return headers;
  return new Map([...headers].filter(([name]) => name !== 'sec-websocket-extensions'));
}

/**
 * Security: what a dry run may show was judged for an object that is not there. One that has come meanwhile is not shown: of a dry run that makes its object,
 * upstream answers 201.
 *
 * @throws {Refusal} OBJECT_CHANGED
 */
function refuseShown({ operation, precondition }: Permit, reply: Reply): void {
  if (precondition !== 'absent' || !isTriedCreate(operation) || reply.kind !== 'unary') return;
  if (reply.status === 201 || reply.status < 200 || reply.status > 299) return;
  reply.body.cancel(new Error('of another state than was judged'));
  throw new Refusal('OBJECT_CHANGED', 'the object came to be while the request was judged', { advice: 'try again' });
}

/** Source: RFC 7234, 5.5: code, agent, and a quoted string; client-go drops one that it cannot read. */
function warning(text: string): string {
  return `299 sallyport "${text.replace(/[^ -~]/g, '?').replace(/["\\]/g, '\\$&')}"`;
}
