/*
 * By which right we act for callers. Constrained impersonation is tried first and the old right after it, without a word in the answer: whoever has both is limited by
 * neither. So it is asked under a uid that only constrained impersonation may name, and it is asked of the authorizer whether the old right is there as well.
 *
 * Source: KEP-5284; https://github.com/kubernetes/apiserver/blob/v0.37.2/pkg/endpoints/filters/impersonation/mode.go
 */
import { PROBE_SUBJECT, PROBE_UID } from '../../../model/caller.ts';
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { collectBytes } from '../../../std/byte-source.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { Upstream } from './upstream.ts';
import { reviewRequest, whoAmI } from './who-am-i.ts';

/** `also-legacy`: the constrained right is there, and the old one beside it. */
export type Right = 'constrained' | 'also-legacy' | 'legacy';

/** Limit: a longer answer is none. */
const ANSWER_BYTES_MAX = 64 * 1024;

/**
 * The right by which upstream lets us act for callers.
 *
 * @param acting the way upstream in callers’ names, `self` in our own
 * @throws {Refusal} CREDENTIAL_FORBIDDEN there is neither; TARGET_UNPROVEN upstream does not see or did not say for whom we ask; and as `Upstream.send`
 */
export async function provenRight(acting: Upstream, self: Upstream, signal: AbortSignal): Promise<Right> {
  const [hasOld, hasOldUid] = await Promise.all([
    may(self, { resource: 'users', name: PROBE_SUBJECT }, signal),
    may(self, { group: 'authentication.k8s.io', resource: 'uids', name: PROBE_UID }, signal),
  ]);
  const seen = await seenAs({ subject: PROBE_SUBJECT, groups: [], uid: PROBE_UID }, acting, signal);
  if (seen && !hasOldUid) return hasOld ? 'also-legacy' : 'constrained';
  if (seen || (await seenAs({ subject: PROBE_SUBJECT, groups: [] }, acting, signal))) return 'legacy';
  throw new Refusal('CREDENTIAL_FORBIDDEN', 'the credential of the gateway may not act for callers at this target', {
    detail: `it may impersonate the user \`${PROBE_SUBJECT}\` by no right`,
  });
}

type Asked = Parameters<typeof whoAmI>[1] & object;

/** False where we may not ask so. */
async function seenAs(identity: Asked, acting: Upstream, signal: AbortSignal): Promise<boolean> {
  try {
    const seen = await whoAmI(acting, identity, signal);
    if (seen.kind === 'seen' && seen.username === identity.subject) return true;
    const detail = seen.kind === 'seen' ? `it saw \`${seen.username.slice(0, 200)}\`` : 'it did not say whom it sees';
    throw new Refusal('TARGET_UNPROVEN', 'the target does not say that it sees for whom the gateway asks', { detail });
  } catch (error) {
    if (error instanceof Refusal && error.code === 'CREDENTIAL_FORBIDDEN') return false;
    throw error;
  }
}

/** Whether we may impersonate it by the old right. */
async function may(self: Upstream, asked: JsonObject, signal: AbortSignal): Promise<boolean> {
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb: 'impersonate', ...asked } },
  };
  const reply = await self.send(
    reviewRequest(`/apis/authorization.k8s.io/v1/selfsubjectaccessreviews`, review, undefined),
    signal,
  );
  const bytes = await collectBytes(reply.body, ANSWER_BYTES_MAX);
  const allowed = reply.status === 201 ? allowedIn(JSON.parse(bytes.toString('utf8'))) : undefined;
  if (allowed !== undefined) return allowed;
  throw new Refusal('TARGET_UNPROVEN', 'the target did not say what the gateway may', {
    detail: `the answer was ${reply.status}`,
  });
}

function allowedIn(review: JsonValue): boolean | undefined {
  const status = isJsonObject(review) ? review['status'] : undefined;
  const allowed = isJsonObject(status) ? status['allowed'] : undefined;
  return typeof allowed === 'boolean' ? allowed : undefined;
}
