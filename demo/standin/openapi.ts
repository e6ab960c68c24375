/**
 * /openapi/v3 (one document per group and version, each with its hash) and /openapi/v2 (one for all, as JSON). The schemas are the API
 * server's; of the paths, what clients read is there: which kind a path takes, and which options a patch of it knows.
 */

import { createHash } from 'node:crypto';
import { apiVersionOf, type Kind, type Kinds } from './kinds.ts';
import type { Json, JsonObject } from './object.ts';
import { type Schema, schemaNameOf, schemas } from './schema.ts';

export interface OpenApiDocument {
  readonly text: string;
  readonly hash: string;
}

/** The list of documents, each at an address that changes with its content. */
export function openApiIndex(kinds: Kinds): JsonObject {
  const paths = groupPaths(kinds).map((path): [string, Json] => {
    const hash = openApiV3(kinds, path)?.hash ?? '';
    return [path, { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` }];
  });
  return { paths: Object.fromEntries(paths) };
}

/** The document of a group and version (`apis/apps/v1`); undefined where it is not served. */
export function openApiV3(kinds: Kinds, path: string): OpenApiDocument | undefined {
  const [, group = '', version = ''] = /^(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path) ?? [];
  const own = kinds.all().filter((each) => each.group === group && each.version === version);
  if (own.length === 0) return undefined;
  const components: Record<string, unknown> = {};
  for (const kind of own) addSchemas(kind, components);
  const paths = Object.fromEntries(own.flatMap((kind) => pathsOf(kind)));
  return hashed({
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: '1.35' },
    paths,
    components: { schemas: components },
  });
}

export function openApiV2(kinds: Kinds): OpenApiDocument {
  const components: Record<string, unknown> = {};
  for (const kind of kinds.all()) addSchemas(kind, components);
  const text = JSON.stringify({ definitions: components }).replaceAll('"#/components/schemas/', '"#/definitions/');
  const { definitions } = JSON.parse(text);
  const paths = Object.fromEntries(kinds.all().flatMap((kind) => pathsOf(kind)));
  return hashed({ swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.35.4' }, paths, definitions });
}

function hashed(document: object): OpenApiDocument {
  const text = JSON.stringify(document);
  return { text, hash: createHash('sha512').update(text).digest('hex').toUpperCase() };
}

function groupPaths(kinds: Kinds): readonly string[] {
  return kinds
    .groups()
    .flatMap((group) =>
      group.versions.map(({ version }) => (group.name === '' ? `api/${version}` : `apis/${group.name}/${version}`)),
    );
}

/** The kind's schema and all that it reaches. */
function addSchemas(kind: Kind, into: Record<string, unknown>): void {
  const name = schemaName(kind);
  if (name === undefined) return;
  const visit = (each: string, schema: Schema | undefined): void => {
    if (schema === undefined || each in into) return;
    into[each] = schema;
    for (const [, next = ''] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g))
      visit(next, schemas[next]);
  };
  visit(name, kind.schema);
  if (kind.verbs.includes('delete')) visit(deleteOptions, schemas[deleteOptions]);
}

const deleteOptions = 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions';

function schemaName(kind: Kind): string | undefined {
  if (kind.custom === undefined) return schemaNameOf(kind.group, kind.version, kind.kind);
  return `${kind.group.split('.').reverse().join('.')}.${kind.version}.${kind.kind}`;
}

function pathsOf(kind: Kind): readonly (readonly [string, JsonObject])[] {
  const root = kind.group === '' ? `/api/${kind.version}` : `/apis/${apiVersionOf(kind)}`;
  const collection = `${root}/${kind.isNamespaced ? 'namespaces/{namespace}/' : ''}${kind.resource}`;
  const is = { 'x-kubernetes-group-version-kind': { group: kind.group, version: kind.version, kind: kind.kind } };
  const parameter = (name: string): JsonObject => ({
    name,
    in: 'query',
    schema: { type: 'string', uniqueItems: true },
  });
  const writing = [parameter('dryRun'), parameter('fieldManager'), parameter('fieldValidation')];
  const operation = (verb: string, action: string, parameters: readonly JsonObject[] = []): JsonObject =>
    kind.verbs.includes(verb)
      ? { [method[verb] ?? verb]: { 'x-kubernetes-action': action, ...is, parameters, responses: ok } }
      : {};
  const one = {
    ...operation('get', 'get'),
    ...operation('update', 'put', writing),
    ...operation('patch', 'patch', [...writing, parameter('force')]),
    ...operation('delete', 'delete', [parameter('dryRun')]),
  };
  return [
    [collection, { ...operation('list', 'list'), ...operation('create', 'post', writing) }],
    ...(Object.keys(one).length === 0 ? [] : [[`${collection}/{name}`, one] as const]),
  ];
}

const method: { readonly [verb: string]: string } = {
  list: 'get',
  create: 'post',
  get: 'get',
  update: 'put',
  patch: 'patch',
  delete: 'delete',
};
const ok = { '200': { description: 'OK' } };
