/** Addresses and node ports that a service is given when it is made. */

import { at, type JsonObject, type KubeObject, listAt, textAt } from './object.ts';
import type { Cluster } from './write.ts';

/** The service with a free cluster address; other kinds, and services that say their own, as they are. */
export function withAddress(cluster: Pick<Cluster, 'store' | 'kinds'>, object: KubeObject): KubeObject {
  if (object.kind !== 'Service' || object.apiVersion !== 'v1') return object;
  const spec = at(object, 'spec');
  if (textAt(spec, 'type') === 'ExternalName') return object;
  const kind = cluster.kinds.find('', 'v1', 'services');
  const services = kind === undefined ? [] : cluster.store.list(kind);
  const clusterIP = textAt(spec, 'clusterIP') || freeAddress(services);
  const needsPorts = ['NodePort', 'LoadBalancer'].includes(textAt(spec, 'type'));
  const used = new Set(services.flatMap((each) => listAt(each, 'spec', 'ports').map((port) => port.nodePort)));
  const ports = listAt(spec, 'ports').map((port): JsonObject => {
    if (!needsPorts || port.nodePort !== undefined) return port;
    const nodePort =
      Array.from({ length: 2768 }, (_, index) => 30_000 + index).find((each) => !used.has(each)) ?? 30_000;
    used.add(nodePort);
    return { ...port, nodePort };
  });
  const families = { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  const outside = { ...families, ...(needsPorts ? { externalTrafficPolicy: 'Cluster' } : {}) };
  return {
    ...object,
    spec: { ...outside, ...spec, clusterIP, clusterIPs: [clusterIP], ...(ports.length === 0 ? {} : { ports }) },
  };
}

function freeAddress(services: readonly KubeObject[]): string {
  const used = new Set(services.map((each) => textAt(each, 'spec', 'clusterIP')));
  for (let number = 257; number < 65_000; number += 1) {
    const address = `10.96.${number >> 8}.${number & 255}`;
    if (!used.has(address)) return address;
  }
  return 'None';
}
