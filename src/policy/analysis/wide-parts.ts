/*
 * What a rule that denies or holds speaks of: the operation in every way that `reading.ts` reads it, for all bodies that it could have.
 *
 * Where a body decides (what an update amounts to, the name of what is created), the part is conditional: it may match, and it may not.
 */
import { matchesRbacUnnamed, type RbacRequest } from '../rbac.ts';
import { isClusterScoped } from '../reading.ts';
import type { Rule } from '../rule.ts';
import { box } from './box.ts';
import { conditionTexts } from './conditions-of.ts';
import { NONE, nameSet, namespaceSets } from './name-sets.ts';
import type { ClassSet } from './partition.ts';
import { COLLECTION_VERBS, type ResourceWhat, type Space, type What } from './space.ts';
import { type WhatPart, whatParts } from './what-part.ts';
import { asRequest, isOfStream } from './what-request.ts';

/** One way in which an operation can be read. */
interface WideReading {
  readonly request: RbacRequest;
  /** Namespace and name are the operation's own; its name is the namespace; or any there is. */
  readonly shape: 'itself' | 'contents' | 'any-pod';
  readonly isEquivalent: boolean;
  /** Empty where it is read so always. */
  readonly condition: string;
}

/** What the boxes of an operation depend on, so that operations that are alike share theirs. */
interface Likeness {
  readonly shape: WideReading['shape'];
  readonly many: 'collection' | 'cluster-collection' | 'create' | 'one';
  readonly condition: string;
  readonly isSure: boolean;
}

/** Operations, namespaces and names of a rule that denies or holds. */
export function wideParts(space: Space, rule: Rule): readonly WhatPart[] {
  const sets = new Map<string, ClassSet>();
  space.whats.forEach((what, i) => {
    for (const reading of wideReadings(what)) {
      const likeness = likenessOf(rule, what, reading);
      if (likeness === undefined) continue;
      const key = JSON.stringify(likeness);
      sets.set(key, (sets.get(key) ?? 0n) | (1n << BigInt(i)));
    }
  });
  return [...sets].flatMap(([key, what]) => shapedParts(space, rule, what, JSON.parse(key) as Likeness));
}

function wideReadings(what: What): readonly WideReading[] {
  const own: WideReading = { request: asRequest(what), shape: 'itself', isEquivalent: false, condition: '' };
  if (!what.isResource) return [own];
  const found = [own];
  const asDelete = {
    request: asRequest(what, { verb: 'delete', subresource: '', power: undefined }),
    isEquivalent: true,
  };
  const amounts = amountsToDelete(what);
  const condition = amounts === 'maybe' ? 'it amounts to a delete' : '';
  if (amounts !== 'never') found.push({ ...asDelete, shape: 'itself', condition });
  if (what.apiGroup === '' && what.resource === 'namespaces') {
    const isPlain = what.subresource === '' && (what.verb === 'delete' || what.verb === 'deletecollection');
    const isSure = isPlain || what.power === 'finalize';
    if (isSure || amounts !== 'never')
      found.push({ ...asDelete, shape: 'contents', condition: isSure ? '' : condition });
  }
  if (what.power === 'attach' || what.power === 'ephemeralcontainers' || what.power === 'nodes-proxy') {
    const exec = { verb: 'create', apiGroup: '', resource: 'pods', subresource: 'exec', power: 'exec' } as const;
    const shape = what.power === 'nodes-proxy' ? 'any-pod' : 'itself';
    found.push({ request: asRequest(what, exec), shape, isEquivalent: true, condition: '' });
  }
  return found;
}

/** Whether the operation equals a delete: by its path alone, by what its body may hold, or never. */
function amountsToDelete({ verb, apiGroup, resource, subresource, power }: ResourceWhat): 'always' | 'maybe' | 'never' {
  if (verb === 'deletecollection' || power === 'finalize') return 'always';
  if (apiGroup === '' && resource === 'pods' && subresource === 'eviction' && verb === 'create') return 'always';
  return verb === 'update' || verb === 'patch' ? 'maybe' : 'never';
}

function likenessOf(
  rule: Rule,
  what: What,
  { request, shape, isEquivalent, condition }: WideReading,
): Likeness | undefined {
  if (isEquivalent && !rule.equivalents) return undefined;
  if (shape === 'contents' ? !deletesContents(rule) : !matchesRbacUnnamed(rule, request, 'wildcard')) return undefined;
  const isExecReading = isEquivalent && request.power === 'exec';
  if (!isOfStream(rule, what, isExecReading)) return undefined;
  // What only amounts to an exec has no command that `exec` could ask about: it matches.
  const isBlind = isExecReading && what.isResource && what.power !== 'attach';
  const isSure = isBlind && rule.exec !== undefined && conditionTexts(rule).length === 1;
  return { shape, many: manyOf(what), condition, isSure };
}

function manyOf(what: What): Likeness['many'] {
  if (!what.isResource) return 'one';
  if (!COLLECTION_VERBS.has(what.verb)) return what.verb === 'create' ? 'create' : 'one';
  const isNamespaces = what.apiGroup === '' && what.resource === 'namespaces';
  return isClusterScoped(what) && !isNamespaces ? 'cluster-collection' : 'collection';
}

function shapedParts(space: Space, rule: Rule, what: ClassSet, likeness: Likeness): readonly WhatPart[] {
  const { shape, many, condition, isSure } = likeness;
  const extra = condition === '' ? [] : [condition];
  if (shape === 'any-pod') return whatParts(box({ what }), extra, isSure);
  const name = nameSet(space, rule);
  const isCollection = many === 'collection' || many === 'cluster-collection';
  return namespaceSets(space, rule).flatMap(({ set, conditions }) => {
    const all = [...conditions, ...extra];
    if (shape === 'contents')
      return whatParts(box({ what, name: set === undefined ? undefined : set | NONE }), all, isSure);
    const nameless = box({ what, namespace: set, name: NONE });
    const inBody = [...all, 'the name in its body is one of the rule’s'];
    return [
      ...whatParts(box({ what, namespace: set, name }), all, isSure),
      ...(name !== undefined && isCollection ? whatParts(nameless, all, isSure) : []),
      ...(name !== undefined && many === 'create' ? whatParts(nameless, inBody) : []),
      ...(set !== undefined && many === 'collection'
        ? whatParts(box({ what, namespace: NONE, name: NONE }), extra, isSure)
        : []),
    ];
  });
}

/** Whether a rule on `delete` speaks of anything that a namespace can hold. */
function deletesContents({ verbs, apiGroups, resources }: Rule): boolean {
  if (!verbs.includes('delete') && !verbs.includes('*')) return false;
  return resources.some(
    (resource) => !resource.includes('/') && apiGroups.some((apiGroup) => !isClusterScoped({ apiGroup, resource })),
  );
}
