/*
 * A review of oneself, answered for cluster and gateway together. The review goes upstream as any permitted request, so that the cluster's own answer is
 * known; of its reply only `status` is written anew. It is asked for uncompressed, in a form that can be read here (review-form.ts).
 */

import type { JsonObject, Operation } from '../../../model/operation.ts';
import type { Permit } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Reply } from '../../../model/reply.ts';
import type { Headers } from '../../../model/request.ts';
import { bytesSource, collectBytes } from '../../../std/byte-source.ts';
import type { ExpectedKind } from '../body/agree.ts';
import { isJsonObject } from '../body/json-value.ts';
import type { Scopes } from '../discovery/discovery.ts';
import { accessStatus, ofWildcard, weakest } from './access-review.ts';
import { jsonReview, protobufReview, type ReviewDocument } from './review-document.ts';
import { reviewForm } from './review-form.ts';
import { REVIEW_LIMITS, type Reviews, selfReview } from './reviews.ts';
import { rulesStatus } from './rules-review.ts';
import { askedAbout } from './supposed.ts';

/** The headers with which a review of oneself is forwarded: one form of reply, uncompressed. */
export function reviewHeaders(headers: Headers): Headers {
  const reduced = new Map(headers);
  reduced.delete('accept-encoding');
  const { accept } = reviewForm(headers);
  return accept === undefined ? reduced : reduced.set('accept', [accept]);
}

/**
 * The cluster's reply to a review of oneself with the gateway's policy in it. What is no success, or holds no status, is passed as it is.
 *
 * @throws {Refusal} OUTCOME_UNKNOWN the reply is larger than `replyBytesMax`, broke off, or is in a form that cannot be read here; a review changes nothing and
 * can be asked again; DISCOVERY_UNAVAILABLE
 */
export async function answerReview(permit: Permit, reviews: Reviews, scopes: Scopes, reply: Reply): Promise<Reply> {
  if (reply.kind !== 'unary' || reply.status < 200 || reply.status > 299) return reply;
  const bytes = await wholeBody(reply.body);
  const { isYaml, isMetadata } = reviewForm(permit.request.headers);
  const review = readReview(bytes, reply.headers, isMetadata, permit.operation);
  const status = review === undefined ? undefined : await combined(permit, reviews, scopes, review.status);
  const body = review === undefined || status === undefined ? bytes : review.withStatus(status);
  return { ...reply, headers: withBody(reply.headers, body.length, isYaml), body: bytesSource(body) };
}

async function wholeBody(body: Parameters<typeof collectBytes>[0]): Promise<Buffer> {
  try {
    return await collectBytes(body, REVIEW_LIMITS.replyBytesMax);
  } catch (cause) {
    throw new Refusal('OUTCOME_UNKNOWN', 'the target’s answer to the review could not be read whole', {
      detail: cause instanceof Error ? cause.message : String(cause),
      cause,
    });
  }
}

function readReview(
  bytes: Buffer,
  headers: readonly string[],
  isMetadata: boolean,
  operation: Operation,
): ReviewDocument | undefined {
  const at = headers.findIndex((each, i) => i % 2 === 0 && each.toLowerCase() === 'content-type');
  const type = (at === -1 ? '' : (headers[at + 1] ?? '')).split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') return jsonReview(bytes);
  try {
    if (type === 'application/vnd.kubernetes.protobuf') return protobufReview(bytes, kindOf(operation));
  } catch (error) {
    // Metadata alone is of another kind, and has no status.
    if (isMetadata && error instanceof Refusal && error.code === 'BODY_MISMATCH') return undefined;
    throw unreadable(error instanceof Error ? error.message : String(error), error);
  }
  // Security: what cannot be read would say yes where the gateway says no (T32).
  throw unreadable(`its content type is ${type}`);
}

function kindOf(operation: Operation): ExpectedKind {
  const kind = selfReview(operation) === 'access' ? 'SelfSubjectAccessReview' : 'SelfSubjectRulesReview';
  return { kind, group: operation.apiGroup, version: operation.apiVersion, isNamespaced: false };
}

function unreadable(detail: string, cause?: unknown): Refusal {
  return new Refusal('OUTCOME_UNKNOWN', 'the target’s answer to the review is in a form that cannot be read here', {
    detail,
    cause,
  });
}

/** The status of both, or undefined where the review asks nothing. */
async function combined(
  { caller, operation }: Permit,
  reviews: Reviews,
  scopes: Scopes,
  status: JsonObject,
): Promise<JsonObject | undefined> {
  const { target } = operation;
  const spec = operation.body?.object?.spec;
  if (selfReview(operation) === 'access') {
    const asked = await askedAbout(target, spec, scopes);
    const all = (asked?.supposed ?? []).map((supposed) => reviews.foreseeLooked(caller, supposed));
    const foresight = weakest(await Promise.all(all));
    if (asked === undefined || foresight === undefined) return undefined;
    const both = accessStatus(status, asked.isWildcard ? ofWildcard(foresight) : foresight);
    const missing = both.allowed === true ? await reviews.ownMissing(caller, spec) : undefined;
    return missing === undefined ? both : { ...both, allowed: false, reason: `the gateway itself ${missing}` };
  }
  const namespace = isJsonObject(spec) && typeof spec.namespace === 'string' ? spec.namespace : '';
  const permissions = reviews.rulesFor(caller, namespace);
  const foresee = (supposed: Parameters<Reviews['foresee']>[1]) => reviews.foresee(caller, supposed);
  const reach = await reviews.ownReach(caller, namespace);
  return rulesStatus(status, { target, namespace, permissions, foresee, scopes, reach });
}

function withBody(headers: readonly string[], bytes: number, isYaml: boolean): readonly string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const [name, value] = [headers[i] as string, headers[i + 1] as string];
    if (name.toLowerCase() === 'content-length') continue;
    const isType = isYaml && name.toLowerCase() === 'content-type';
    kept.push(name, isType ? value.replace(/^application\/json/i, 'application/yaml') : value);
  }
  return [...kept, 'Content-Length', String(bytes)];
}
