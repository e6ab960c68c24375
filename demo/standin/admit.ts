/** What the server gives an object of its own accord when it is made, after the caller's fields and their defaults: nobody owns it. */

import { at, type JsonObject, type KubeObject, textAt } from './object.ts';
import { withAddress } from './service-address.ts';
import type { Cluster } from './write.ts';

export function admitted(cluster: Pick<Cluster, 'store' | 'kinds'>, object: KubeObject): KubeObject {
  switch (`${object.apiVersion}/${object.kind}`) {
    case 'v1/Pod':
      return { ...object, spec: admittedPod(at(object, 'spec')) };
    case 'v1/Namespace':
      return { ...object, spec: { finalizers: ['kubernetes'], ...at(object, 'spec') } };
    case 'v1/Service':
      return withAddress(cluster, object);
    default:
      return object;
  }
}

function admittedPod(spec: JsonObject): JsonObject {
  const account = textAt(spec, 'serviceAccountName') || textAt(spec, 'serviceAccount') || 'default';
  const toleration = (key: string): JsonObject => ({
    key,
    operator: 'Exists',
    effect: 'NoExecute',
    tolerationSeconds: 300,
  });
  return {
    serviceAccountName: account,
    serviceAccount: account,
    preemptionPolicy: 'PreemptLowerPriority',
    priority: 0,
    tolerations: [toleration('node.kubernetes.io/not-ready'), toleration('node.kubernetes.io/unreachable')],
    ...spec,
  };
}
