import type { JsonValue } from '../../../model/operation.ts';
import { collectBytes } from '../../../std/byte-source.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { Identity } from './impersonation.ts';
import { impersonationForbidden } from './impersonation-forbidden.ts';
import type { Upstream, UpstreamRequest } from './upstream.ts';

/** Limit: a longer answer is none. */
const ANSWER_BYTES_MAX = 64 * 1024;

/** Whom upstream sees: its name, or why it did not say. */
export type Seen =
  | { readonly kind: 'seen'; readonly username: string }
  /** Upstream does not know the question: before Kubernetes 1.28. */
  | { readonly kind: 'unasked' }
  | { readonly kind: 'unsaid'; readonly why: string };

const REVIEW = '/apis/authentication.k8s.io/v1/selfsubjectreviews';

/**
 * Asks upstream whom it sees when we act for `identity`; nothing is stored there.
 *
 * @throws {Refusal} CREDENTIAL_REFUSED, CREDENTIAL_FORBIDDEN what is wrong is ours; and as `Upstream.send`
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/authentication-resources/self-subject-review-v1/
 */
export async function whoAmI(upstream: Upstream, identity: Identity | undefined, signal: AbortSignal): Promise<Seen> {
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' };
  const sent = await upstream.send(reviewRequest(REVIEW, review, identity), signal);
  if (sent.kind !== 'unary') return { kind: 'unsaid', why: 'the answer has no end' };
  const { reply, refusal } = await impersonationForbidden(sent, identity);
  if (refusal !== undefined) throw refusal;
  const answer = await collectBytes(reply.body, ANSWER_BYTES_MAX);
  if (reply.status === 404) return { kind: 'unasked' };
  const username = usernameIn(answer);
  if (reply.status !== 201 || username === undefined) return { kind: 'unsaid', why: `the answer was ${reply.status}` };
  return { kind: 'seen', username };
}

/** A question that is asked by creating an object. */
export function reviewRequest(uri: string, review: object, identity: Identity | undefined): UpstreamRequest {
  return {
    method: 'POST',
    uri,
    headers: new Map([
      ['accept', ['application/json']],
      ['content-type', ['application/json']],
    ]),
    body: Buffer.from(JSON.stringify(review)),
    identity,
    isStream: false,
  };
}

function usernameIn(bytes: Buffer): string | undefined {
  try {
    let node: JsonValue | undefined = JSON.parse(bytes.toString('utf8'));
    for (const key of ['status', 'userInfo', 'username']) node = isJsonObject(node) ? node[key] : undefined;
    return typeof node === 'string' ? node : undefined;
  } catch {
    return undefined;
  }
}
