import type { JsonObject } from '../../model/operation.ts';
import { isArray, objectsIn } from '../json.ts';
import { NO, YES } from '../truth.ts';
import { isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';
import { containersOf, isSet } from './pod-dangers.ts';
import { bringsPodSpec } from './workloads.ts';
import { bringsIn, isWrite } from './written.ts';

/** Annotations whose value an ingress controller takes into its own configuration as it stands. */
const SNIPPET = /-snippets?$/;

export const trafficGuard: Guard = {
  id: 'traffic',
  reason: 'it would bring traffic that is meant for others to where the caller says, or past network policies',
  advice:
    'let the control plane write endpoints, from the selector of a service; have addresses given by who runs the cluster',
  covers:
    'create, update and patch of endpoints and endpoint slices, and of `services/status`; services that bring in `externalIPs` (CVE-2020-8554); ingresses that bring in an annotation which ends in `-snippet` (CVE-2021-25742); pods, and what makes them, that bring in a `hostPort`',
  stops: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/services/web',
    mediaType: 'application/merge-patch+json',
    body: { spec: { externalIPs: ['203.0.113.7'] } },
  },
  passes: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/services/web',
    mediaType: 'application/merge-patch+json',
    body: { spec: { externalIPs: null, type: 'LoadBalancer' } },
  },
  test: (question) => {
    const { operation } = question;
    if (!isWrite(operation)) return NO;
    if (isKind(operation, '', 'endpoints') || isKind(operation, 'discovery.k8s.io', 'endpointslices')) return YES;
    if (isKind(operation, '', 'services')) {
      if (operation.subresource === 'status') return YES;
      if (operation.subresource !== '') return NO;
      return bringsIn(
        question,
        ['spec'],
        ({ externalIPs }) => isSet(externalIPs) && !(isArray(externalIPs) && externalIPs.length === 0),
      );
    }
    if (!isKind(operation, 'networking.k8s.io', 'ingresses')) return bringsPodSpec(question, takesPorts);
    if (operation.subresource !== '') return NO;
    return bringsIn(question, ['metadata', 'annotations'], (annotations) =>
      Object.entries(annotations).some(([key, value]) => SNIPPET.test(key) && isSet(value)),
    );
  },
};

/**
 * What comes to such a port of the node goes to the pod, past whatever else listens there: its kubelet, its SSH.
 *
 * Source: HostPorts of the Baseline level, https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
function takesPorts(spec: JsonObject): boolean {
  return containersOf(spec).some(({ ports }) =>
    objectsIn(ports).some(({ hostPort }) => isSet(hostPort) && hostPort !== 0),
  );
}
