/*
 * The objects of a reply, masked while they pass. The reply's own content type says what it is: what was asked for does not.
 */
import { ReplyMasker, type ReplyShape } from '../masking/objects/reply-masker.ts';
import type { KnownValues } from '../masking/text/known-values.ts';
import { jsonWithoutKnown } from '../masking/text/masked-text.ts';
import type { Permit } from '../model/permit.ts';
import { Refusal } from '../model/refusal.ts';
import type { Reply, StreamReply, UnaryReply } from '../model/reply.ts';
import { type BytesEditor, editedSource } from './edited-source.ts';
import { maskOutput } from './mask-output.ts';
import { maskedHeaders } from './masked-headers.ts';
import { type Masking, planOf } from './masking.ts';
import type { Recording } from './recording.ts';
import { headerOf, withoutHeaders } from './reply-headers.ts';

const untrue: ReadonlySet<string> = new Set(['content-length', 'etag', 'digest', 'content-digest', 'repr-digest']);

/**
 * The reply without the values that masks hide. `known`: values that what is said of a failure may quote.
 *
 * @throws {Refusal} ENCODING_NOT_ACCEPTABLE it came in a form that nobody can look into, so it is not passed; of a change OUTCOME_UNKNOWN, since it has run
 */
export function maskObjects<R extends UnaryReply | StreamReply>(
  permit: Permit,
  reply: R,
  known: KnownValues | undefined,
  masking: Masking,
  recording: Pick<Recording, 'edits' | 'timed' | 'masksTurn'>,
): R {
  const { operation, request } = permit;
  const plan = planOf(masking, permit);
  if (hasNoBody(reply)) return reply;
  if (request.method === 'HEAD') return { ...reply, headers: withoutHeaders(reply.headers, untrue) };
  // What is said of a failure in another form is text, as a redirect or `404 page not found`. Security: a Status in CBOR is not (T71).
  if (reply.status > 299 && isText(reply)) return maskOutput(permit, reply, known, masking, recording);
  if (!isReadable(reply)) throw unreadable(permit, reply);
  const quoted = reply.status > 299 ? known : undefined;
  const masker = new ReplyMasker({
    plan,
    keying: {
      key: masking.key,
      target: operation.target,
      exchange: request.id,
      // Security: the caller brought values in: with masks that compare it could try what a value is (T73).
      isComparable: !operation.isChange,
      ...(plan.honeytokens.size === 0 ? {} : { remember: remembering(permit, masking) }),
    },
    shape: shapeOf(permit, reply),
    mayBeTable: plan.mayBeTable && (request.headers.get('accept') ?? []).some((value) => value.includes('as=Table')),
    objectBytesMax: masking.objectBytesMax,
  });
  const editor = quoted === undefined ? masker : quotingNone(masker, quoted);
  recording.edits(() => ({ masked: masker.count, neutralised: masker.neutralised, shown: masker.shown }));
  return {
    ...reply,
    headers: withoutHeaders(reply.headers, untrue),
    body: editedSource(reply.body, editor, recording, (trailers) =>
      maskedHeaders(permit, trailers, undefined, masking),
    ),
  };
}

/** What is said of a failure is one object, which the masker holds until its end, within its bound. */
function quotingNone(masker: BytesEditor, known: KnownValues): BytesEditor {
  return { write: (chunk) => masker.write(chunk), end: () => jsonWithoutKnown(masker.end(), known) };
}

function remembering({ caller, operation, request }: Permit, { honeytokens, now }: Masking) {
  return (token: string, mask: string, path: string) =>
    honeytokens.shown(token, { mask, path, caller, operation, at: now(), exchange: request.id });
}

/** What the reply is, as far as its masks need to know. */
export function shapeOf({ operation }: Permit, { kind, status }: UnaryReply | StreamReply): ReplyShape {
  if (status > 299) return 'object';
  if (kind === 'stream' || operation.verb === 'watch') return 'watch';
  return operation.verb === 'list' || operation.verb === 'deletecollection' ? 'list' : 'object';
}

function hasNoBody({ status, headers }: UnaryReply | StreamReply): boolean {
  return status === 204 || status === 304 || headerOf(headers, 'content-length') === '0';
}

function isReadable({ headers }: UnaryReply | StreamReply): boolean {
  const type = headerOf(headers, 'content-type') ?? '';
  const charset = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(type)?.[1] ?? 'utf-8';
  return (
    isPlain(headers) && /^application\/(?:[\w.-]+\+)?json *(?:;|$)/.test(type) && /^(?:utf-?8|us-ascii)$/i.test(charset)
  );
}

function isPlain(headers: Reply['headers']): boolean {
  const encoding = headerOf(headers, 'content-encoding');
  return encoding === undefined || encoding === 'identity';
}

/** What says no type is text, too. */
function isText({ headers }: UnaryReply | StreamReply): boolean {
  return isPlain(headers) && /^(?:text\/|$)/i.test(headerOf(headers, 'content-type') ?? '');
}

function unreadable({ operation }: Permit, { status, headers, body }: UnaryReply | StreamReply): Refusal {
  body.cancel(new Error('its form cannot be read'));
  const type = headerOf(headers, 'content-type') ?? 'no type';
  const detail = `status ${status}, ${type}, ${headerOf(headers, 'content-encoding') ?? 'not encoded'}`;
  if (operation.isChange && (status < 400 || status > 499))
    return new Refusal('OUTCOME_UNKNOWN', 'the target answered in a form in which nothing can be masked; it has run', {
      detail,
    });
  return new Refusal('ENCODING_NOT_ACCEPTABLE', 'the target answered in a form in which nothing can be masked', {
    detail,
    advice: 'whoever runs this gateway finds the form in its log; masks are made in JSON alone',
  });
}
