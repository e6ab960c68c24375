/** What the upstream of the benchmarks answers, made once. */

/** A ConfigMap of about 2 kB, and what is created. */
export const SMALL = configMap('settings', 1_700);

/** The body of a create, about 1 kB. */
export const CREATED = configMap('settings', 700);

/** 5,000 ConfigMaps. */
export const LIST = Buffer.from(
  `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[${Array.from({ length: 5_000 }, (_, i) => configMap(`settings-${i}`, 700)).join(',')}]}`,
);

/** How often the items of that list stand in the large one. */
export const LARGE_TIMES = 21;

/** 5,000 Secrets of two short values each. */
export const SECRETS = Buffer.from(
  `{"kind":"SecretList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[${Array.from({ length: 5_000 }, (_, i) => secret(`db-${i}`)).join(',')}]}`,
);

/** Events of the watch that ends. */
export const EVENTS = 5_000;

/** The pod in which an exec runs. */
export const POD = Buffer.from(
  JSON.stringify({
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { name: 'web', namespace: 'shop', uid: 'f3f1f3a2-6d0a-4c6d-9b51-5f0a8a4f2c12', resourceVersion: '12346' },
    spec: { serviceAccountName: 'default', containers: [{ name: 'web', image: 'web:1' }] },
  }),
);

/** What a grant is asked for. */
export const SERVICE = Buffer.from(
  JSON.stringify({
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: 'web', namespace: 'shop', uid: 'f3f1f3a2-6d0a-4c6d-9b51-5f0a8a4f2c13', resourceVersion: '12347' },
    spec: { ports: [{ port: 80 }] },
  }),
);

export const WATCH_EVENT = Buffer.from(`{"type":"ADDED","object":${SMALL.toString()}}\n`);

/** How much an exec writes before it ends. */
export const EXEC_BYTES = 256 * 1024 * 1024;

const configMaps = entry('configmaps', 'ConfigMap', ['create', 'get', 'list', 'watch'], []);
const secrets = entry('secrets', 'Secret', ['get', 'list'], []);
const pods = entry('pods', 'Pod', ['get'], ['exec']);
const services = entry('services', 'Service', ['get'], []);

/** Aggregated discovery of the kinds that are asked for. */
export const DISCOVERY = {
  '/api': discovery([
    {
      metadata: { name: '' },
      versions: [{ version: 'v1', freshness: 'Current', resources: [configMaps, pods, secrets, services] }],
    },
  ]),
  '/apis': discovery([]),
};

function discovery(items: readonly unknown[]): Buffer {
  return Buffer.from(JSON.stringify({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', items }));
}

function entry(resource: string, kind: string, verbs: readonly string[], subresources: readonly string[]) {
  const responseKind = { group: '', version: '', kind };
  return {
    resource,
    scope: 'Namespaced',
    verbs,
    responseKind,
    subresources: subresources.map((subresource) => ({ subresource, responseKind, verbs: ['create', 'get'] })),
  };
}

function secret(name: string): Buffer {
  const metadata = {
    name,
    namespace: 'shop',
    uid: `f3f1f3a2-6d0a-4c6d-9b51-${name.padStart(12, '0')}`,
    resourceVersion: '12345',
    creationTimestamp: '2026-01-01T00:00:00Z',
  };
  const data = { username: 'c2hvcA==', password: Buffer.from(`correct-horse-${name}`).toString('base64') };
  return Buffer.from(JSON.stringify({ kind: 'Secret', apiVersion: 'v1', metadata, data, type: 'Opaque' }));
}

function configMap(name: string, dataBytes: number): Buffer {
  const metadata = {
    name,
    namespace: 'shop',
    uid: 'f3f1f3a2-6d0a-4c6d-9b51-5f0a8a4f2c11',
    resourceVersion: '12345',
    creationTimestamp: '2026-01-01T00:00:00Z',
    labels: { app: 'shop', tier: 'back' },
  };
  const data = { 'app.properties': 'key=value;'.repeat(dataBytes / 10) };
  return Buffer.from(JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata, data }));
}
