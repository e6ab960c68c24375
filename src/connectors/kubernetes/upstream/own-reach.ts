import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { isJsonList, isJsonObject } from '../body/json-value.ts';
import type { PathRule, ResourceRule } from '../reviews/meet.ts';

/** What the gateway may do on behalf of callers, in RBAC’s words; each verb is the caller’s own. */
export interface OwnReach {
  readonly resources: readonly ResourceRule[];
  readonly paths: readonly PathRule[];
}

const ON_BEHALF = 'impersonate-on:user-info:';

/**
 * What the status of a rules review in the gateway’s own name says that it may do on behalf of others: its rules whose verb is `impersonate-on:user-info:VERB`, or
 * `*`. What cannot be read gives nothing.
 *
 * Source: KEP-5284
 */
export function ownReach(status: JsonObject): OwnReach {
  return {
    resources: objects(status['resourceRules']).map(({ verbs, apiGroups, resources, resourceNames }) => ({
      verbs: onBehalf(verbs),
      apiGroups: texts(apiGroups),
      resources: texts(resources),
      resourceNames: texts(resourceNames),
    })),
    paths: objects(status['nonResourceRules']).map(({ verbs, nonResourceURLs }) => ({
      verbs: onBehalf(verbs),
      urls: texts(nonResourceURLs),
    })),
  };
}

function onBehalf(verbs: JsonValue | undefined): readonly string[] {
  const all = texts(verbs);
  if (all.includes('*')) return ['*'];
  return all.flatMap((verb) => (verb.startsWith(ON_BEHALF) ? [verb.slice(ON_BEHALF.length)] : []));
}

function objects(value: JsonValue | undefined): readonly JsonObject[] {
  return isJsonList(value) ? value.filter(isJsonObject) : [];
}

function texts(value: JsonValue | undefined): readonly string[] {
  return isJsonList(value) ? value.filter((each) => typeof each === 'string') : [];
}
