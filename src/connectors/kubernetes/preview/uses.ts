import type { JsonObject } from '../../../model/operation.ts';
import type { ShownUse } from '../../../model/shown.ts';
import { objectsAt, textAt } from './json-at.ts';
import { LOOK_LIMITS } from './preview-limits.ts';
import type { Reads } from './reads.ts';

/** The pods of a namespace that are given a ConfigMap or Secret, told by what owns them. */
export async function usesOf(
  reads: Reads,
  namespace: string,
  kind: 'configmaps.' | 'secrets.',
  name: string,
): Promise<{ readonly uses?: readonly ShownUse[]; readonly missing: readonly string[] }> {
  const pods = await reads.list(`/api/v1/namespaces/${namespace}/pods`);
  if (typeof pods === 'string')
    return { missing: ['who mounts it: its caller may not list pods, or they were not told in time'] };
  const found = pods.items.flatMap((pod) => {
    const as = waysInto(pod, kind, name);
    return as.length === 0 ? [] : [{ ...ownerOf(pod), as }];
  });
  const uses = [...Map.groupBy(found, ({ kind }) => kind)].map(([kind, some]) => {
    const names = [...new Set(some.map((each) => each.name))];
    return {
      kind,
      names: names.slice(0, LOOK_LIMITS.namesMax),
      count: names.length,
      as: [...new Set(some.flatMap(({ as }) => as))],
    };
  });
  const missing = pods.isWhole ? [] : [`who mounts it beyond the first ${LOOK_LIMITS.objectsMax} pods`];
  return { ...(uses.length === 0 ? {} : { uses }), missing };
}

/** A pod of a Deployment is told by that, whose ReplicaSets bear its name and a hash. */
function ownerOf(pod: JsonObject): { readonly kind: string; readonly name: string } {
  const owner = objectsAt(pod, 'metadata', 'ownerReferences').find(({ controller }) => controller === true);
  if (owner === undefined) return { kind: 'Pod', name: textAt(pod, 'metadata', 'name') };
  const [kind, name] = [textAt(owner, 'kind'), textAt(owner, 'name')];
  const hash = textAt(pod, 'metadata', 'labels', 'pod-template-hash');
  if (kind === 'ReplicaSet' && hash !== '' && name.endsWith(`-${hash}`))
    return { kind: 'Deployment', name: name.slice(0, -hash.length - 1) };
  return { kind, name };
}

/** How a pod is given it. */
function waysInto(pod: JsonObject, kind: 'configmaps.' | 'secrets.', name: string): readonly string[] {
  const isConfig = kind === 'configmaps.';
  const [volume, ref, key, field] = isConfig
    ? (['configMap', 'configMapRef', 'configMapKeyRef', 'name'] as const)
    : (['secret', 'secretRef', 'secretKeyRef', 'secretName'] as const);
  const containers = ['initContainers', 'containers', 'ephemeralContainers'].flatMap((list) =>
    objectsAt(pod, 'spec', list),
  );
  const isVolume = objectsAt(pod, 'spec', 'volumes').some(
    (each) =>
      textAt(each, volume, field) === name ||
      objectsAt(each, 'projected', 'sources').some((source) => textAt(source, volume, 'name') === name),
  );
  const isVariable = containers.some(
    (container) =>
      objectsAt(container, 'envFrom').some((from) => textAt(from, ref, 'name') === name) ||
      objectsAt(container, 'env').some((variable) => textAt(variable, 'valueFrom', key, 'name') === name),
  );
  const isPull =
    !isConfig && objectsAt(pod, 'spec', 'imagePullSecrets').some((secret) => textAt(secret, 'name') === name);
  return [...(isVolume ? ['volume'] : []), ...(isVariable ? ['variable'] : []), ...(isPull ? ['image pull'] : [])];
}
