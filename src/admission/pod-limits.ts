import type { Pod } from './lead-pod.ts';

/** The bounds of a pod that is led. */
export const POD_LIMITS = Object.freeze({
  /** Containers of a pod, with those that begin first: each is given variables and a mount. */
  containersMax: 200,
  /** Variables of all its containers. */
  variablesMax: 10_000,
  /** Mounts of all its containers. */
  mountsMax: 5_000,
  /** Volumes. */
  volumesMax: 500,
});

/**
 * What a pod has too much of, as the end of a sentence; undefined where it is within `POD_LIMITS`.
 *
 * Security: whoever reaches the webhook may ask, and what is added to each container is many times what an empty one takes: this is asked before any of it is made.
 *
 * @throws {TypeError} what should be a list is none
 */
export function tooMuchOf({ spec }: Pod): string | undefined {
  const { containers, initContainers, volumes } = spec ?? {};
  const containersCount = lengthOf(containers) + lengthOf(initContainers);
  // Before the containers are gone through.
  if (containersCount > POD_LIMITS.containersMax) return `more than ${POD_LIMITS.containersMax} containers`;
  const all = [...(containers ?? []), ...(initContainers ?? [])];
  const sumOf = (list: 'env' | 'volumeMounts') => all.reduce((sum, each) => sum + lengthOf(each[list]), 0);
  if (sumOf('env') > POD_LIMITS.variablesMax) return `more than ${POD_LIMITS.variablesMax} variables`;
  if (sumOf('volumeMounts') > POD_LIMITS.mountsMax) return `more than ${POD_LIMITS.mountsMax} mounts`;
  if (lengthOf(volumes) > POD_LIMITS.volumesMax) return `more than ${POD_LIMITS.volumesMax} volumes`;
  return undefined;
}

function lengthOf(list: unknown): number {
  if (list === undefined || list === null) return 0;
  if (!Array.isArray(list)) throw new TypeError('expected lists of containers, variables, mounts and volumes');
  return list.length;
}
