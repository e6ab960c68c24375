/** The kinds that are served: those built in, from the recorded discovery, and those that custom resource definitions add while it runs. */

import { readFileSync } from 'node:fs';
import type { Json, JsonObject, KubeObject } from './object.ts';
import { at, listAt, textAt, valueAt } from './object.ts';
import { metadataSchemaName, type Schema, schemaNameOf, schemas } from './schema.ts';

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly isNamespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly subresources: readonly Subresource[];
  readonly schema: Schema | undefined;
  /** From a custom resource definition: its own printer columns. */
  readonly custom?: { readonly columns: readonly JsonObject[]; readonly openapi: Schema };
}

export interface Subresource {
  readonly name: string;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly verbs: readonly string[];
}

/** One group and the versions of it, as discovery lists them. */
export interface Group {
  readonly name: string;
  readonly versions: readonly { readonly version: string; readonly kinds: readonly Kind[] }[];
}

/** `deployments.apps`, `pods`: what a Status, a column table and the store call a resource. */
export function resourceName(kind: Pick<Kind, 'group' | 'resource'>): string {
  return kind.group === '' ? kind.resource : `${kind.resource}.${kind.group}`;
}

export function apiVersionOf(kind: Pick<Kind, 'group' | 'version'>): string {
  return kind.group === '' ? kind.version : `${kind.group}/${kind.version}`;
}

export class Kinds {
  readonly #kinds: Kind[] = builtIn();

  /** All kinds, built-in ones first. */
  all(): readonly Kind[] {
    return this.#kinds;
  }

  find(group: string, version: string, resource: string): Kind | undefined {
    return this.#kinds.find((each) => each.resource === resource && each.group === group && each.version === version);
  }

  /** The kind that an owner reference or a body names. */
  named(apiVersion: string, kind: string): Kind | undefined {
    return this.#kinds.find((each) => each.kind === kind && apiVersionOf(each) === apiVersion);
  }

  isServed(group: string, version?: string): boolean {
    return this.#kinds.some((each) => each.group === group && (version === undefined || each.version === version));
  }

  /** The core group first, then the others as they came. */
  groups(): readonly Group[] {
    const names = [...new Set(this.#kinds.map((each) => each.group))];
    return names.map((name) => {
      const kinds = this.#kinds.filter((each) => each.group === name);
      const versions = [...new Set(kinds.map((each) => each.version))];
      return {
        name,
        versions: versions.map((version) => ({ version, kinds: kinds.filter((each) => each.version === version) })),
      };
    });
  }

  /** Serves what a definition defines from now on; an earlier state of the same definition is replaced. */
  define(definition: KubeObject): void {
    this.undefine(definition);
    for (const version of listAt(definition, 'spec', 'versions')) {
      if (version.served === true) this.#kinds.push(customKind(definition, version));
    }
  }

  undefine(definition: KubeObject): void {
    const [group, resource] = [textAt(definition, 'spec', 'group'), textAt(definition, 'spec', 'names', 'plural')];
    for (let index = this.#kinds.length - 1; index >= 0; index -= 1) {
      const kind = this.#kinds[index];
      if (kind?.custom !== undefined && kind.group === group && kind.resource === resource)
        this.#kinds.splice(index, 1);
    }
  }
}

function builtIn(): Kind[] {
  const groups: Json = JSON.parse(readFileSync(new URL('data/discovery.json', import.meta.url), 'utf8'));
  return (groups as readonly JsonObject[]).flatMap((group) =>
    listAt(group, 'versions').flatMap((version) =>
      listAt(version, 'resources').map((resource) => {
        const [name, versionName] = [textAt(group, 'metadata', 'name'), textAt(version, 'version')];
        const kind = textAt(resource, 'responseKind', 'kind');
        const schemaName = schemaNameOf(name, versionName, kind);
        return {
          group: name,
          version: versionName,
          resource: textAt(resource, 'resource'),
          singular: textAt(resource, 'singularResource'),
          kind,
          isNamespaced: resource.scope === 'Namespaced',
          verbs: strings(resource.verbs),
          shortNames: strings(resource.shortNames),
          categories: strings(resource.categories),
          subresources: listAt(resource, 'subresources').map((each) => ({
            name: textAt(each, 'subresource'),
            kind: {
              group: textAt(each, 'responseKind', 'group'),
              version: textAt(each, 'responseKind', 'version'),
              kind: textAt(each, 'responseKind', 'kind'),
            },
            verbs: strings(each.verbs),
          })),
          schema: schemaName === undefined ? undefined : schemas[schemaName],
        };
      }),
    ),
  );
}

const customVerbs = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];

function customKind(definition: KubeObject, version: JsonObject): Kind {
  const names = at(definition, 'spec', 'names');
  const [group, name, kind] = [textAt(definition, 'spec', 'group'), textAt(version, 'name'), textAt(names, 'kind')];
  const given = at(version, 'schema', 'openAPIV3Schema') as Schema;
  const openapi: Schema = {
    ...given,
    properties: {
      ...given.properties,
      apiVersion: { type: 'string' },
      kind: { type: 'string' },
      metadata: { $ref: `#/components/schemas/${metadataSchemaName}` },
    },
    'x-kubernetes-group-version-kind': [{ group, version: name, kind }],
  };
  const own = { group, version: name, kind };
  const hasStatus = valueAt(version, 'subresources', 'status') !== undefined;
  return {
    ...own,
    resource: textAt(names, 'plural'),
    singular: textAt(names, 'singular') || kind.toLowerCase(),
    isNamespaced: textAt(definition, 'spec', 'scope') === 'Namespaced',
    verbs: customVerbs,
    shortNames: strings(names.shortNames),
    categories: strings(names.categories),
    subresources: hasStatus ? [{ name: 'status', kind: own, verbs: ['get', 'patch', 'update'] }] : [],
    schema: openapi,
    custom: { columns: listAt(version, 'additionalPrinterColumns'), openapi },
  };
}

function strings(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}
