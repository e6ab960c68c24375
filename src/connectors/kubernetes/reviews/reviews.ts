import type { Caller } from '../../../model/caller.ts';
import type { Foresight, Permission, Supposed } from '../../../model/foresight.ts';
import type { JsonValue, Operation } from '../../../model/operation.ts';
import type { OwnReach } from '../upstream/own-reach.ts';

/** The gateway's own policy, as far as reviews of oneself ask for it. Nothing here is ever a permit. */
export interface Reviews {
  /** What policy would answer to requests like the supposed one, sent now. */
  foresee(caller: Caller, supposed: Supposed): Foresight;
  /** The same, once what the review names has been looked up where the answer hangs on it. */
  foreseeLooked(caller: Caller, supposed: Supposed): Promise<Foresight>;
  /** What the gateway itself may not, where it may not do in the caller's name what an access review asks; undefined where it may. */
  ownMissing(caller: Caller, spec: JsonValue | undefined): Promise<string | undefined>;
  /** What the gateway itself may do in the caller's name in a namespace; undefined where that is everything. */
  ownReach(caller: Caller, namespace: string): Promise<OwnReach | undefined>;
  /** What the rules permit in a namespace, before anything is taken out; each is to be asked about with `foresee`. */
  rulesFor(caller: Caller, namespace: string): readonly Permission[];
}

/** A review of oneself whose answer hangs on policy. `SelfSubjectReview` (who am I) does not: the cluster sees the caller as it is impersonated. */
export type SelfReview = 'access' | 'rules';

const GROUP = 'authorization.k8s.io';

/** Which review of oneself an operation is; undefined for any other. */
export function selfReview({ verb, apiGroup, resource, subresource }: Operation): SelfReview | undefined {
  if (verb !== 'create' || apiGroup !== GROUP || subresource !== '') return undefined;
  if (resource === 'selfsubjectaccessreviews') return 'access';
  return resource === 'selfsubjectrulesreviews' ? 'rules' : undefined;
}

/** The bounds of a review; documented in docs/reference/limits.md. */
export const REVIEW_LIMITS = Object.freeze({
  /** The largest reply to a review of oneself that is combined with policy; a larger one is refused. */
  replyBytesMax: 4 * 1024 * 1024,
  /** How many combinations of verb, resource and name a list of rules is made of; what is beyond is left out, and the list says so. */
  combinationsMax: 5_000,
  /** How many comparisons of an entry of the cluster with one of the gateway a list of rules may take; what is beyond is left out, and the list says so. */
  comparisonsMax: 200_000,
});
