import type { JsonObject, JsonValue } from '../../model/operation.ts';
import { anyGlob } from '../glob.ts';
import { at, isArray, isObject, objectsIn } from '../json.ts';

import { isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';
import { containersOf } from './pod-dangers.ts';
import { COVERS, PLAIN, pod, podSpecIs } from './workloads.ts';
import { bringsIn } from './written.ts';

export const secretMountGuard: Guard = {
  id: 'secret-mount',
  passesNamed: true,
  reason:
    'its pods would be given a Secret that no rule names, and whoever makes a pod can have it print what it was given',
  advice: 'ask for a rule that names the Secret under `mountableSecrets`',
  covers: `${COVERS}: every Secret that volumes, \`env\`, \`envFrom\` and \`imagePullSecrets\` name; \`imagePullSecrets\` of service accounts; every Secret that persistent volumes name; but those that a matching rule names under \`mountableSecrets\``,
  stops: pod({ containers: [{ ...PLAIN, envFrom: [{ secretRef: { name: 'database' } }] }] }),
  passes: pod({ containers: [{ ...PLAIN, envFrom: [{ configMapRef: { name: 'database' } }] }] }),
  test: (question, context) => {
    const isForeign = (names: readonly string[]) => names.length > 0 && !names.every(anyGlob(context.mountableSecrets));
    const isWhole = (resource: string) =>
      isKind(question.operation, '', resource) && question.operation.subresource === '';
    if (isWhole('serviceaccounts'))
      return bringsIn(question, [], (account) => isForeign(namesIn(account.imagePullSecrets)));
    // The driver of a volume is given the Secret, of any namespace, and told whom to show it to.
    if (isWhole('persistentvolumes')) return bringsIn(question, ['spec'], (spec) => isForeign(secretsWithin(spec)));
    return podSpecIs(question, context, (spec) => isForeign(secretsOf(spec)));
  },
};

/** The names of all Secrets that a pod spec, or a part of one, names. */
export function secretsOf(spec: JsonObject): readonly string[] {
  return [
    ...objectsIn(spec.volumes).flatMap(secretsWithin),
    ...namesIn(spec.imagePullSecrets),
    ...containersOf(spec).flatMap(({ env, envFrom }) => [
      ...objectsIn(env).flatMap((variable) => nameOf(at(variable, 'valueFrom', 'secretKeyRef'))),
      ...objectsIn(envFrom).flatMap((source) => nameOf(source.secretRef)),
    ]),
  ];
}

/**
 * The Secrets that a volume names, of whatever type it is: `secret` and its `secretName`, `secret` of a projection, `secretRef`, `nodePublishSecretRef` and
 * `secretName` of drivers. Told by these keys alone, so that a type of volume that is new is seen.
 */
function secretsWithin(value: JsonValue): readonly string[] {
  if (isArray(value)) return value.flatMap(secretsWithin);
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    if (/secretname$/i.test(key)) return typeof inner === 'string' ? [inner] : [];
    const named = /secret(ref)?$/i.test(key) ? nameOf(inner) : [];
    return [...named, ...secretsWithin(inner)];
  });
}

function namesIn(references: JsonValue | undefined): readonly string[] {
  return objectsIn(references).flatMap(nameOf);
}

function nameOf(reference: JsonValue | undefined): readonly string[] {
  const name = at(reference, 'name');
  return typeof name === 'string' ? [name] : [];
}
