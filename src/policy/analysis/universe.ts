import { box, type Region } from './box.ts';
import { NONE, someName } from './name-sets.ts';
import type { ClassSet } from './partition.ts';
import { COLLECTION_VERBS, type ResourceWhat, type Space, whatsWhere } from './space.ts';

type Test = (what: ResourceWhat) => boolean;

/**
 * The requests that can be made at all: what is in no namespace is asked for without one, one object by its name, a create without; and a namespace
 * itself is in the namespace of its own name. Of kinds that nobody knows, any of it is possible.
 */
export function universe(space: Space): Region {
  const some = someName(space);
  const of = (...tests: readonly Test[]) =>
    whatsWhere(space, (what) => what.isResource && tests.every((test) => test(what)) && isPossible(what));
  return [
    box({ what: whatsWhere(space, (what) => !what.isResource), namespace: NONE, name: NONE }),
    box({ what: of(isNamespaces, isMany), namespace: NONE }),
    box({ what: of(isNamespaces, isMaking), namespace: NONE, name: NONE }),
    ...classesOf(some).map((set) => box({ what: of(isNamespaces, isOne), namespace: set, name: set })),
    box({ what: of(isObject, isNamespaced, isMany, isDeleting), namespace: some }),
    box({ what: of(isObject, isNamespaced, isMany, not(isDeleting)) }),
    box({ what: of(isObject, isNamespaced, isMaking), namespace: some, name: NONE }),
    box({ what: of(isNamespaced, isOne), namespace: some, name: some }),
    box({ what: of(isObject, isClusterWide, isMany), namespace: NONE }),
    box({ what: of(isObject, isClusterWide, isMaking), namespace: NONE, name: NONE }),
    box({ what: of(isClusterWide, isOne), namespace: NONE, name: some }),
    box({ what: of(not(isKnown), isObject, isMany) }),
    box({ what: of(not(isKnown), isMaking), name: NONE }),
    box({ what: of(not(isKnown), isOne), name: some }),
  ].filter((found) => found !== undefined);
}

const CONNECTED: ReadonlySet<string | undefined> = new Set(['exec', 'attach', 'portforward']);

/** Exec and its like are asked for by GET or POST alone. */
const isPossible: Test = ({ verb, power }) => !CONNECTED.has(power) || verb === 'get' || verb === 'create';
const not =
  (test: Test): Test =>
  (what) =>
    !test(what);
const isKnown: Test = (what) => what.isKnown;
const isNamespaces: Test = ({ apiGroup, resource }) => apiGroup === '' && resource === 'namespaces';
const isObject: Test = ({ subresource }) => subresource === '';
const isNamespaced: Test = (what) => what.isKnown && what.isNamespaced;
const isClusterWide: Test = (what) => what.isKnown && !what.isNamespaced && !isNamespaces(what);
const isMany: Test = ({ verb }) => COLLECTION_VERBS.has(verb);
const isDeleting: Test = ({ verb }) => verb === 'deletecollection';
const isMaking: Test = (what) => what.verb === 'create' && isObject(what);
const isOne: Test = (what) => !isMany(what) && !isMaking(what);

function classesOf(set: ClassSet): readonly ClassSet[] {
  const classes: ClassSet[] = [];
  for (let bit = 1n; bit <= set; bit <<= 1n) if ((set & bit) !== 0n) classes.push(bit);
  return classes;
}
