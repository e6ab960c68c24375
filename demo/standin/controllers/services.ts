/** Endpoints and endpoint slices of the services that select pods. */

import { at, isEqual, type JsonObject, type KubeObject, listAt, textAt } from '../object.ts';
import type { Cluster } from '../write.ts';
import { change, create, isOwnedBy, kindNamed, ownedBy } from './change.ts';

export function reconcileServices(cluster: Cluster): void {
  for (const service of cluster.store.list(kindNamed(cluster, 'services'))) {
    const selector = at(service, 'spec', 'selector');
    if (Object.keys(selector).length === 0 || service.metadata.deletionTimestamp !== undefined) continue;
    const pods = cluster.store
      .list(kindNamed(cluster, 'pods'), service.metadata.namespace ?? '')
      .filter((pod) => textAt(pod, 'status', 'phase') === 'Running' && isSelected(pod, selector));
    writeEndpoints(cluster, service, pods);
    writeSlice(cluster, service, pods);
  }
}

function isSelected(pod: KubeObject, selector: JsonObject): boolean {
  return (
    pod.metadata.deletionTimestamp === undefined &&
    Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value)
  );
}

function target(pod: KubeObject): JsonObject {
  const { namespace = '', name = '', uid = '' } = pod.metadata;
  return { kind: 'Pod', namespace, name, uid };
}

function portsOf(service: KubeObject): readonly JsonObject[] {
  return listAt(service, 'spec', 'ports').map((port) => {
    const number = typeof port.targetPort === 'number' ? port.targetPort : (port.port ?? 0);
    return { ...(port.name === undefined ? {} : { name: port.name }), port: number, protocol: port.protocol ?? 'TCP' };
  });
}

function writeEndpoints(cluster: Cluster, service: KubeObject, pods: readonly KubeObject[]): void {
  const kind = kindNamed(cluster, 'endpoints');
  const { namespace = '', name = '' } = service.metadata;
  const addresses = pods.map((pod) => ({
    ip: textAt(pod, 'status', 'podIP'),
    nodeName: textAt(pod, 'spec', 'nodeName'),
    targetRef: target(pod),
  }));
  const subsets = addresses.length === 0 ? [] : [{ addresses, ports: portsOf(service) }];
  const before = cluster.store.get(kind, namespace, name);
  if (before === undefined) {
    create(cluster, kind, namespace, {
      metadata: { name, ownerReferences: [ownedBy(service)] },
      ...(subsets.length === 0 ? {} : { subsets }),
    });
  } else if (!isEqual(listAt(before, 'subsets'), subsets)) change(cluster, kind, before, { ...before, subsets });
}

function writeSlice(cluster: Cluster, service: KubeObject, pods: readonly KubeObject[]): void {
  const kind = kindNamed(cluster, 'endpointslices', 'discovery.k8s.io');
  const { namespace = '', name = '' } = service.metadata;
  const endpoints = pods.map((pod) => ({
    addresses: [textAt(pod, 'status', 'podIP')],
    conditions: { ready: true, serving: true, terminating: false },
    nodeName: textAt(pod, 'spec', 'nodeName'),
    targetRef: target(pod),
  }));
  const before = cluster.store.list(kind, namespace).find((each) => isOwnedBy(each, service));
  const labels = {
    'endpointslice.kubernetes.io/managed-by': 'endpointslice-controller.k8s.io',
    'kubernetes.io/service-name': name,
  };
  if (before === undefined) {
    const ports = portsOf(service).map((port) => ({ name: '', ...port }));
    const metadata = { generateName: `${name}-`, labels, ownerReferences: [ownedBy(service)] };
    create(cluster, kind, namespace, { metadata, addressType: 'IPv4', endpoints, ports });
  } else if (!isEqual(before.endpoints, endpoints)) change(cluster, kind, before, { ...before, endpoints });
}
