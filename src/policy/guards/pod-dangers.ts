/*
 * What lets a pod reach beyond itself, read from its spec. It is asked of whole specs and of the parts of one that a patch brings in: what is absent is
 * harmless.
 *
 * Source: the Baseline level of https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
import type { JsonObject, JsonValue } from '../../model/operation.ts';
import { at, isObject, objectsIn, stringsIn } from '../json.ts';

const CONTAINER_LISTS = ['containers', 'initContainers', 'ephemeralContainers'] as const;

/** Capabilities that Baseline leaves a container. */
const HARMLESS_CAPABILITIES: ReadonlySet<string> = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

/** SELinux types that Baseline leaves a container; `spc_t`, the one of privileged containers, is confined by nothing. */
const HARMLESS_SELINUX_TYPES: ReadonlySet<JsonValue | undefined> = new Set([
  undefined,
  null,
  '',
  'container_t',
  'container_init_t',
  'container_kvm_t',
  'container_engine_t',
]);

/** Kernel parameters that Baseline leaves a pod: those of the pod alone. */
const HARMLESS_SYSCTLS: ReadonlySet<JsonValue | undefined> = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.ip_local_reserved_ports',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv4.ping_group_range',
  'net.ipv4.tcp_fin_timeout',
  'net.ipv4.tcp_keepalive_intvl',
  'net.ipv4.tcp_keepalive_probes',
  'net.ipv4.tcp_keepalive_time',
  'net.ipv4.tcp_rmem',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.tcp_wmem',
]);

/** Why containers of the spec run with the powers of the node: a phrase for each; none for an ordinary pod. */
export function privileges(spec: JsonObject): readonly string[] {
  const dangers = containersOf(spec).flatMap((container) => containerPrivileges(container, spec.hostUsers === false));
  if (at(spec, 'securityContext', 'windowsOptions', 'hostProcess') === true) dangers.push('the pod is a host process');
  if (hasOwnSelinux(spec.securityContext)) dangers.push('the pod has SELinux options of its own');
  return dangers;
}

/** Whether the spec takes off what confines its containers by default: seccomp, AppArmor, and kernel parameters that are the node's. */
export function isUnconfined(spec: JsonObject): boolean {
  const contexts = [spec, ...containersOf(spec)].map((each) => each.securityContext).filter(isObject);
  const takesOff = contexts.some(
    (context) =>
      at(context, 'seccompProfile', 'type') === 'Unconfined' || at(context, 'appArmorProfile', 'type') === 'Unconfined',
  );
  const sysctls = isObject(spec.securityContext) ? objectsIn(spec.securityContext.sysctls) : [];
  return takesOff || sysctls.some(({ name }) => !HARMLESS_SYSCTLS.has(name));
}

/** The same by annotation, as before the fields were there; the API server still makes fields of these. */
export function isUnconfinedByAnnotation({ annotations }: JsonObject): boolean {
  if (!isObject(annotations)) return false;
  return Object.entries(annotations).some(
    ([name, value]) => name.startsWith('container.apparmor.security.beta.kubernetes.io/') && value === 'unconfined',
  );
}

function hasOwnSelinux(context: JsonValue | undefined): boolean {
  const options = isObject(context) ? context.seLinuxOptions : undefined;
  if (!isObject(options)) return false;
  return (
    !HARMLESS_SELINUX_TYPES.has(options.type) || [options.user, options.role].some((each) => isSet(each) && each !== '')
  );
}

/** The containers of a spec, of every sort. */
export function containersOf(spec: JsonObject): readonly JsonObject[] {
  return CONTAINER_LISTS.flatMap((list) => objectsIn(spec[list]));
}

/** In a user namespace of its own, the pod's /proc shows and changes what is its own. Source: `relaxPolicyForUserNamespacePod` of pod-security-admission 0.37.2 */
function containerPrivileges(container: JsonObject, hasOwnUsers: boolean): string[] {
  const dangers: string[] = [];
  const context = container.securityContext;
  const name = typeof container.name === 'string' ? `container \`${container.name}\`` : 'a container';
  if (!isObject(context)) return dangers;
  if (context.privileged === true) dangers.push(`${name} is privileged`);
  if (at(context, 'windowsOptions', 'hostProcess') === true) dangers.push(`${name} is a host process`);
  if (isSet(context.procMount) && context.procMount !== 'Default' && !hasOwnUsers)
    dangers.push(`${name} has an unmasked /proc`);
  if (hasOwnSelinux(context)) dangers.push(`${name} has SELinux options of its own`);
  const added = stringsIn(at(context, 'capabilities', 'add')).filter(
    (capability) => !HARMLESS_CAPABILITIES.has(plain(capability)),
  );
  if (added.length > 0) dangers.push(`${name} adds ${added.join(', ')}`);
  return dangers;
}

/** Container runtimes take a capability with and without its prefix, in either case. */
function plain(capability: string): string {
  return capability.toUpperCase().replace(/^CAP_/, '');
}

const PROBES = ['livenessProbe', 'readinessProbe', 'startupProbe'] as const;
const HOOKS = ['postStart', 'preStop'] as const;

/**
 * Whether a probe or hook of the spec names a host: the kubelet asks it, from the node's own network, and tells what it answered.
 *
 * Source: `hostProbesAndHostLifecycle` of the Baseline level, https://github.com/kubernetes/pod-security-admission/tree/v0.37.2/policy
 */
export function probedHosts(spec: JsonObject): boolean {
  return containersOf(spec)
    .flatMap((container) => [
      ...PROBES.map((probe) => container[probe]),
      ...HOOKS.map((hook) => at(container, 'lifecycle', hook)),
    ])
    .flatMap((action) => [at(action, 'httpGet', 'host'), at(action, 'tcpSocket', 'host')])
    .some((host) => isSet(host) && host !== '');
}

/** The namespaces of the node that the pod shares. */
export function hostNamespaces(spec: JsonObject): readonly string[] {
  return ['hostNetwork', 'hostPID', 'hostIPC'].filter((key) => spec[key] === true).map((key) => `the pod has ${key}`);
}

/** The volumes that are directories of the node. */
export function hostPaths(spec: JsonObject): readonly string[] {
  return objectsIn(spec.volumes)
    .filter((volume) => isSet(volume.hostPath))
    .map(() => 'the pod mounts a path of the node');
}

/** Whether a field of an object type is given at all. */
export function isSet(value: JsonValue | undefined): boolean {
  return value !== undefined && value !== null;
}
