/* How many of a workload's pods a change takes away at once, of how many. */
import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import type { ShownShare } from '../../../model/shown.ts';
import { numberAt, objectsAt, textAt, valueAt } from './json-at.ts';
import type { Reads } from './reads.ts';

/** Of a scale to fewer, or a change of the template; `workload`: as it is now. Undefined: none are, or it is not known of how many. */
export function shareOfChange(
  { resource, name }: Operation,
  workload: JsonObject | null | string,
  {
    scale,
    isReplaced,
    after,
  }: {
    readonly scale: { readonly from: number; readonly to: number } | undefined;
    readonly isReplaced: boolean;
    readonly after: JsonObject;
  },
): ShownShare | undefined {
  const now = typeof workload === 'string' ? null : workload;
  const replicas = scale?.from ?? wantedOf(now);
  if (replicas === undefined) return undefined;
  const gone = scale === undefined ? 0 : scale.from - scale.to;
  const replaced = isReplaced ? atOnce(resource, after, replicas) : 0;
  return shareOf(`${resource} \`${name}\``, Math.max(gone, replaced), replicas, now);
}

/** What is known of the share that one pod is. */
interface PodShare {
  readonly share?: ShownShare;
  readonly shareKey?: string;
  readonly isShareUnknown?: true;
  readonly missing: readonly string[];
}

/** Of one pod that goes: what of its workload it is; nothing where no workload wants another in its place. */
export async function shareOfPod(reads: Reads, namespace: string, pod: JsonObject): Promise<PodShare> {
  const owner = objectsAt(pod, 'metadata', 'ownerReferences').find(({ controller }) => controller === true);
  const [kind, name] = [textAt(owner, 'kind'), textAt(owner, 'name')];
  const root = KEEPERS[`${textAt(owner, 'apiVersion')} ${kind}`];
  if (root === undefined) return { missing: [] };
  const keeper = await reads.get(`${root[0]}/namespaces/${namespace}/${root[1]}/${name}`);
  if (typeof keeper === 'string')
    return {
      isShareUnknown: true,
      missing: [`of how many pods it is one: its caller may not get ${kind} \`${name}\`, or it was not told in time`],
    };
  const share = shareOf(`${kind} \`${name}\``, 1, wantedOf(keeper) ?? 0, keeper);
  const shareKey = shareKeyOf(root[1], namespace, name, keeper);
  return { ...(share === undefined ? {} : { share, shareKey }), missing: [] };
}

/** Which workload it is a share of: the pods of a set that a deployment keeps are that one's. */
export function shareKeyOf(resource: string, namespace: string, name: string, keeper: JsonObject | null): string {
  const owner = objectsAt(keeper ?? undefined, 'metadata', 'ownerReferences').find(
    ({ controller }) => controller === true,
  );
  const isOwned = resource === 'replicasets' && textAt(owner, 'kind') === 'Deployment';
  return isOwned ? `deployments ${namespace} ${textAt(owner, 'name')}` : `${resource} ${namespace} ${name}`;
}

/** What keeps so many pods running. */
const KEEPERS: Readonly<Record<string, readonly [root: string, resource: string]>> = {
  'apps/v1 ReplicaSet': ['/apis/apps/v1', 'replicasets'],
  'apps/v1 StatefulSet': ['/apis/apps/v1', 'statefulsets'],
  'apps/v1 DaemonSet': ['/apis/apps/v1', 'daemonsets'],
  'v1 ReplicationController': ['/api/v1', 'replicationcontrollers'],
};

function shareOf(workload: string, taken: number, replicas: number, now: JsonObject | null): ShownShare | undefined {
  if (taken <= 0 || replicas <= 0) return undefined;
  const ready = now === null ? undefined : readyOf(now);
  return { workload, taken: Math.min(taken, replicas), replicas, ...(ready === undefined ? {} : { ready }) };
}

function wantedOf(workload: JsonObject | null): number | undefined {
  if (workload === null) return undefined;
  return numberAt(workload, 'spec', 'replicas') ?? numberAt(workload, 'status', 'desiredNumberScheduled');
}

/** A status leaves the number out where it is 0. */
function readyOf(workload: JsonObject): number | undefined {
  if (valueAt(workload, 'status') === undefined) return undefined;
  return numberAt(workload, 'status', 'readyReplicas') ?? numberAt(workload, 'status', 'numberReady') ?? 0;
}

/**
 * As many pods as a rollout lets be missing at once.
 *
 * Source: `ResolveFenceposts`, https://github.com/kubernetes/kubernetes/blob/v1.35.0/pkg/controller/deployment/util/deployment_util.go; `UnavailableCount` of daemon sets and
 * `getStatefulSetMaxUnavailable` beside it
 */
function atOnce(resource: string, after: JsonObject, replicas: number): number {
  const isDeployment = resource === 'deployments';
  const strategy = valueAt(after, 'spec', isDeployment ? 'strategy' : 'updateStrategy');
  const type = textAt(strategy, 'type') || 'RollingUpdate';
  if (type === 'Recreate') return replicas;
  if (type !== 'RollingUpdate') return 0;
  const bound = (key: string) => valueAt(strategy, 'rollingUpdate', key);
  switch (resource) {
    case 'deployments': {
      const unavailable = scaled(bound('maxUnavailable') ?? '25%', replicas, Math.floor);
      return unavailable === 0 && scaled(bound('maxSurge') ?? '25%', replicas, Math.ceil) === 0 ? 1 : unavailable;
    }
    case 'daemonsets':
      return scaled(bound('maxUnavailable') ?? 1, replicas, Math.ceil);
    case 'statefulsets':
      return Math.max(1, scaled(bound('maxUnavailable') ?? 1, replicas, Math.floor));
    default:
      return 0;
  }
}

function scaled(bound: JsonValue, replicas: number, round: (value: number) => number): number {
  if (typeof bound === 'number') return bound;
  const [, percent] = /^(\d{1,3})%$/.exec(String(bound)) ?? [];
  return percent === undefined ? 0 : round((Number(percent) * replicas) / 100);
}
