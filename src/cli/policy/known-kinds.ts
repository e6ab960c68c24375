/*
 * The kinds of Kubernetes itself, so that the words `delete pod web` can be read without a cluster. What a target serves beside them is named in
 * full: `things.example.com` or `things.v1.example.com`.
 *
 * Source: `kubectl api-resources` and /apis of Kubernetes 1.37, newest stable version of each; test/cluster-suites/discovery.test.ts compares them with what a real API
 * server serves
 */

/** A kind, as it is spelt on a command line and in a path. */
export interface KnownKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly shortNames: readonly string[];
  readonly isNamespaced: boolean;
  readonly subresources: readonly string[];
}

// GROUP/VERSION, then a line for each kind: plural, singular, Kind, short names, N(amespaced) or C(luster), subresources.
const TABLE = `
/v1
  bindings binding Binding - N -
  componentstatuses componentstatus ComponentStatus cs C -
  configmaps configmap ConfigMap cm N -
  endpoints endpoints Endpoints ep N -
  events event Event ev N -
  limitranges limitrange LimitRange limits N -
  namespaces namespace Namespace ns C finalize,status
  nodes node Node no C proxy,status
  persistentvolumeclaims persistentvolumeclaim PersistentVolumeClaim pvc N status
  persistentvolumes persistentvolume PersistentVolume pv C status
  pods pod Pod po N attach,binding,ephemeralcontainers,eviction,exec,log,portforward,proxy,resize,status
  podtemplates podtemplate PodTemplate - N -
  replicationcontrollers replicationcontroller ReplicationController rc N scale,status
  resourcequotas resourcequota ResourceQuota quota N status
  secrets secret Secret - N -
  serviceaccounts serviceaccount ServiceAccount sa N token
  services service Service svc N proxy,status
apps/v1
  controllerrevisions controllerrevision ControllerRevision - N -
  daemonsets daemonset DaemonSet ds N status
  deployments deployment Deployment deploy N scale,status
  replicasets replicaset ReplicaSet rs N scale,status
  statefulsets statefulset StatefulSet sts N scale,status
batch/v1
  cronjobs cronjob CronJob cj N status
  jobs job Job - N status
autoscaling/v2
  horizontalpodautoscalers horizontalpodautoscaler HorizontalPodAutoscaler hpa N status
policy/v1
  poddisruptionbudgets poddisruptionbudget PodDisruptionBudget pdb N status
networking.k8s.io/v1
  ingressclasses ingressclass IngressClass - C -
  ingresses ingress Ingress ing N status
  ipaddresses ipaddress IPAddress ip C -
  networkpolicies networkpolicy NetworkPolicy netpol N -
  servicecidrs servicecidr ServiceCIDR - C status
rbac.authorization.k8s.io/v1
  clusterrolebindings clusterrolebinding ClusterRoleBinding - C -
  clusterroles clusterrole ClusterRole - C -
  rolebindings rolebinding RoleBinding - N -
  roles role Role - N -
storage.k8s.io/v1
  csidrivers csidriver CSIDriver - C -
  csinodes csinode CSINode - C status
  csistoragecapacities csistoragecapacity CSIStorageCapacity - N -
  storageclasses storageclass StorageClass sc C -
  volumeattachments volumeattachment VolumeAttachment - C status
  volumeattributesclasses volumeattributesclass VolumeAttributesClass vac C -
coordination.k8s.io/v1
  leases lease Lease - N -
discovery.k8s.io/v1
  endpointslices endpointslice EndpointSlice - N -
events.k8s.io/v1
  events event Event ev N -
scheduling.k8s.io/v1
  priorityclasses priorityclass PriorityClass pc C -
node.k8s.io/v1
  runtimeclasses runtimeclass RuntimeClass - C -
resource.k8s.io/v1
  deviceclasses deviceclass DeviceClass - C -
  devicetaintrules devicetaintrule DeviceTaintRule - C status
  resourceclaims resourceclaim ResourceClaim - N status
  resourceclaimtemplates resourceclaimtemplate ResourceClaimTemplate - N -
  resourceslices resourceslice ResourceSlice - C -
certificates.k8s.io/v1
  certificatesigningrequests certificatesigningrequest CertificateSigningRequest csr C approval,status
  clustertrustbundles clustertrustbundle ClusterTrustBundle - C -
  podcertificaterequests podcertificaterequest PodCertificateRequest - N status
admissionregistration.k8s.io/v1
  mutatingadmissionpolicies mutatingadmissionpolicy MutatingAdmissionPolicy - C -
  mutatingadmissionpolicybindings mutatingadmissionpolicybinding MutatingAdmissionPolicyBinding - C -
  mutatingwebhookconfigurations mutatingwebhookconfiguration MutatingWebhookConfiguration - C -
  validatingadmissionpolicies validatingadmissionpolicy ValidatingAdmissionPolicy - C status
  validatingadmissionpolicybindings validatingadmissionpolicybinding ValidatingAdmissionPolicyBinding - C -
  validatingwebhookconfigurations validatingwebhookconfiguration ValidatingWebhookConfiguration - C -
apiextensions.k8s.io/v1
  customresourcedefinitions customresourcedefinition CustomResourceDefinition crd,crds C status
storagemigration.k8s.io/v1
  storageversionmigrations storageversionmigration StorageVersionMigration - C status
apiregistration.k8s.io/v1
  apiservices apiservice APIService - C status
flowcontrol.apiserver.k8s.io/v1
  flowschemas flowschema FlowSchema - C status
  prioritylevelconfigurations prioritylevelconfiguration PriorityLevelConfiguration - C status
authentication.k8s.io/v1
  selfsubjectreviews selfsubjectreview SelfSubjectReview - C -
  tokenreviews tokenreview TokenReview - C -
authorization.k8s.io/v1
  localsubjectaccessreviews localsubjectaccessreview LocalSubjectAccessReview - N -
  selfsubjectaccessreviews selfsubjectaccessreview SelfSubjectAccessReview - C -
  selfsubjectrulesreviews selfsubjectrulesreview SelfSubjectRulesReview - C -
  subjectaccessreviews subjectaccessreview SubjectAccessReview - C -
metrics.k8s.io/v1beta1
  nodes node NodeMetrics - C -
  pods pod PodMetrics - N -
`;

/** Every kind, those of earlier groups first: of two that share a name, the first is meant. */
export const KNOWN_KINDS: readonly KnownKind[] = readTable(TABLE);

function readTable(text: string): readonly KnownKind[] {
  const kinds: KnownKind[] = [];
  let [group, version] = ['', ''];
  for (const line of text.trim().split('\n')) {
    if (!line.startsWith(' ')) {
      [group = '', version = ''] = line.split('/');
      continue;
    }
    const [resource = '', singular = '', kind = '', short, scope, subs] = line.trim().split(' ');
    const list = (cell = '-') => (cell === '-' ? [] : cell.split(','));
    const isNamespaced = scope === 'N';
    kinds.push({
      group,
      version,
      resource,
      singular,
      kind,
      shortNames: list(short),
      isNamespaced,
      subresources: list(subs),
    });
  }
  return kinds;
}

/**
 * The kind that a word means: plural, singular, kind or short name in any case, with or without its group (`deployments.apps`) or version and group
 * (`deployments.v1.apps`). A name with a dot that is none of ours is taken as a custom resource, in a namespace.
 *
 * @returns undefined where a word without a dot names nothing
 */
export function findKind(word: string): KnownKind | undefined {
  const [name = '', ...suffix] = word.toLowerCase().split('.');
  const named = KNOWN_KINDS.filter(
    ({ resource, singular, kind, shortNames }) =>
      resource === name || singular === name || kind.toLowerCase() === name || shortNames.includes(name),
  );
  if (suffix.length === 0) return named[0];
  const whole = suffix.join('.');
  const exact = named.find(({ group, version }) => group === whole || `${version}.${group}` === whole);
  if (exact !== undefined) return exact;
  const hasVersion = suffix.length > 1 && /^v\d+((alpha|beta)\d+)?$/.test(suffix[0] ?? '');
  const group = hasVersion ? suffix.slice(1).join('.') : whole;
  const version = hasVersion ? (suffix[0] as string) : 'v1';
  return {
    group,
    version,
    resource: name,
    singular: name,
    kind: '',
    shortNames: [],
    isNamespaced: true,
    subresources: [],
  };
}
