import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { collectBytes } from '../../../std/byte-source.ts';
import { isJsonList, isJsonObject } from '../body/json-value.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { reviewRequest } from '../upstream/who-am-i.ts';
import { TARGET_CHECK_LIMITS } from './target-check-limits.ts';

/** A rule of RBAC that a credential has. */
export interface HeldRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** All that a credential may in a namespace, those of the whole cluster among them. */
export interface HeldRights {
  readonly rules: readonly HeldRule[];
  /** Whether the cluster's authorizers can say all that they would allow. */
  readonly isWhole: boolean;
}

const REVIEW = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';

/**
 * What the cluster says of the rights of the credential itself. In a namespace that does not exist, these are the rights in every namespace.
 *
 * @throws {Refusal} as `Upstream.send`; @throws {Error} the cluster does not say
 * Source: https://kubernetes.io/docs/reference/kubernetes-api/authorization-resources/self-subject-rules-review-v1/
 */
export async function heldRights(self: Upstream, namespace: string, signal: AbortSignal): Promise<HeldRights> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } };
  const reply = await self.send(reviewRequest(REVIEW, review, undefined), signal);
  const bytes = await collectBytes(reply.body, TARGET_CHECK_LIMITS.answerBytesMax);
  if (reply.status !== 201) throw new Error(`the answer was ${reply.status}`);
  const answer: JsonValue = JSON.parse(bytes.toString('utf8'));
  const status = isJsonObject(answer) ? answer['status'] : undefined;
  if (!isJsonObject(status)) throw new Error('the answer has no status');
  const { resourceRules, nonResourceRules, incomplete } = status;
  return { rules: [...rulesIn(resourceRules), ...rulesIn(nonResourceRules)], isWhole: incomplete !== true };
}

function rulesIn(value: JsonValue | undefined): readonly HeldRule[] {
  const objects: readonly JsonObject[] = isJsonList(value) ? value.filter(isJsonObject) : [];
  return objects.map(({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }) => ({
    verbs: texts(verbs),
    apiGroups: texts(apiGroups),
    resources: texts(resources),
    resourceNames: texts(resourceNames),
    nonResourceURLs: texts(nonResourceURLs),
  }));
}

function texts(value: JsonValue | undefined): readonly string[] {
  return isJsonList(value) ? value.filter((each) => typeof each === 'string') : [];
}
