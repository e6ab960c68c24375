/*
 * What the gateway itself may do in a caller's name. Since Kubernetes 1.36 the right to impersonate can be given for single verbs and resources, and where it is
 * missing the API server says no to what was asked for, in words that a caller takes for its own missing right. So it is asked, in our own name, what we may.
 *
 * By the old right to impersonate, without names, everything may be done; that is asked once in a while. Nothing here is asked for a request that succeeds.
 *
 * Source: KEP-5284; https://github.com/kubernetes/apiserver/blob/v0.37.2/pkg/endpoints/filters/impersonation/mode.go
 */
import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import { collectBytes } from '../../../std/byte-source.ts';
import type { Clock } from '../../../std/clock.ts';
import { isJsonObject } from '../is-json-object.ts';
import type { Identity } from './impersonation.ts';
import { type OwnReach, ownReach } from './own-reach.ts';
import type { Upstream } from './upstream.ts';
import { reviewRequest } from './who-am-i.ts';

/** The bounds of asking. */
export const OWN_RIGHTS_LIMITS = Object.freeze({
  /** How long it is believed whether the old right to impersonate is there without names. */
  legacyKeptMs: 60_000,
  /** How long the target may take to answer. */
  rightTimeoutMs: 5_000,
  /** The largest answer that is read. */
  rightBytesMax: 1024 * 1024,
});

/** What is asked of an authorizer: `resourceAttributes` or `nonResourceAttributes` of an access review. */
export type Attributes = { readonly resourceAttributes: JsonObject } | { readonly nonResourceAttributes: JsonObject };

/** Looks up what the gateway itself may. */
export interface OwnRights {
  /** What it may not, as in `it …`, where it may not do this in that name; undefined where it may, or where that cannot be told. */
  missing(asked: Attributes, identity: Identity): Promise<string | undefined>;
  /** All that it may do in that name in a namespace; undefined where that is everything, or where it cannot be told whether it is. Nothing where it cannot be told what. */
  reach(namespace: string, identity: Identity): Promise<OwnReach | undefined>;
}

const REVIEWS = '/apis/authorization.k8s.io/v1';

/** The rights of one credential; `self` is the way upstream in its own name. */
export function ownRights(self: Upstream, clock: Clock): OwnRights {
  let legacy: { readonly may: Promise<boolean | undefined>; readonly atMs: number } | undefined;
  const may = (spec: Attributes) => mayWe(self, spec);
  const mayAnyone = () => {
    const now = clock.monotonic();
    if (legacy === undefined || now - legacy.atMs >= OWN_RIGHTS_LIMITS.legacyKeptMs)
      legacy = { may: all(may, [impersonate('users'), impersonate('groups')]), atMs: now };
    return legacy.may;
  };
  const mayBy = async ({ subject, groups }: Identity) => {
    const names = [impersonate('users', subject), ...groups.map((group) => impersonate('groups', group))];
    return all(may, names);
  };
  return {
    async missing(asked, identity) {
      if ((await mayAnyone()) !== false) return undefined;
      const constrained = onBehalf(asked);
      if ((await may(constrained.spec)) !== false) return undefined;
      if ((await mayBy(identity)) !== false) return undefined;
      return `may neither \`impersonate\` it nor \`${constrained.verb}\` this`;
    },
    async reach(namespace, identity) {
      if ((await mayAnyone()) !== false || (await mayBy(identity)) !== false) return undefined;
      const status = await asked(self, 'SelfSubjectRulesReview', {
        namespace: namespace === '' ? 'default' : namespace,
      });
      return ownReach(status ?? {});
    },
  };
}

/** What an operation asks of the authorizer. */
export function attributesOf(operation: Operation): Attributes {
  const { isResourceRequest, verb, path, apiGroup, apiVersion, resource, subresource, namespace, name } = operation;
  if (!isResourceRequest) return { nonResourceAttributes: { verb, path } };
  const what = { verb, group: apiGroup, version: apiVersion, resource, subresource, namespace, name };
  return { resourceAttributes: what };
}

/** What the spec of an access review asks; undefined where it asks nothing. */
export function attributesIn(spec: JsonValue | undefined): Attributes | undefined {
  if (!isJsonObject(spec)) return undefined;
  const { resourceAttributes, nonResourceAttributes } = spec;
  if (isJsonObject(resourceAttributes)) return { resourceAttributes };
  return isJsonObject(nonResourceAttributes) ? { nonResourceAttributes } : undefined;
}

function impersonate(resource: string, name = ''): Attributes {
  return { resourceAttributes: { verb: 'impersonate', resource, name } };
}

function onBehalf(asked: Attributes): { readonly spec: Attributes; readonly verb: string } {
  const verbOf = ({ verb }: JsonObject) => `impersonate-on:user-info:${String(verb)}`;
  if ('resourceAttributes' in asked) {
    const verb = verbOf(asked.resourceAttributes);
    return { spec: { resourceAttributes: { ...asked.resourceAttributes, verb } }, verb };
  }
  const verb = verbOf(asked.nonResourceAttributes);
  return { spec: { nonResourceAttributes: { ...asked.nonResourceAttributes, verb } }, verb };
}

/** False where one is refused, undefined where that cannot be told. */
async function all(
  may: (spec: Attributes) => Promise<boolean | undefined>,
  specs: readonly Attributes[],
): Promise<boolean | undefined> {
  const said = await Promise.all(specs.map(may));
  if (said.includes(false)) return false;
  return said.includes(undefined) ? undefined : true;
}

/** Undefined where the target does not say. */
async function mayWe(self: Upstream, spec: Attributes): Promise<boolean | undefined> {
  const allowed = (await asked(self, 'SelfSubjectAccessReview', spec))?.['allowed'];
  return typeof allowed === 'boolean' ? allowed : undefined;
}

/** The status of a review in our own name; undefined where the target gives none. */
async function asked(self: Upstream, kind: string, spec: object): Promise<JsonObject | undefined> {
  const review = { apiVersion: 'authorization.k8s.io/v1', kind, spec };
  try {
    const signal = AbortSignal.timeout(OWN_RIGHTS_LIMITS.rightTimeoutMs);
    const reply = await self.send(reviewRequest(`${REVIEWS}/${kind.toLowerCase()}s`, review, undefined), signal);
    const bytes = await collectBytes(reply.body, OWN_RIGHTS_LIMITS.rightBytesMax);
    const answer: JsonValue = JSON.parse(bytes.toString('utf8'));
    const status = reply.status === 201 && isJsonObject(answer) ? answer['status'] : undefined;
    return isJsonObject(status) ? status : undefined;
  } catch {
    return undefined;
  }
}
