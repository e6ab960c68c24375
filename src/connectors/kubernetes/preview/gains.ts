/* Who would be able to do what, by a change of roles and bindings. */
import type { JsonObject } from '../../../model/operation.ts';
import type { ShownGain } from '../../../model/shown.ts';
import { objectsAt, textAt, textsAt } from './json-at.ts';
import { LOOK_LIMITS } from './preview-limits.ts';
import type { Reads } from './reads.ts';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';

interface Gains {
  readonly gains?: readonly ShownGain[];
  readonly missing: readonly string[];
}

/** `before`: as it is now, null where it is made. */
export async function gainsOf(
  reads: Reads,
  resource: string,
  namespace: string,
  before: JsonObject | null,
  after: JsonObject,
): Promise<Gains> {
  return resource.endsWith('bindings')
    ? bindingGains(reads, namespace, before, after)
    : roleGains(reads, resource, namespace, before, after);
}

/** Whoever is bound newly may what the role says. */
async function bindingGains(
  reads: Reads,
  namespace: string,
  before: JsonObject | null,
  after: JsonObject,
): Promise<Gains> {
  const isSameRole = before !== null && JSON.stringify(before.roleRef) === JSON.stringify(after.roleRef);
  const had = new Set(isSameRole ? subjectsOf(before) : []);
  const who = subjectsOf(after).filter((subject) => !had.has(subject));
  if (who.length === 0) return { missing: [] };
  const [kind, name] = [textAt(after, 'roleRef', 'kind'), textAt(after, 'roleRef', 'name')];
  const role = await reads.get(
    kind === 'ClusterRole' ? `${RBAC}/clusterroles/${name}` : `${RBAC}/namespaces/${namespace}/roles/${name}`,
  );
  if (role === null)
    return { gains: [{ who, may: [] }], missing: [`what ${kind} \`${name}\` gives: it is not there yet`] };
  if (typeof role === 'string')
    return { gains: [{ who, may: [] }], missing: [`what ${kind} \`${name}\` gives: its caller may not get it`] };
  return { gains: [{ who, may: mayOf(role) }], missing: [] };
}

/** Whoever is bound to the role may what is new in it. */
async function roleGains(
  reads: Reads,
  resource: string,
  namespace: string,
  before: JsonObject | null,
  after: JsonObject,
): Promise<Gains> {
  const had = new Set(before === null ? [] : mayOf(before));
  const may = mayOf(after).filter((rule) => !had.has(rule));
  if (may.length === 0) return { missing: [] };
  const [name, isCluster] = [textAt(after, 'metadata', 'name'), resource === 'clusterroles'];
  const paths = isCluster
    ? [`${RBAC}/clusterrolebindings`, `${RBAC}/rolebindings`]
    : [`${RBAC}/namespaces/${namespace}/rolebindings`];
  const lists = await Promise.all(paths.map((path) => reads.list(path)));
  const bound = lists
    .flatMap((list) => (typeof list === 'string' ? [] : list.items))
    .filter(
      ({ roleRef }) =>
        textAt(roleRef, 'name') === name && textAt(roleRef, 'kind') === (isCluster ? 'ClusterRole' : 'Role'),
    );
  const who = [...new Set(bound.flatMap(subjectsOf))];
  const missing = lists.some((list) => typeof list === 'string')
    ? ['who is bound to it: its caller may not list bindings, or they were not told in time']
    : [];
  return { gains: [{ who: who.slice(0, LOOK_LIMITS.toldMax), may }], missing };
}

function subjectsOf(binding: JsonObject): readonly string[] {
  return objectsAt(binding, 'subjects').map((subject) => {
    const namespace = textAt(subject, 'namespace');
    return `${textAt(subject, 'kind')} ${namespace === '' ? '' : `${namespace}/`}${textAt(subject, 'name')}`;
  });
}

/** The rules of a role, in words. */
function mayOf(role: JsonObject): readonly string[] {
  return objectsAt(role, 'rules').map((rule) => {
    const urls = textsAt(rule, 'nonResourceURLs');
    const groups = textsAt(rule, 'apiGroups').filter((group) => group !== '');
    const names = textsAt(rule, 'resourceNames');
    const what = urls.length > 0 ? urls : textsAt(rule, 'resources');
    const of = groups.length === 0 ? '' : ` of ${groups.join(', ')}`;
    return `${textsAt(rule, 'verbs').join(', ')} ${what.join(', ')}${of}${names.length === 0 ? '' : ` named ${names.join(', ')}`}`;
  });
}
