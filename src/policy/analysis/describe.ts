/*
 * A region in words. What follows from the operation is not said: that an object is asked for by its name, that a node is in no namespace. Boxes that then read
 * alike are joined.
 */
import { type Box, intersectBoxes, type Region, simplify } from './box.ts';
import { describeSet } from './describe-set.ts';
import { describeWhats } from './describe-whats.ts';
import { NONE, someName } from './name-sets.ts';
import type { ClassSet } from './partition.ts';
import { COLLECTION_VERBS, type Space, type What, whatsWhere } from './space.ts';

/** A box in words; an empty text is a dimension that is not narrowed. */
export interface Described {
  readonly callers: string;
  readonly targets: string;
  readonly operations: string;
  readonly namespaces: string;
  readonly names: string;
}

/** Each box of the region in words, in order; the region must exist: it lies in the universe of its space. */
export function describe(space: Space, region: Region): readonly Described[] {
  const sorts = sortsOf(space);
  const plain = region.flatMap((each) => sorts.flatMap((sort) => plainBox(space, each, sort)));
  return simplify(plain, space.full)
    .map((each) => describeBox(space, each))
    .sort((a, b) => (Object.values(a).join('|') < Object.values(b).join('|') ? -1 : 1));
}

/** Operations of which the same goes without saying. */
interface Sort {
  readonly what: ClassSet;
  /** The namespaces, and names, that there are for them; undefined where it is not worth saying. */
  readonly namespace: ClassSet | undefined;
  readonly name: ClassSet | undefined;
}

function sortsOf(space: Space): readonly Sort[] {
  const some = someName(space);
  const { full } = space.names;
  const sorts: [Sort['namespace'], Sort['name'], (what: What) => boolean][] = [
    [undefined, undefined, (what) => !what.isResource],
    [undefined, some, (what) => isNamespaces(what) && !isMany(what) && !isMaking(what)],
    [undefined, full, (what) => isNamespaces(what) && isMany(what)],
    [undefined, undefined, (what) => isNamespaces(what) && isMaking(what)],
    [undefined, some, (what) => isClusterWide(what) && !isMany(what) && !isMaking(what)],
    [undefined, full, (what) => isClusterWide(what) && isMany(what)],
    [undefined, undefined, (what) => isClusterWide(what) && isMaking(what)],
    [some, some, (what) => isNamespaced(what) && !isMany(what) && !isMaking(what)],
    [some, undefined, (what) => isNamespaced(what) && isMaking(what)],
    [some, full, (what) => isNamespaced(what) && what.verb === 'deletecollection'],
    [full, full, (what) => isNamespaced(what) && isMany(what) && what.verb !== 'deletecollection'],
    [full, some, (what) => isUnknown(what) && !isMany(what) && !isMaking(what)],
    [full, full, (what) => isUnknown(what) && isMany(what)],
    [full, undefined, (what) => isUnknown(what) && isMaking(what)],
  ];
  return sorts.map(([namespace, name, test]) => ({ what: whatsWhere(space, test), namespace, name }));
}

const isNamespaces = (what: What) => what.isResource && what.apiGroup === '' && what.resource === 'namespaces';
const isMany = (what: What) => COLLECTION_VERBS.has(what.verb);
const isMaking = (what: What) => what.isResource && what.verb === 'create' && what.subresource === '';
const isUnknown = (what: What) => what.isResource && !what.isKnown;
const isNamespaced = (what: What) => what.isResource && what.isKnown && what.isNamespaced && !isNamespaces(what);
const isClusterWide = (what: What) => what.isResource && what.isKnown && !what.isNamespaced && !isNamespaces(what);

function plainBox(space: Space, each: Box, sort: Sort): Region {
  const within = intersectBoxes(each, new Map([['what', sort.what]]));
  if (sort.what === 0n || within === undefined) return [];
  const plain = new Map(within);
  for (const dimension of ['namespace', 'name'] as const) {
    const own = plain.get(dimension) ?? space.full(dimension);
    const possible = sort[dimension];
    if (possible === undefined || (own & possible) === possible) plain.delete(dimension);
  }
  return [plain];
}

function describeBox(space: Space, each: Box): Described {
  return {
    callers: describeCallers(space, each),
    targets: describeSet(space.targets, each.get('target')),
    operations: describeWhats(space, each.get('what') ?? space.full('what')),
    namespaces: describeName(space, each.get('namespace'), 'all at once'),
    names: describeName(space, each.get('name'), 'none given'),
  };
}

function describeName(space: Space, set: ClassSet | undefined, none: string): string {
  if (set === undefined) return '';
  if (set === NONE) return none;
  const some = set & ~NONE;
  const text = some === someName(space) ? 'each by itself' : describeSet(space.names, some, NONE);
  return (set & NONE) === 0n ? text : `${text}, or ${none}`;
}

function describeCallers(space: Space, each: Box): string {
  const parts: string[] = [];
  const kind = each.get('kind');
  if (kind !== undefined) parts.push(kind === 1n ? 'autonomous' : 'a person');
  const subject = describeSet(space.subjects, each.get('subject'));
  if (subject !== '') parts.push(`subject ${subject}`);
  const issuer = describeSet(space.issuers, each.get('issuer'));
  if (issuer !== '') parts.push(`issuer ${issuer}`);
  for (const group of space.groups) {
    const set = each.get(`group:${group}`);
    if (set !== undefined) parts.push(set === 2n ? `in ${group}` : `not in ${group}`);
  }
  for (const [key, values] of space.labels) {
    const set = each.get(`label:${key}`);
    if (set === undefined) continue;
    const value = describeSet(values, set >> 1n === 0n ? undefined : set >> 1n);
    const isAbsent = (set & 1n) !== 0n;
    parts.push(
      set === 1n ? `without label ${key}` : `label ${key}=${value === '' ? 'any' : value}${isAbsent ? ' or none' : ''}`,
    );
  }
  return parts.join(', ');
}
