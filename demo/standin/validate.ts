/**
 * What is wrong with an object, in the API server's words: what its schema requires, names, and the rules that people run into (selectors
 * that do not fit, what cannot be changed). Not all of upstream's validation.
 */

import type { Kind } from './kinds.ts';
import { nameProblems } from './names.ts';
import {
  at,
  isEqual,
  isObject,
  type Json,
  type JsonObject,
  type KubeObject,
  listAt,
  textAt,
  valueAt,
} from './object.ts';
import { resolved, type Schema } from './schema.ts';
import { badRequest, type FieldProblem, forbiddenField, invalid, invalidValue, required } from './status.ts';

/** @throws {StatusError} 422 with each problem, 400 for data that is no base64 */
export function validate(kind: Kind, object: KubeObject, before: KubeObject | undefined): void {
  if (object.kind === 'Secret') checkBase64(object);
  const name = object.metadata.name ?? '';
  const problems: FieldProblem[] = [];
  if (name === '') problems.push(required('metadata.name', 'name or generateName is required'));
  else if (before === undefined) problems.push(...nameProblems(kind, name));
  if (problems.length === 0) {
    problems.push(...labelProblems(object), ...requiredProblems(object, kind.schema, ''), ...workloadProblems(object));
    if (before !== undefined) problems.push(...changeProblems(before, object));
  }
  if (problems.length > 0) throw invalid({ group: kind.group, kind: kind.kind, name }, problems);
}

function checkBase64(object: KubeObject): void {
  for (const value of Object.values(at(object, 'data'))) {
    const text = String(value);
    const position = /^[A-Za-z0-9+/]*/.exec(text)?.[0].length ?? 0;
    const isWhole = /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0;
    if (isWhole) continue;
    throw badRequest(
      `Secret in version "v1" cannot be handled as a Secret: illegal base64 data at input byte ${Math.min(position, text.length - (text.length % 4))}`,
    );
  }
}

function labelProblems(object: KubeObject): readonly FieldProblem[] {
  const words =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
    "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
  return Object.values(object.metadata.labels ?? {})
    .filter((value) => !/^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/.test(value))
    .map((value) => invalidValue('metadata.labels', value, words));
}

function requiredProblems(value: JsonObject, schema: Schema | undefined, path: string): readonly FieldProblem[] {
  const whole = resolved(schema);
  const found: FieldProblem[] = [];
  for (const field of whole?.required ?? []) {
    const inner = path === '' ? field : `${path}.${field}`;
    const isSaidElsewhere = inner === 'metadata' || inner === 'spec.template' || inner.endsWith('.resources');
    const given = value[field];
    if (given === undefined && !isSaidElsewhere) found.push(required(inner));
    else if (given === '' && /(^|\.)(name|image)$/.test(inner)) found.push(required(inner));
  }
  for (const [field, each] of Object.entries(value)) {
    const known = resolved(whole?.properties?.[field]);
    const inner = path === '' ? field : `${path}.${field}`;
    if (known === undefined || inner === 'metadata' || inner === 'status') continue;
    if (isObject(each)) found.push(...requiredProblems(each, known, inner));
    else if (Array.isArray(each)) {
      (each as readonly Json[]).forEach((item, index) => {
        if (isObject(item)) found.push(...requiredProblems(item, known.items, `${inner}[${index}]`));
      });
    }
  }
  return found;
}

const withTemplate = ['Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet'];

function workloadProblems(object: KubeObject): readonly FieldProblem[] {
  const found: FieldProblem[] = [];
  const replicas = valueAt(object, 'spec', 'replicas');
  if (typeof replicas === 'number' && replicas < 0) {
    found.push(invalidValue('spec.replicas', replicas, 'must be greater than or equal to 0'));
  }
  const isTemplated = withTemplate.includes(object.kind);
  const [spec, path] =
    object.kind === 'Pod'
      ? [at(object, 'spec'), 'spec']
      : [at(object, 'spec', 'template', 'spec'), 'spec.template.spec'];
  if (isTemplated || object.kind === 'Pod' || object.kind === 'Job') found.push(...podProblems(spec, path));
  if (!isTemplated) return found;
  const [selector, labels] = [
    at(object, 'spec', 'selector', 'matchLabels'),
    at(object, 'spec', 'template', 'metadata', 'labels'),
  ];
  const isMatching = Object.entries(selector).every(([key, value]) => labels[key] === value);
  if (valueAt(object, 'spec', 'selector') !== undefined && !isMatching) {
    found.push(invalidValue('spec.template.metadata.labels', labels, '`selector` does not match template `labels`'));
  }
  return found;
}

function podProblems(spec: JsonObject, path: string): readonly FieldProblem[] {
  const containers = listAt(spec, 'containers');
  if (containers.length === 0)
    return valueAt(spec, 'containers') === undefined && path === 'spec' ? [] : [required(`${path}.containers`)];
  return containers.flatMap((container, index) =>
    textAt(container, 'image') === '' ? [required(`${path}.containers[${index}].image`)] : [],
  );
}

const podChanges =
  'pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,' +
  '`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

function changeProblems(before: KubeObject, after: KubeObject): readonly FieldProblem[] {
  const found: FieldProblem[] = [];
  const fixed = (...path: readonly string[]): void => {
    const [old, now] = [valueAt(before, ...path), valueAt(after, ...path)];
    if (!isEqual(old, now)) found.push(invalidValue(path.join('.'), now ?? null, 'field is immutable'));
  };
  if (['Deployment', 'ReplicaSet', 'DaemonSet'].includes(after.kind)) fixed('spec', 'selector');
  if (after.kind === 'Job') fixed('spec', 'template');
  if (after.kind.endsWith('RoleBinding') && !isEqual(before.roleRef, after.roleRef)) {
    const { apiGroup: APIGroup, kind: Kind, name: Name } = at(after, 'roleRef');
    found.push(invalidValue('roleRef', { APIGroup, Kind, Name }, 'cannot change roleRef'));
  }
  if (after.kind === 'Secret') fixed('type');
  if (['Secret', 'ConfigMap'].includes(after.kind) && before.immutable === true && !isEqual(before.data, after.data)) {
    found.push(forbiddenField('data', 'field is immutable when `immutable` is set'));
  }
  if (after.kind === 'Pod' && !isEqual(fixedPodSpec(before), fixedPodSpec(after)))
    found.push(forbiddenField('spec', podChanges));
  return found;
}

function fixedPodSpec(pod: KubeObject): JsonObject {
  const { activeDeadlineSeconds: _, tolerations: __, terminationGracePeriodSeconds: ___, ...spec } = at(pod, 'spec');
  const withoutImage = (container: JsonObject): JsonObject => ({ ...container, image: '' });
  const [containers, initContainers] = [
    listAt(spec, 'containers').map(withoutImage),
    listAt(spec, 'initContainers').map(withoutImage),
  ];
  return { ...spec, containers, initContainers };
}
