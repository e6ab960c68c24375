/*
 * A write as its target itself would do it: the same request, in its caller's own name, as a dry run.
 *
 * Security: what has to be asked about must not be done by asking. A dry run of a token request is a token (T79), and a server behind the API server (an aggregated
 * API) may know no dry runs: so none is sent but to kinds that the API server itself keeps.
 */
import type { JsonObject, Operation } from '../../../model/operation.ts';
import type { RestoredBody } from '../../../model/permit.ts';
import { textAt, valueAt } from './json-at.ts';
import type { Reads } from './reads.ts';

/** Groups that every API server keeps itself. Source: `pkg/controlplane/instance.go` of kubernetes 1.35 */
const KEPT_GROUPS: ReadonlySet<string> = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'events.k8s.io',
  'flowcontrol.apiserver.k8s.io',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);

/** Reviews store nothing, and answer what they are asked: a dry run of one is one. */
const REVIEWS: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io']);

const SUBRESOURCES: ReadonlySet<string> = new Set(['', 'scale', 'status', 'ephemeralcontainers']);
const VERBS: ReadonlySet<string> = new Set(['create', 'update', 'patch']);

/** What a dry run told: the object as it would be stored, or the target's no. */
export type DryRun =
  | { readonly kind: 'stored'; readonly object: JsonObject }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string; readonly message: string }
  /** None was sent, or none came back, and why. */
  | { readonly kind: 'none'; readonly why: string };

/** Whether the operation is a write of which a dry run could be asked for. */
export function isWrite({
  isResourceRequest,
  verb,
  apiGroup,
  subresource,
  stream,
  power,
  options,
}: Operation): boolean {
  const isOrdinary = power === undefined || power === 'ephemeralcontainers';
  return (
    isResourceRequest &&
    VERBS.has(verb) &&
    !REVIEWS.has(apiGroup) &&
    SUBRESOURCES.has(subresource) &&
    stream === undefined &&
    isOrdinary &&
    !options.isDryRun
  );
}

export async function dryRun(
  reads: Reads,
  isKept: (group: string, version: string) => Promise<boolean>,
  operation: Operation,
  body: RestoredBody,
): Promise<DryRun> {
  const { apiGroup, apiVersion, verb } = operation;
  if (!(await isKept(apiGroup, apiVersion)))
    return none(`it is not known whether the server of \`${apiGroup}\` takes dry runs`);
  const answer = await reads.send({
    method: verb === 'create' ? 'POST' : verb === 'update' ? 'PUT' : 'PATCH',
    uri: `${operation.path.split('/').map(encodeURIComponent).join('/')}?${queryOf(operation)}`,
    body: body.bytes,
    contentType: body.mediaType,
  });
  if (answer === undefined) return none('the target did not answer the dry run in time');
  const { status, object } = answer;
  if ((status === 200 || status === 201) && object !== undefined) return { kind: 'stored', object };
  const message = textAt(object, 'message');
  if (status >= 400 && status < 500 && message !== '')
    return { kind: 'refused', status, reason: textAt(object, 'reason') || String(status), message };
  return none(`the target answered the dry run with ${status}`);
}

/** Whether the API server itself keeps a group: its own and custom resources, and nothing that another server answers. In the reader's own name. */
export async function isKeptHere(
  get: (path: string) => Promise<JsonObject | null | 'unknown'>,
  group: string,
  version: string,
): Promise<boolean> {
  if (KEPT_GROUPS.has(group)) return true;
  const service = await get(`/apis/apiregistration.k8s.io/v1/apiservices/${version}.${group}`);
  if (service === null || service === 'unknown') return false;
  const behind = valueAt(service, 'spec', 'service');
  return textAt(service, 'spec', 'group') === group && (behind === undefined || behind === null);
}

function queryOf({ query }: Operation): string {
  const others = [...query].flatMap(([key, values]) =>
    key === 'dryRun' ? [] : values.map((value) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`),
  );
  return [...others, 'dryRun=All'].join('&');
}

function none(why: string): DryRun {
  return { kind: 'none', why };
}
