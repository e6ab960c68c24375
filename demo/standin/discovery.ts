/** /api and /apis: the aggregated form (apidiscovery.k8s.io/v2) where it is asked for, and the old one, both made of the kinds as they are now. */

import { createHash } from 'node:crypto';
import type { Group, Kind, Kinds } from './kinds.ts';
import { clauses } from './negotiate.ts';
import type { Json, JsonObject } from './object.ts';
import { StatusError } from './status.ts';

export interface Document {
  readonly contentType: string;
  readonly etag?: string;
  readonly body: JsonObject;
}

const aggregatedType = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/**
 * The document at a discovery path; undefined where the path is none of discovery's.
 *
 * @throws {StatusError} 406
 */
export function discoveryDocument(
  kinds: Kinds,
  path: string,
  accept: string | undefined,
  host: string,
): Document | undefined {
  const [root, group, version, ...rest] = path.replace(/^\/|\/$/g, '').split('/');
  if (rest.length > 0) return undefined;
  if (root === 'api' && version === undefined) {
    if (group === undefined)
      return negotiatedRoot(
        kinds.groups().filter((each) => each.name === ''),
        accept,
        coreVersions(host),
      );
    return group === 'v1'
      ? plain(
          resourceList(
            kinds.all().filter((each) => each.group === '' && each.version === group),
            group,
          ),
        )
      : undefined;
  }
  if (root !== 'apis') return undefined;
  const named = kinds.groups().filter((each) => each.name !== '');
  if (group === undefined)
    return negotiatedRoot(named, accept, { kind: 'APIGroupList', apiVersion: 'v1', groups: named.map(apiGroup) });
  const found = named.find((each) => each.name === group);
  if (found === undefined) return undefined;
  if (version === undefined) return plain({ kind: 'APIGroup', apiVersion: 'v1', ...apiGroup(found) });
  const those = found.versions.find((each) => each.version === version);
  return those === undefined ? undefined : plain(resourceList(those.kinds, `${group}/${version}`));
}

function negotiatedRoot(groups: readonly Group[], accept: string | undefined, old: JsonObject): Document {
  for (const clause of clauses(accept)) {
    const isAggregated = clause.parameters.get('as') === 'APIGroupDiscoveryList';
    if (isAggregated && clause.type === 'application/json' && clause.parameters.get('v') === 'v2') {
      const items = groups.map(aggregated);
      const etag = createHash('sha512').update(JSON.stringify(items)).digest('hex').toUpperCase();
      const body = { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
      return { contentType: aggregatedType, etag: `"${etag}"`, body };
    }
    if (!isAggregated && ['application/json', '*/*', 'application/*'].includes(clause.type)) return plain(old);
  }
  const message = 'only the following media types are accepted: application/json';
  throw new StatusError(406, 'NotAcceptable', message);
}

function plain(body: JsonObject): Document {
  return { contentType: 'application/json', body };
}

function coreVersions(host: string): JsonObject {
  return {
    kind: 'APIVersions',
    versions: ['v1'],
    serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: host }],
  };
}

function apiGroup(group: Group): JsonObject {
  const versions = group.versions.map(({ version }) => ({ groupVersion: `${group.name}/${version}`, version }));
  return { name: group.name, versions, preferredVersion: versions[0] ?? {} };
}

function resourceList(kinds: readonly Kind[], groupVersion: string): JsonObject {
  const resources = kinds.flatMap((kind): JsonObject[] => [
    {
      name: kind.resource,
      singularName: kind.singular,
      namespaced: kind.isNamespaced,
      kind: kind.kind,
      verbs: kind.verbs,
      ...extras(kind),
    },
    ...kind.subresources.map((each) => ({
      name: `${kind.resource}/${each.name}`,
      singularName: '',
      namespaced: kind.isNamespaced,
      ...(each.kind.group === '' && each.kind.version === ''
        ? {}
        : { group: each.kind.group, version: each.kind.version }),
      kind: each.kind.kind,
      verbs: each.verbs,
    })),
  ]);
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources };
}

function extras(kind: Kind): JsonObject {
  return {
    ...(kind.shortNames.length === 0 ? {} : { shortNames: kind.shortNames }),
    ...(kind.categories.length === 0 ? {} : { categories: kind.categories }),
  };
}

function aggregated(group: Group): JsonObject {
  const versions = group.versions.map(({ version, kinds }) => ({
    version,
    resources: kinds.map(aggregatedKind),
    freshness: 'Current',
  }));
  return { metadata: group.name === '' ? {} : { name: group.name }, versions };
}

function aggregatedKind(kind: Kind): JsonObject {
  const own = {
    group: kind.custom === undefined ? '' : kind.group,
    version: kind.custom === undefined ? '' : kind.version,
    kind: kind.kind,
  };
  const subresources = kind.subresources.map(
    (each): Json => ({ subresource: each.name, responseKind: { ...each.kind }, verbs: each.verbs }),
  );
  return {
    resource: kind.resource,
    responseKind: own,
    scope: kind.isNamespaced ? 'Namespaced' : 'Cluster',
    singularResource: kind.singular,
    verbs: kind.verbs,
    ...extras(kind),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

/** All paths that are served, for `/`. */
export function servedPaths(kinds: Kinds): JsonObject {
  const groups = kinds.groups().filter((each) => each.name !== '');
  const paths = groups.flatMap((group) => [
    `/apis/${group.name}`,
    ...group.versions.map((each) => `/apis/${group.name}/${each.version}`),
  ]);
  const rest = ['/healthz', '/livez', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/readyz', '/version'];
  return { paths: ['/api', '/api/v1', '/apis', '/apis/', ...paths.sort(), ...rest] };
}
