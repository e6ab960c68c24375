import type { JsonObject } from '../model/operation.ts';
import type { PodFact } from './facts.ts';
import { hostNamespaces, hostPaths, privileges } from './guards/pod-dangers.ts';
import { at, isObject } from './json.ts';

/** What rules and guards ask of a running pod, of the pod itself; one whose spec cannot be read counts as dangerous. */
export function podFact(pod: JsonObject): PodFact {
  const { spec } = pod;
  const labels = at(pod, 'metadata', 'labels');
  const entries = isObject(labels) ? Object.entries(labels) : [];
  return {
    labels: Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string')),
    dangers: isObject(spec)
      ? [...privileges(spec), ...hostNamespaces(spec), ...hostPaths(spec)]
      : ['its spec cannot be read'],
  };
}
