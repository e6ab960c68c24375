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

/** Why containers of the spec run with the powers of the node: a phrase for each; none for an ordinary pod. */
export function privileges(spec: JsonObject): readonly string[] {
  const dangers = containersOf(spec).flatMap((container) => containerPrivileges(container));
  if (at(spec, 'securityContext', 'windowsOptions', 'hostProcess') === true) dangers.push('the pod is a host process');
  return dangers;
}

/** The containers of a spec, of every sort. */
export function containersOf(spec: JsonObject): readonly JsonObject[] {
  return CONTAINER_LISTS.flatMap((list) => objectsIn(spec[list]));
}

function containerPrivileges(container: JsonObject): string[] {
  const dangers: string[] = [];
  const context = container.securityContext;
  const name = typeof container.name === 'string' ? `container \`${container.name}\`` : 'a container';
  if (!isObject(context)) return dangers;
  if (context.privileged === true) dangers.push(`${name} is privileged`);
  if (at(context, 'windowsOptions', 'hostProcess') === true) dangers.push(`${name} is a host process`);
  if (context.procMount === 'Unmasked') dangers.push(`${name} has an unmasked /proc`);
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
