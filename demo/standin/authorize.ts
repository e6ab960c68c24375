/**
 * Who may what: the RBAC objects that are in the stand-in, read as the API server reads them. One thing is ours: with `impersonatedMayAll`
 * (the default) whoever is impersonated may do anything, so that what is refused in the demo is refused by the gateway. Privilege escalation
 * checks on writing roles are left out.
 */

import type { Identity, Requester } from './authenticate.ts';
import type { Kind, Kinds } from './kinds.ts';
import type { JsonObject, KubeObject } from './object.ts';
import { at, listAt, textAt } from './object.ts';
import type { RequestInfo } from './request.ts';
import { forbidden, StatusError } from './status.ts';
import type { Store } from './store.ts';

export interface Access {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** Set for what is no resource; the rest is then empty. */
  readonly path: string;
}

export interface Judge {
  readonly store: Store;
  readonly kinds: Kinds;
  readonly impersonatedMayAll: boolean;
}

const rbac = 'rbac.authorization.k8s.io';
const openPaths = [
  '/healthz',
  '/livez',
  '/readyz',
  '/version',
  '/version/',
  '/api',
  '/api/*',
  '/apis',
  '/apis/*',
  '/openapi',
  '/openapi/*',
];

/** Why it is allowed; undefined where nothing allows it. */
export function allowedBecause(judge: Judge, who: Requester, access: Access): string | undefined {
  if (who.groups.includes('system:masters')) return '';
  if (judge.impersonatedMayAll && who.impersonator !== undefined)
    return 'the stand-in lets impersonated users do everything';
  if (access.path !== '' && access.verb === 'get' && openPaths.some((path) => covers(path, access.path)))
    return 'discovery is open';
  if (/^selfsubject(access|rules)?reviews$/.test(access.resource) && access.verb === 'create')
    return 'RBAC: allowed by system:basic-user';
  for (const { rules, binding } of bindingsOf(judge, who, access.namespace)) {
    if (rules.some((rule) => ruleAllows(rule, access))) return `RBAC: allowed by ${binding}`;
  }
  return undefined;
}

/** @throws {StatusError} 403 in the API server's words */
export function authorize(judge: Judge, who: Requester, info: RequestInfo): void {
  const access = accessOf(info);
  if (allowedBecause(judge, who, access) !== undefined) return;
  const user = `User ${JSON.stringify(who.username)}`;
  if (!info.isResourceRequest) {
    throw new StatusError(
      403,
      'Forbidden',
      `forbidden: ${user} cannot ${info.verb} path ${JSON.stringify(info.path)}`,
      {},
    );
  }
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  const where = info.namespace === '' ? 'at the cluster scope' : `in the namespace "${info.namespace}"`;
  const why = `${user} cannot ${info.verb} resource "${resource}" in API group "${info.group}" ${where}`;
  throw forbidden({ group: info.group, kind: info.resource, name: info.name }, why);
}

export function accessOf(info: RequestInfo): Access {
  const { verb, group, resource, subresource, namespace, name } = info;
  if (!info.isResourceRequest)
    return { verb, group: '', resource: '', subresource: '', namespace: '', name: '', path: info.path };
  return { verb, group, resource, subresource, namespace, name, path: '' };
}

/** The rules that reach a requester in a namespace (`''`: cluster-wide only), each with the binding that gives them. */
export function bindingsOf(
  judge: Judge,
  who: Identity,
  namespace: string,
): readonly { rules: readonly JsonObject[]; binding: string }[] {
  const list = (resource: string, inNamespace = ''): readonly KubeObject[] => {
    const kind = judge.kinds.find(rbac, 'v1', resource);
    return kind === undefined ? [] : judge.store.list(kind, inNamespace);
  };
  const bindings = [...list('clusterrolebindings'), ...(namespace === '' ? [] : list('rolebindings', namespace))];
  return bindings
    .filter((binding) =>
      listAt(binding, 'subjects').some((subject) => isSubject(subject, who, textAt(binding, 'metadata', 'namespace'))),
    )
    .map((binding) => {
      const role = roleOf(judge, binding);
      return { rules: listAt(role, 'rules'), binding: `${binding.kind} "${binding.metadata.name}"` };
    });
}

function roleOf(judge: Judge, binding: KubeObject): KubeObject | undefined {
  const reference = at(binding, 'roleRef');
  const isCluster = textAt(reference, 'kind') === 'ClusterRole';
  const kind: Kind | undefined = judge.kinds.find(rbac, 'v1', isCluster ? 'clusterroles' : 'roles');
  if (kind === undefined) return undefined;
  return judge.store.get(kind, isCluster ? '' : (binding.metadata.namespace ?? ''), textAt(reference, 'name'));
}

function isSubject(subject: JsonObject, who: Identity, namespace: string): boolean {
  const name = textAt(subject, 'name');
  if (subject.kind === 'Group') return who.groups.includes(name);
  if (subject.kind === 'User') return who.username === name;
  return who.username === `system:serviceaccount:${textAt(subject, 'namespace') || namespace}:${name}`;
}

function ruleAllows(rule: JsonObject, access: Access): boolean {
  const has = (field: string, ...wanted: readonly string[]): boolean => {
    const values = (rule[field] ?? []) as readonly string[];
    return values.includes('*') || wanted.some((each) => values.includes(each));
  };
  if (!has('verbs', access.verb)) return false;
  if (access.path !== '')
    return ((rule.nonResourceURLs ?? []) as readonly string[]).some((path) => covers(path, access.path));
  const resource = access.subresource === '' ? access.resource : `${access.resource}/${access.subresource}`;
  if (
    !has('apiGroups', access.group) ||
    !has('resources', resource, access.subresource === '' ? resource : `*/${access.subresource}`)
  )
    return false;
  const names = (rule.resourceNames ?? []) as readonly string[];
  return names.length === 0 || names.includes(access.name);
}

function covers(pattern: string, path: string): boolean {
  return pattern === '*' || (pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path);
}
