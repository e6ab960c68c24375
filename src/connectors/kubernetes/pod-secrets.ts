import type { JsonObject, JsonValue } from '../../model/operation.ts';
import type { PodSecret } from '../connector.ts';
import { isJsonObject } from './is-json-object.ts';

/**
 * The names of the Secrets that a pod's containers are given: by volumes of whatever type, projections, `env` and `envFrom`. What pulls its images
 * is given to the node alone.
 *
 * Told by how the keys end (`secretName`, `secretRef`, `secretKeyRef`, `secret`), so that a type of volume that is new is seen.
 */
export function secretNamesOf(pod: JsonObject): readonly string[] {
  return [...new Set(namesWithin(pod.spec ?? null))];
}

function namesWithin(value: JsonValue): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(namesWithin);
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (key === 'imagePullSecrets') return [];
    if (/secretname$/i.test(key)) return typeof inner === 'string' ? [inner] : [];
    const name = /secret(key)?(ref)?$/i.test(key) && isJsonObject(inner) ? inner.name : undefined;
    return [...(typeof name === 'string' ? [name] : []), ...namesWithin(inner)];
  });
}

/** A Secret with its values decoded; its keys alone say nothing. */
export function podSecretOf(name: string, secret: JsonObject): PodSecret {
  const data = isJsonObject(secret.data) ? Object.values(secret.data) : [];
  const values = data.flatMap((value) => (typeof value === 'string' ? [Buffer.from(value, 'base64')] : []));
  return { name, values };
}
