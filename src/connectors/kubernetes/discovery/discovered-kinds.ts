/*
 * What an API server serves, out of its discovery documents: the aggregated form (one document for /api, one for /apis), and the older one,
 * a document for each group and version. Both are read into one index.
 *
 * Source: https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */

import { DISCOVERY_LIMITS } from './discovery-limits.ts';

/** A kind, or a subresource of one, that the target serves. */
export interface DiscoveredKind {
  /** The kind of the body, as the subresource takes it: `Scale` for `deployments/scale`. */
  readonly kind: string;
  readonly groupVersionKind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly isNamespaced: boolean;
  readonly verbs: readonly string[];
}

/** All that is served, by {@link kindKey}. */
export interface KindIndex {
  readonly kinds: ReadonlyMap<string, DiscoveredKind>;
  /** `GROUP/VERSION` of what is served, also where no resource of it is listed. */
  readonly versions: ReadonlySet<string>;
  /** `GROUP/VERSION` of what could not be asked just now: an aggregated API whose server is down. */
  readonly stale: ReadonlySet<string>;
}

/** An index that grows. */
export class KindIndexBuilder {
  readonly kinds = new Map<string, DiscoveredKind>();
  readonly versions = new Set<string>();
  readonly stale = new Set<string>();

  add(group: string, version: string, resource: string, subresource: string, kind: DiscoveredKind): void {
    if (this.kinds.size >= DISCOVERY_LIMITS.kindsMax) throw new Error(`more than ${DISCOVERY_LIMITS.kindsMax} kinds`);
    this.kinds.set(kindKey(group, version, resource, subresource), kind);
  }
}

/** The key of a kind; no part of it can hold a slash. */
export function kindKey(group: string, version: string, resource: string, subresource: string): string {
  return `${group}/${version}/${resource}/${subresource}`;
}

/** Whether a resource is in namespaces, in whichever version it is served; undefined where it is in none. */
export function isNamespaced({ kinds }: KindIndex, group: string, resource: string): boolean | undefined {
  const [first, last] = [`${group}/`, `/${resource}/`];
  for (const [key, kind] of kinds) if (key.startsWith(first) && key.endsWith(last)) return kind.isNamespaced;
  return undefined;
}

/** A kind that is served, in the version that its server prefers. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly isNamespaced: boolean;
  readonly verbs: readonly string[];
}

/** Each kind once, in the version that is told first, without subresources. */
export function servedKinds({ kinds }: KindIndex): readonly ServedKind[] {
  const served = new Map<string, ServedKind>();
  for (const [key, { isNamespaced, verbs }] of kinds) {
    const [group = '', version = '', resource = '', subresource = ''] = key.split('/');
    if (subresource === '' && !served.has(`${group}/${resource}`))
      served.set(`${group}/${resource}`, { group, version, resource, isNamespaced, verbs });
  }
  return [...served.values()];
}

/** Reads an APIGroupDiscoveryList; of v2 and v2beta1 alike, which have the same fields. */
export function addAggregated(builder: KindIndexBuilder, document: Document): void {
  for (const group of objects(document.items)) {
    const name = text(object(group.metadata).name);
    for (const each of objects(group.versions)) {
      const version = text(each.version);
      (each.freshness === 'Stale' ? builder.stale : builder.versions).add(`${name}/${version}`);
      for (const resource of objects(each.resources)) addAggregatedResource(builder, name, version, resource);
    }
  }
}

function addAggregatedResource(builder: KindIndexBuilder, group: string, version: string, entry: Document): void {
  const resource = text(entry.resource);
  const isNamespaced = entry.scope === 'Namespaced';
  const kindOf = (each: Document) => toKind(group, version, object(each.responseKind), isNamespaced, each.verbs);
  // A resource without a kind stands for subresources alone.
  if (text(object(entry.responseKind).kind) !== '') builder.add(group, version, resource, '', kindOf(entry));
  for (const sub of objects(entry.subresources))
    builder.add(group, version, resource, text(sub.subresource), kindOf(sub));
}

/** Reads an APIResourceList, in which a subresource is an entry `pods/log`. */
export function addResourceList(builder: KindIndexBuilder, group: string, version: string, document: Document): void {
  builder.versions.add(`${group}/${version}`);
  for (const entry of objects(document.resources)) {
    const [resource = '', subresource = '', more] = text(entry.name).split('/');
    if (more === undefined) {
      builder.add(
        group,
        version,
        resource,
        subresource,
        toKind(group, version, entry, entry.namespaced === true, entry.verbs),
      );
    }
  }
}

/** The versions that an APIVersions or APIGroupList document names, each as group and version. */
export function groupVersions(document: Document): readonly { readonly group: string; readonly version: string }[] {
  if (document.kind === 'APIVersions')
    return array(document.versions).map((version) => ({ group: '', version: text(version) }));
  if (document.kind !== 'APIGroupList')
    throw new Error(`a discovery document of kind ${JSON.stringify(document.kind)}`);
  return objects(document.groups).flatMap((group) =>
    objects(group.versions).map(({ version }) => ({ group: text(group.name), version: text(version) })),
  );
}

function toKind(
  group: string,
  version: string,
  named: Document,
  isNamespaced: boolean,
  verbs: unknown,
): DiscoveredKind {
  const kind = text(named.kind);
  const isElsewhere = text(named.version) !== '';
  const groupVersionKind = isElsewhere
    ? { group: text(named.group), version: text(named.version), kind }
    : { group, version, kind };
  return { kind, groupVersionKind, isNamespaced, verbs: array(verbs).map(text) };
}

/** A document, or an object in one, before anything in it was believed. */
export type Document = Readonly<Record<string, unknown>>;

function object(value: unknown): Document {
  return typeof value === 'object' && value !== null ? (value as Document) : {};
}

function array(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function objects(value: unknown): readonly Document[] {
  return array(value).map(object);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
