/*
 * Kubernetes' RBAC objects, as far as they decide; read from whatever a file or a cluster holds, so nothing is believed about them.
 *
 * Source: k8s.io/api/rbac/v1
 */
import type { JsonObject } from '../../model/operation.ts';
import { at, objectsIn, stringsIn } from '../json.ts';
import type { LabelSelector } from '../rule.ts';

export interface RoleRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export interface RbacRole {
  readonly kind: 'Role' | 'ClusterRole';
  /** Empty for a ClusterRole. */
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly rules: readonly RoleRule[];
  /** Selects the ClusterRoles that this one is made of. */
  readonly aggregates: readonly LabelSelector[];
}

export interface RbacSubject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

export interface RbacBinding {
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  /** Empty for a ClusterRoleBinding. */
  readonly namespace: string;
  readonly name: string;
  readonly roleKind: string;
  readonly roleName: string;
  readonly subjects: readonly RbacSubject[];
}

export interface RbacObjects {
  readonly roles: readonly RbacRole[];
  readonly bindings: readonly RbacBinding[];
}

const GROUP = 'rbac.authorization.k8s.io/';

/** The roles and bindings among objects; those in lists too, anything else is passed over. */
export function rbacObjects(objects: readonly JsonObject[]): RbacObjects {
  const flat = objects.flatMap(flatten);
  const own = flat.filter(({ apiVersion }) => typeof apiVersion === 'string' && apiVersion.startsWith(GROUP));
  return {
    roles: own.flatMap((object) =>
      object.kind === 'Role' || object.kind === 'ClusterRole' ? [roleOf(object, object.kind)] : [],
    ),
    bindings: own.flatMap((object) =>
      object.kind === 'RoleBinding' || object.kind === 'ClusterRoleBinding' ? [bindingOf(object, object.kind)] : [],
    ),
  };
}

/** The items of a list in place of it; items of a typed list do not say their kind. */
function flatten(object: JsonObject): readonly JsonObject[] {
  const { kind, apiVersion } = object;
  if (typeof kind !== 'string' || !kind.endsWith('List')) return [object];
  const own = kind.slice(0, -'List'.length);
  const said = own === '' ? {} : { kind: own, ...(apiVersion === undefined ? {} : { apiVersion }) };
  return objectsIn(object.items).flatMap((item) => flatten({ ...said, ...item }));
}

function roleOf(object: JsonObject, kind: RbacRole['kind']): RbacRole {
  const labels = at(object, 'metadata', 'labels');
  return {
    kind,
    namespace: kind === 'Role' ? textAt(object, 'metadata', 'namespace') : '',
    name: textAt(object, 'metadata', 'name'),
    labels: typeof labels === 'object' && labels !== null ? (labels as Readonly<Record<string, string>>) : {},
    rules: objectsIn(object.rules).map((rule) => ({
      verbs: stringsIn(rule.verbs),
      apiGroups: stringsIn(rule.apiGroups),
      resources: stringsIn(rule.resources),
      resourceNames: stringsIn(rule.resourceNames),
      nonResourceURLs: stringsIn(rule.nonResourceURLs),
    })),
    aggregates: objectsIn(at(object, 'aggregationRule', 'clusterRoleSelectors')) as readonly LabelSelector[],
  };
}

function bindingOf(object: JsonObject, kind: RbacBinding['kind']): RbacBinding {
  return {
    kind,
    namespace: kind === 'RoleBinding' ? textAt(object, 'metadata', 'namespace') : '',
    name: textAt(object, 'metadata', 'name'),
    roleKind: textAt(object, 'roleRef', 'kind'),
    roleName: textAt(object, 'roleRef', 'name'),
    subjects: objectsIn(object.subjects).map((subject) => ({
      kind: textAt(subject, 'kind'),
      name: textAt(subject, 'name'),
      namespace: textAt(subject, 'namespace'),
    })),
  };
}

function textAt(object: JsonObject, ...path: readonly string[]): string {
  const value = at(object, ...path);
  return typeof value === 'string' ? value : '';
}
