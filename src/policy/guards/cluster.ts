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
import { and, NO, or, type Truth, truth, unsaid, YES } from '../truth.ts';
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
  'resource.k8s.io': ['deviceclasses', 'devicetaintrules', 'resourceslices', 'resourcepoolstatusrequests'],
  'certificates.k8s.io': ['clustertrustbundles'],
  // Every object of a kind is written anew by it, and what says which version of a kind is stored.
  'storagemigration.k8s.io': 'all',
  'internal.apiserver.k8s.io': 'all',
  'config.openshift.io': 'all',
  'operator.openshift.io': 'all',
};

/** Namespaces of the control plane. */
export const SYSTEM_NAMESPACES = ['kube-system', 'kube-public', 'kube-node-lease'] as const;

/** The ConfigMap that tells every pod whose certificates to believe, in every namespace. */
const ROOT_CERTIFICATE = 'kube-root-ca.crt';

/** The ConfigMaps of `kube-system` that have guards of their own. */
export const GUARDED_CONFIG_MAPS = ['aws-auth', 'extension-apiserver-authentication'] as const;

/**
 * The leases of `kube-system` by which the control plane elects its leaders and finds its servers; any other there is a controller's own, as charts make them. One
 * that ends in a `*` stands for all that begin so. In `kube-node-lease` all are of kubelets.
 *
 * Source: `leader-elect-resource-name` of the components' own flags, https://kubernetes.io/docs/concepts/architecture/leases/#api-server-identity
 */
const SYSTEM_LEASES = [
  'kube-controller-manager',
  'kube-scheduler',
  'cloud-controller-manager',
  'apiserver-*',
  'kube-apiserver-*',
] as const;

/** The resources of which guards ask in which namespace they are, and by which name; of all others they ask neither. */
export const PLACED_KINDS: ReadonlySet<string> = new Set(['configmaps', 'leases', 'leasecandidates']);

/** Every name that guards tell from others; a `*` at the end is any more. */
export const GUARDED_NAMES: readonly string[] = [...GUARDED_CONFIG_MAPS, ROOT_CERTIFICATE, ...SYSTEM_LEASES];

export const clusterConfigurationGuard: Guard = {
  id: 'cluster-configuration',
  reason: 'it configures the cluster itself, and so acts on every workload in it',
  advice: 'have it changed by who runs the cluster',
  covers: `every change of ${told(CONFIGURATION)}; ConfigMaps of ${listed(SYSTEM_NAMESPACES)}, but those with a guard of their own; leases of \`kube-node-lease\`, and of \`kube-system\` lease candidates and the leases ${listed(SYSTEM_LEASES)}; update and patch of the ConfigMap \`${ROOT_CERTIFICATE}\` of every namespace`,
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
  if (isKind(operation, 'coordination.k8s.io', 'leases', 'leasecandidates')) {
    const isOfLeader = isKind(operation, 'coordination.k8s.io', 'leasecandidates')
      ? YES
      : SYSTEM_LEASES.map((name) => isNamed(question, name)).reduce(or, NO);
    return or(and(isIn(question, 'kube-system'), isOfLeader), isIn(question, 'kube-node-lease'));
  }
  if (!isKind(operation, '', 'configmaps')) return NO;
  const { isNameUnsaid, names, name } = readingOf(question);
  const hasGuard =
    operation.namespace === 'kube-system' && names === 'one' && GUARDED_CONFIG_MAPS.some((each) => each === name);
  const isOther = isNameUnsaid ? unsaid('name') : truth(!hasGuard);
  // A new one is not made, nor an old one gone, for longer than its controller takes to see it.
  const isRewritten = isWrite(operation) && operation.verb !== 'create';
  return or(and(isOther, isInSystem(question)), isRewritten ? isNamed(question, ROOT_CERTIFICATE) : NO);
}

function isInSystem(question: Question): Truth {
  return isIn(question, ...SYSTEM_NAMESPACES);
}

function isIn({ operation, unsaid: open }: Question, ...namespaces: readonly string[]): Truth {
  if (open?.namespace === true && operation.namespace === '') return unsaid('namespace');
  return truth(namespaces.includes(operation.namespace));
}

/** Whether the operation is on an object of this name, as one of a collection too; a `*` at its end is any more. */
export function isNamed(question: Question, wanted: string): Truth {
  const { isNameUnsaid, names, name } = readingOf(question);
  if (isNameUnsaid) return unsaid('name');
  if (names === 'all') return YES;
  const isOpen = wanted.endsWith('*');
  const known = isOpen ? wanted.slice(0, -1) : wanted;
  if (names !== 'one') return truth(known.startsWith(names.prefix) || (isOpen && names.prefix.startsWith(known)));
  return truth(isOpen ? name.startsWith(known) : name === known);
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

function listed(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

function told(kinds: Kinds): string {
  return Object.entries(kinds)
    .map(([group, own]) =>
      own === 'all' ? `everything of ${group}` : `${own.map((each) => `\`${each}\``).join(', ')} of ${group}`,
    )
    .join('; ');
}
