import type { Looked, Probe } from '../connectors/connector.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { SHARE_PARTS } from '../policy/budget.ts';

/** What a request takes away of the pods of one workload. */
interface Taken {
  /** In parts of a percent; more than there is where nobody can tell. */
  readonly amount: number;
  /** The workload, on its target. */
  readonly workload: string;
}

/** Kinds that keep pods running. */
const WORKLOADS: ReadonlySet<string> = new Set([
  'deployments.apps',
  'replicasets.apps',
  'statefulsets.apps',
  'daemonsets.apps',
  'replicationcontrollers.',
]);

/**
 * How large a share of a workload's pods a request deletes, evicts or scales away. Of a delete of the workload, all; of a delete of many at once, or of a namespace, nobody
 * can tell of which. A pod that no workload wants another of counts nowhere, nor does what a rollout replaces, which the workload's own strategy bounds.
 */
export async function podShareTaken(
  operation: Operation,
  caller: Caller,
  probe: Pick<Probe, 'preview'>,
  signal: AbortSignal,
): Promise<Taken> {
  const { isChange, options, verb, apiGroup, resource, subresource, namespace, name, target, equals, body } = operation;
  const of = (key: string, taken: number, wanted: number): Taken => ({
    amount: wanted <= 0 ? 0 : Math.floor((Math.min(taken, wanted) * 100 * SHARE_PARTS) / wanted),
    workload: `${target} ${key}`,
  });
  const [nothing, unknown] = [of('', 0, 1), { ...of('', 0, 1), amount: Number.POSITIVE_INFINITY }];
  if (!isChange || options.isDryRun) return nothing;
  const kind = `${resource}.${apiGroup}`;
  const [isPods, isWorkload] = [kind === 'pods.', WORKLOADS.has(kind)];
  if (verb === 'deletecollection') return isPods || isWorkload || kind === 'namespaces.' ? unknown : nothing;
  if (verb === 'delete' && kind === 'namespaces.') return unknown;
  const look = () =>
    probe.preview(
      operation,
      body === undefined ? undefined : { mediaType: body.mediaType, bytes: Buffer.from(body.bytes) },
      caller,
      signal,
    );
  if (isPods && (verb === 'delete' || subresource === 'eviction')) return ofPod(await look(), of, unknown, nothing);
  if (isWorkload && verb === 'delete') return of(`${resource} ${namespace} ${name}`, 1, 1);
  if (isWorkload && verb !== 'create') return ofChange(await look(), of, unknown, nothing);
  return equals.some((each) => TAKING.has(each)) ? unknown : nothing;
}

/** What else takes pods away: an eviction or a scale to nothing that another kind asks for. */
const TAKING: ReadonlySet<string> = new Set(['eviction', 'scale-to-zero']);

type Of = (key: string, taken: number, wanted: number) => Taken;

function ofPod({ share, shareKey, isShareUnknown }: Looked, of: Of, unknown: Taken, nothing: Taken): Taken {
  if (isShareUnknown === true) return unknown;
  return share === undefined || shareKey === undefined ? nothing : of(shareKey, share.taken, share.replicas);
}

/** What the target itself would not do takes nothing. */
function ofChange({ states, scale, shareKey, rejection }: Looked, of: Of, unknown: Taken, nothing: Taken): Taken {
  if (rejection !== undefined) return nothing;
  if (states === undefined) return unknown;
  if (scale === undefined || shareKey === undefined) return nothing;
  return of(shareKey, Math.max(0, scale.from - scale.to), scale.from);
}
