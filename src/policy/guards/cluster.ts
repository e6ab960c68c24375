/*
 * What configures the cluster for everybody in it. The rule by which a kind stands here: Kubernetes itself, or the platform that runs it (EKS, OpenShift), serves
 * it, it is in no namespace of a workload, and its controllers act on nodes or workloads that are not the caller's.
 *
 * Kinds of add-ons stand in no guard, whatever their controllers can do: nobody can list them all, and a list that is nearly whole is trusted as if it were.
 * Silence denies them until a rule names them, and `policy check` warns of those that are well known.
 */
import type { Operation } from '../../model/operation.ts';
import type { Question } from '../question.ts';
import { type Reading, readings } from '../reading.ts';
import { and, NO, or, type Truth, truth, unsaid } from '../truth.ts';
import { changes, isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';
import { isWrite } from './written.ts';

/** Every kind of a group, or those that are named. */
type Kinds = Readonly<Record<string, readonly string[] | 'all'>>;

const CONFIGURATION: Kinds = {
  'flowcontrol.apiserver.k8s.io': 'all',
  'scheduling.k8s.io': ['priorityclasses'],
  'node.k8s.io': 'all',
  'storage.k8s.io': ['csidrivers', 'csinodes', 'storageclasses', 'volumeattachments', 'volumeattributesclasses'],
  'networking.k8s.io': ['ingressclasses', 'ipaddresses', 'servicecidrs'],
  'resource.k8s.io': ['deviceclasses', 'devicetaintrules', 'resourceslices'],
  'certificates.k8s.io': ['clustertrustbundles'],
  'config.openshift.io': 'all',
  'operator.openshift.io': 'all',
};

/** Namespaces of the control plane. */
export const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'] as const;

/** The ConfigMap that tells every pod whose certificates to believe, in every namespace. */
const ROOT_CERTIFICATE = 'kube-root-ca.crt';

/** The ConfigMaps of `kube-system` that have guards of their own. */
export const GUARDED_CONFIG_MAPS = ['aws-auth', 'extension-apiserver-authentication'] as const;

/** The resources of which guards ask in which namespace they are, and by which name; of all others they ask neither. */
export const PLACED_KINDS: ReadonlySet<string> = new Set(['configmaps', 'leases']);

/** Every name that guards tell from others. */
export const GUARDED_NAMES: readonly string[] = [...GUARDED_CONFIG_MAPS, ROOT_CERTIFICATE];

export const clusterConfigurationGuard: Guard = {
  id: 'cluster-configuration',
  reason: 'it configures the cluster itself, and so acts on every workload in it',
  advice: 'have it changed by who runs the cluster',
  covers: `every change of ${told(CONFIGURATION)}; ConfigMaps and leases of ${SYSTEM_NAMESPACES.map((name) => `\`${name}\``).join(', ')}, but those with a guard of their own; update and patch of the ConfigMap \`${ROOT_CERTIFICATE}\` of every namespace`,
  stops: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/kube-system/configmaps/coredns',
    mediaType: 'application/merge-patch+json',
    body: { data: { Corefile: '' } },
  },
  passes: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/configmaps/coredns',
    mediaType: 'application/merge-patch+json',
    body: { data: { Corefile: '' } },
  },
  test: (question) => {
    const isChange = changes(question);
    if (isChange === NO) return NO;
    return and(or(truth(isOf(question.operation, CONFIGURATION)), isOfSystem(question)), isChange);
  },
};

function isOfSystem(question: Question): Truth {
  const { operation } = question;
  if (isKind(operation, 'coordination.k8s.io', 'leases')) return isInSystem(question);
  if (!isKind(operation, '', 'configmaps')) return NO;
  const { isNameUnsaid, names, name } = readingOf(question);
  const hasGuard = names === 'one' && GUARDED_CONFIG_MAPS.some((each) => each === name);
  const isOther = isNameUnsaid ? unsaid('name') : truth(!hasGuard);
  // A new one is not made, nor an old one gone, for longer than its controller takes to see it.
  const isRewritten = isWrite(operation) && operation.verb !== 'create';
  return or(and(isOther, isInSystem(question)), isRewritten ? isNamed(question, ROOT_CERTIFICATE) : NO);
}

function isInSystem({ operation, unsaid: open }: Question): Truth {
  if (open?.namespace === true && operation.namespace === '') return unsaid('namespace');
  return truth(SYSTEM_NAMESPACES.some((name) => name === operation.namespace));
}

/** Whether the operation is on an object of this name, as one of a collection too. */
export function isNamed(question: Question, wanted: string): Truth {
  const { isNameUnsaid, names, name } = readingOf(question);
  if (isNameUnsaid) return unsaid('name');
  return truth(names === 'all' || (names === 'one' ? name === wanted : wanted.startsWith(names.prefix)));
}

function readingOf({ operation, unsaid: open }: Question): Reading {
  return readings(operation, open)[0] as Reading;
}

const NODE_MAKERS: Kinds = {
  'eks.amazonaws.com': ['nodeclasses', 'nodediagnostics'],
  'karpenter.k8s.aws': ['ec2nodeclasses'],
  'karpenter.sh': ['nodepools', 'nodeclaims'],
  'machine.openshift.io': 'all',
  'machineconfiguration.openshift.io': 'all',
};

export const nodesGuard: Guard = {
  id: 'nodes',
  reason: 'a node runs what it is made with as root, and its kubelet reads the Secrets of every pod on it',
  advice: 'have nodes made by who runs the cluster',
  covers: `create of \`nodes\`; every change of ${told(NODE_MAKERS)}`,
  stops: {
    method: 'PATCH',
    uri: '/apis/karpenter.k8s.aws/v1/ec2nodeclasses/default',
    mediaType: 'application/merge-patch+json',
    body: { spec: { userData: '#!/bin/sh' } },
  },
  passes: {
    method: 'PATCH',
    uri: '/api/v1/nodes/n1',
    mediaType: 'application/merge-patch+json',
    body: { spec: { unschedulable: true } },
  },
  test: (question) => {
    const { operation } = question;
    const isMade = isKind(operation, '', 'nodes') && operation.verb === 'create' && operation.subresource === '';
    return or(truth(isMade), and(truth(isOf(operation, NODE_MAKERS)), changes(question)));
  },
};

function isOf({ isResourceRequest, apiGroup, resource }: Operation, kinds: Kinds): boolean {
  const own = Object.hasOwn(kinds, apiGroup) ? kinds[apiGroup] : undefined;
  return isResourceRequest && own !== undefined && (own === 'all' || own.includes(resource));
}

function told(kinds: Kinds): string {
  return Object.entries(kinds)
    .map(([group, own]) =>
      own === 'all' ? `everything of ${group}` : `${own.map((each) => `\`${each}\``).join(', ')} of ${group}`,
    )
    .join('; ');
}
