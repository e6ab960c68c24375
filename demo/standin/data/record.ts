/*
 * Writes the stand-in's data from a real API server: `node demo/standin/data/record.ts KUBECONFIG` (client certificates).
 *
 * discovery.json is the aggregated discovery, cut down to what the stand-in serves; schemas.json are the OpenAPI v3 schemas that these
 * kinds reach; columns.json are the column definitions of their tables. All three are Kubernetes' own words (Apache-2.0), so explain,
 * validation, merge keys and table headers are the API server's and not ours to get wrong.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';

interface Group {
  metadata: { name?: string };
  versions: { version: string; freshness?: string; resources: Resource[] }[];
}

interface Resource {
  resource: string;
  scope: string;
  verbs: string[];
  responseKind: { kind: string };
  subresources?: { subresource: string }[];
}

type Schemas = Record<string, Record<string, unknown>>;

/** group/version -> resource -> the subresources that the stand-in answers. */
const served: Record<string, Record<string, readonly string[]>> = {
  '/v1': {
    namespaces: ['finalize', 'status'],
    nodes: ['status'],
    pods: ['attach', 'eviction', 'exec', 'log', 'status'],
    services: ['status'],
    configmaps: [],
    secrets: [],
    serviceaccounts: [],
    events: [],
    endpoints: [],
  },
  'apps/v1': {
    deployments: ['scale', 'status'],
    replicasets: ['scale', 'status'],
    statefulsets: ['scale', 'status'],
    daemonsets: ['status'],
  },
  'batch/v1': { jobs: ['status'], cronjobs: ['status'] },
  'networking.k8s.io/v1': { ingresses: ['status'], networkpolicies: [] },
  'discovery.k8s.io/v1': { endpointslices: [] },
  'rbac.authorization.k8s.io/v1': { roles: [], rolebindings: [], clusterroles: [], clusterrolebindings: [] },
  'coordination.k8s.io/v1': { leases: [] },
  'apiextensions.k8s.io/v1': { customresourcedefinitions: ['status'] },
  'authentication.k8s.io/v1': { selfsubjectreviews: [], tokenreviews: [] },
  'authorization.k8s.io/v1': {
    localsubjectaccessreviews: [],
    selfsubjectaccessreviews: [],
    selfsubjectrulesreviews: [],
    subjectaccessreviews: [],
  },
};

/** Kinds that bodies and replies use without a resource of their own. */
const besides = [
  'io.k8s.api.policy.v1.Eviction',
  'io.k8s.api.autoscaling.v1.Scale',
  'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
  'io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Patch',
];

const kubeconfig = parse(readFileSync(process.argv[2] ?? '', 'utf8'));
const server: string = kubeconfig.clusters[0].cluster.server;
const agent = new Agent({
  ca: readFileSync(kubeconfig.clusters[0].cluster['certificate-authority']),
  cert: readFileSync(kubeconfig.users[0].user['client-certificate']),
  key: readFileSync(kubeconfig.users[0].user['client-key']),
});

const groups = [...(await discoveryOf('/api')), ...(await discoveryOf('/apis'))].flatMap(cutDown);
write('discovery.json', groups);
const schemas = await schemasOf(groups);
write('schemas.json', schemas);
write('columns.json', await columnsOf(groups));

async function discoveryOf(path: string): Promise<Group[]> {
  const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
  return ((await get(path, accept)) as { items: Group[] }).items;
}

function cutDown(group: Group): Group[] {
  const versions = group.versions.flatMap((version) => {
    const wanted = served[`${group.metadata.name ?? ''}/${version.version}`];
    if (wanted === undefined) return [];
    const resources = version.resources.flatMap((resource) => {
      const subresources = wanted[resource.resource];
      if (subresources === undefined) return [];
      const { subresources: all = [], ...plain } = resource;
      const kept = all.filter((each) => subresources.includes(each.subresource));
      return [kept.length === 0 ? plain : { ...plain, subresources: kept }];
    });
    return [{ version: version.version, resources, freshness: 'Current' }];
  });
  const name = group.metadata.name;
  return versions.length === 0 ? [] : [{ metadata: name === undefined ? {} : { name }, versions }];
}

async function schemasOf(groups: readonly Group[]): Promise<Schemas> {
  const all: Schemas = {};
  const roots = new Set(besides);
  for (const group of [
    ...groups,
    { metadata: { name: 'policy' }, versions: [{ version: 'v1', resources: [] }] },
    ...[{ metadata: { name: 'autoscaling' }, versions: [{ version: 'v1', resources: [] }] }],
  ]) {
    for (const { version, resources } of group.versions) {
      const name = group.metadata.name ?? '';
      const path = name === '' ? `/api/${version}` : `/apis/${name}/${version}`;
      const document = (await get(`/openapi/v3${path}`)) as { components: { schemas: Schemas } };
      Object.assign(all, document.components.schemas);
      for (const [key, schema] of Object.entries(document.components.schemas)) {
        const kinds = (schema['x-kubernetes-group-version-kind'] ?? []) as {
          group: string;
          version: string;
          kind: string;
        }[];
        const isServed = resources.some((resource) =>
          kinds.some(
            (each) =>
              each.group === name && each.version === version && each.kind.replace(/List$/, '') === kindOf(resource),
          ),
        );
        if (isServed) roots.add(key);
      }
    }
  }
  const reached: Schemas = {};
  const visit = (key: string): void => {
    const schema = all[key];
    if (schema === undefined) throw new Error(`no schema ${key}`);
    if (key in reached) return;
    reached[key] = key.startsWith('io.k8s.apimachinery.pkg.apis.meta.v1.') ? withoutForeignGroups(schema) : schema;
    for (const [, name] of JSON.stringify(schema).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) visit(name ?? '');
  };
  for (const root of roots) visit(root);
  return Object.fromEntries(Object.entries(reached).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** DeleteOptions and the like are listed for every group there is; kept for those served. */
function withoutForeignGroups(schema: Record<string, unknown>): Record<string, unknown> {
  const kinds = schema['x-kubernetes-group-version-kind'] as { group: string; version: string }[] | undefined;
  if (kinds === undefined) return schema;
  const kept = kinds.filter((kind) => `${kind.group}/${kind.version}` in served);
  return { ...schema, 'x-kubernetes-group-version-kind': kept };
}

function kindOf(resource: Resource): string {
  return resource.responseKind.kind;
}

async function columnsOf(groups: readonly Group[]): Promise<Record<string, unknown>> {
  const columns: Record<string, unknown> = {};
  for (const group of groups) {
    for (const { version, resources } of group.versions) {
      for (const { resource, verbs } of resources) {
        if (!verbs.includes('list')) continue;
        const name = group.metadata.name ?? '';
        const path = name === '' ? `/api/${version}/${resource}` : `/apis/${name}/${version}/${resource}`;
        const table = (await get(path, 'application/json;as=Table;v=v1;g=meta.k8s.io')) as {
          columnDefinitions: unknown;
        };
        columns[name === '' ? resource : `${resource}.${name}`] = table.columnDefinitions;
      }
    }
  }
  return columns;
}

function get(path: string, accept = 'application/json'): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, server), { agent, headers: { accept } }, async (reply) => {
      const chunks: Buffer[] = [];
      for await (const chunk of reply) chunks.push(chunk);
      if (reply.statusCode !== 200) reject(new Error(`${path}: ${reply.statusCode}`));
      else resolve(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    });
    sent.on('error', reject);
    sent.end();
  });
}

function write(name: string, value: unknown): void {
  const lines = Array.isArray(value)
    ? value.map((each) => JSON.stringify(each))
    : Object.entries(value as object).map(([key, each]) => `${JSON.stringify(key)}:${JSON.stringify(each)}`);
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  writeFileSync(new URL(name, import.meta.url), `${open}\n${lines.join(',\n')}\n${close}\n`);
}
