/**
 * A stand-in for a Kubernetes API server, in memory and on loopback: for the demo, where nobody has a cluster at hand, and for fast tests. It
 * answers what kubectl needs as the real one does (test/conformance says how far) and says 501 to the rest. It starts no process, opens no
 * file of the host, and keeps nothing.
 */

import { randomBytes } from 'node:crypto';
import type { ServerHttp2Session } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import type { Identity } from './authenticate.ts';
import { makeLoopbackCertificate } from './certificate.ts';
import { Containers } from './containers.ts';
import { startControllers } from './controllers/controllers.ts';
import { serveDefinitions } from './definitions.ts';
import { Kinds } from './kinds.ts';
import { at, type JsonObject, listAt, textAt } from './object.ts';
import { impersonatorName, readerName, seedCluster, seedShop } from './seed.ts';
import { type Arrived, makeServer } from './server.ts';
import { Store } from './store.ts';

export interface StandinOptions {
  /** Default: any free port. */
  readonly port?: number;
  /** Further tokens and whose they are. */
  readonly tokens?: { readonly [token: string]: Identity };
  /** Whoever is impersonated may do everything (the default), or what RBAC objects in the stand-in say. */
  readonly impersonatedMayAll?: boolean;
  /** With the demo's shop in it; default true. */
  readonly hasShop?: boolean;
  readonly nowMs?: () => number;
}

export interface Standin {
  readonly url: string;
  readonly caPem: string;
  /** A cluster administrator's (`system:masters`). */
  readonly adminToken: string;
  /** May impersonate, and nothing else. */
  readonly impersonatorToken: string;
  /** May read everything, and change nothing. */
  readonly readerToken: string;
  /** What has arrived, oldest first; the last 10,000 are kept. */
  readonly requests: readonly Arrived[];
  /** A kubeconfig with a token in it. */
  kubeconfig(token: string): string;
  /** Writes a line to a container's log. False where the pod is not there. */
  log(namespace: string, pod: string, line: string): boolean;
  /** Resolves once the controllers have nothing more to do. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

export async function startStandin(options: StandinOptions = {}): Promise<Standin> {
  const nowMs = options.nowMs ?? Date.now;
  const certificate = await makeLoopbackCertificate('stand-in API server', nowMs());
  const cluster = { store: new Store(), kinds: new Kinds(), nowMs, caPem: certificate.caPem };
  const containers = new Containers(nowMs, (variable, namespace) => environmentValue(cluster, variable, namespace));
  const own = { admin: newToken(), impersonator: newToken(), reader: newToken() };
  const tokens = new Map<string, Identity>([
    ...Object.entries(options.tokens ?? {}),
    [own.admin, { username: 'standin-admin', groups: ['system:masters'] }],
    [own.impersonator, serviceAccount(impersonatorName)],
    [own.reader, serviceAccount(readerName)],
  ]);
  const arrived: Arrived[] = [];
  const server = makeServer(
    { cluster, containers, tokens, impersonatedMayAll: options.impersonatedMayAll ?? true },
    certificate,
    arrived,
  );
  const stopDefinitions = serveDefinitions(cluster);
  const controllers = startControllers(cluster, containers);
  seedCluster(cluster);
  if (options.hasShop !== false) seedShop(cluster);
  await controllers.settle();
  const open = trackConnections(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    caPem: certificate.caPem,
    adminToken: own.admin,
    impersonatorToken: own.impersonator,
    readerToken: own.reader,
    requests: arrived,
    kubeconfig: (token) => kubeconfig(url, certificate.caPem, token),
    log: (namespace, name, line) => {
      const kind = cluster.kinds.find('', 'v1', 'pods');
      const pod = kind === undefined ? undefined : cluster.store.get(kind, namespace, name);
      const [container] = listAt(pod, 'spec', 'containers');
      if (pod === undefined || container === undefined) return false;
      containers.get(pod, container).log.append(line, nowMs());
      return true;
    },
    settle: () => controllers.settle(),
    close: async () => {
      controllers.stop();
      stopDefinitions();
      containers.stopAll();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const each of open) each.destroy();
      await closed;
    },
  };
}

type Cluster = { readonly store: Store; readonly kinds: Kinds };

/** What a container's variable is: its value, or what it refers to; `''` where that is not there. */
function environmentValue(cluster: Cluster, variable: JsonObject, namespace: string): string {
  const [secret, configMap] = [at(variable, 'valueFrom', 'secretKeyRef'), at(variable, 'valueFrom', 'configMapKeyRef')];
  const valueIn = (resource: string, reference: JsonObject): string => {
    const kind = cluster.kinds.find('', 'v1', resource);
    const object = kind === undefined ? undefined : cluster.store.get(kind, namespace, textAt(reference, 'name'));
    return textAt(object, 'data', textAt(reference, 'key'));
  };
  if (textAt(secret, 'key') !== '') return Buffer.from(valueIn('secrets', secret), 'base64').toString('utf8');
  return textAt(configMap, 'key') === '' ? textAt(variable, 'value') : valueIn('configmaps', configMap);
}

function serviceAccount(username: string): Identity {
  const namespace = username.split(':')[2] ?? '';
  return { username, groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`] };
}

function newToken(): string {
  return randomBytes(24).toString('base64url');
}

function trackConnections(server: ReturnType<typeof makeServer>): Set<{ destroy(): void }> {
  const open = new Set<{ destroy(): void }>();
  const track = (each: Socket | ServerHttp2Session): void => {
    open.add(each);
    each.on('close', () => open.delete(each));
  };
  server.on('secureConnection', track);
  server.on('session', track);
  return open;
}

function kubeconfig(server: string, caPem: string, token: string): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'standin',
    clusters: [
      { name: 'standin', cluster: { server, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
    ],
    users: [{ name: 'standin', user: { token } }],
    contexts: [{ name: 'standin', context: { cluster: 'standin', user: 'standin' } }],
  });
}
