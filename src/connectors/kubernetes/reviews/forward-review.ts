/*
 * A review of oneself, answered for cluster and gateway together. The review goes upstream as any permitted request, so that the cluster's own answer is
 * known; of its reply only `status` is written anew. kubectl asks in protobuf and would be answered so: the reply is asked for in JSON, which clients
 * read by its content type, and uncompressed.
 */

import type { JsonObject } from '../../../model/operation.ts';
import type { Permit } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { Reply } from '../../../model/reply.ts';
import type { Headers } from '../../../model/request.ts';
import { bytesSource, collectBytes } from '../../../std/byte-source.ts';
import { isJsonObject } from '../body/json-value.ts';
import type { Scopes } from '../discovery/discovery.ts';
import { accessStatus, ofWildcard, weakest } from './access-review.ts';
import { REVIEW_LIMITS, type Reviews, selfReview } from './reviews.ts';
import { rulesStatus } from './rules-review.ts';
import { askedAbout } from './supposed.ts';

/** The headers with which a review of oneself is forwarded: one form of reply, uncompressed. */
export function reviewHeaders(headers: Headers): Headers {
  const reduced = new Map(headers);
  reduced.delete('accept-encoding');
  return reduced.set('accept', ['application/json']);
}

/**
 * The cluster's reply to a review of oneself with the gateway's policy in it. What is no success, or no review in JSON, is passed as it is.
 *
 * @throws {Refusal} OUTCOME_UNKNOWN the reply is larger than `replyBytesMax` or broke off; a review changes nothing and can be asked again;
 * DISCOVERY_UNAVAILABLE
 */
export async function answerReview(permit: Permit, reviews: Reviews, scopes: Scopes, reply: Reply): Promise<Reply> {
  if (reply.kind !== 'unary' || reply.status < 200 || reply.status > 299) return reply;
  const bytes = await wholeBody(reply.body);
  const review = readReview(bytes);
  const status = review === undefined ? undefined : await combined(permit, reviews, scopes, review.status);
  if (review === undefined || status === undefined) return { ...reply, body: bytesSource(bytes) };
  const body = Buffer.from(JSON.stringify({ ...review.document, status }));
  return { ...reply, headers: withLength(reply.headers, body.length), body: bytesSource(body) };
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

interface Review {
  readonly document: JsonObject;
  readonly status: JsonObject;
}

function readReview(bytes: Buffer): Review | undefined {
  try {
    const document: unknown = JSON.parse(bytes.toString('utf8'));
    const object = document as JsonObject;
    return isJsonObject(object) && isJsonObject(object.status)
      ? { document: object, status: object.status }
      : undefined;
  } catch {
    return undefined;
  }
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
    return accessStatus(status, asked.isWildcard ? ofWildcard(foresight) : foresight);
  }
  const namespace = isJsonObject(spec) && typeof spec.namespace === 'string' ? spec.namespace : '';
  const permissions = reviews.rulesFor(caller, namespace);
  const foresee = (supposed: Parameters<Reviews['foresee']>[1]) => reviews.foresee(caller, supposed);
  return rulesStatus(status, { target, namespace, permissions, foresee, scopes });
}

function withLength(headers: readonly string[], bytes: number): readonly string[] {
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.toLowerCase() !== 'content-length') kept.push(name, headers[i + 1] as string);
  }
  return [...kept, 'Content-Length', String(bytes)];
}
