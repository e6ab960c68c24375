// The chart, installed on a real cluster by a real Helm: image, volumes, Services that lead somewhere, and programs in pods that call through it.

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { clientNamed } from '../clients/clients.ts';
import { root } from '../tidy/tree.ts';
import { callersObjects } from './chart-callers.ts';
import type { Cluster } from './cluster.ts';
import { nodesOf } from './cluster-node.ts';
import { givenImage, type Image, importImage } from './image.ts';
import { asksClusterDns, startServices, untilServicesLead } from './services.ts';

/** The image’s name in the cluster. */
export const IMAGE = 'registry.test/sallyport:0.1.0';
/** Where the configuration is in a pod. */
export const CONFIG = ['--config', '/etc/sallyport/sallyport.yaml'];
const WAIT = ['--wait', '--timeout', '600s'];
const run = promisify(execFile);

interface Administrator {
  /** As the cluster’s administrator: what kubectl prints; fails where it does. */
  admin(...args: string[]): string;
  /** The same, whatever comes of it. */
  tried(
    input: string,
    ...args: string[]
  ): { readonly status: number | null; readonly stdout: string; readonly stderr: string };
  /** The same as `admin`, while the test goes on. */
  adminMeanwhile(...args: string[]): Promise<void>;
  apply(...objects: readonly unknown[]): void;
}

/** A release of the chart, called `gw`. */
export interface ChartWorld extends Administrator {
  /** The namespace of the gateways. */
  readonly namespace: string;
  /** That of the programs that call. */
  readonly callers: string;
  /** Who those are to the gateway. */
  readonly subject: string;
  readonly folder: string;
  readonly image: Image;
  /** The folder of kubectl. */
  readonly tools: string;
  /** Installs, or upgrades; resolves when what it made is ready, and its Services lead there. */
  release(verb: 'install' | 'upgrade', values: unknown, ...flags: string[]): Promise<void>;
  /** The same, to a release before. */
  rollback(revision: number): Promise<void>;
  /** Resolves when each Service of the gateways leads to a pod. */
  untilLed(): Promise<void>;
  /** What Helm printed of the release. */
  notes(): string;
  /** A program in a gateway’s pod. */
  inGateway(pod: string, ...command: string[]): string;
  /** A program in a caller’s pod, whatever comes of it. */
  inPod(pod: string, ...command: string[]): ReturnType<ChartWorld['tried']>;
  /** kubectl in a caller’s pod reads the callers’ own ConfigMap. */
  read(pod?: string): ReturnType<ChartWorld['tried']>;
  /** A pod that goes through the gateway, and is ready: `worker`, or one on each of the nodes that are named, `worker-on-NODE`. */
  startWorker(...nodes: string[]): void;
  stop(): void;
}

/**
 * A cluster with the image, the namespaces and `claims` volumes; nothing is installed yet. Where gateways have claims, the API server itself holds their pods to
 * Kubernetes' `restricted` standard; a folder of the node is more than that allows.
 */
export async function startChartWorld(cluster: Cluster, namespace: string, claims: number): Promise<ChartWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-chart-'));
  const tools = await clientNamed('kubectl-1.35').prepare();
  const helmProgram = join(await clientNamed('helm-4').prepare(), 'helm');
  const callers = `${namespace}-callers`;
  const subject = `pod:system:serviceaccount:${callers}:worker`;
  startServices(cluster);
  const image = imageIn(cluster);
  const at = ['--kubeconfig', cluster.adminKubeconfig()];
  const administrator = administratorBy(join(tools, 'kubectl'), at);
  const { admin, tried, apply } = administrator;
  const helm = async (...args: string[]) => {
    await run(helmProgram, [...args, '-n', namespace, ...at]).catch((error: Error) => {
      throw new Error(`${error.message}\n${tried('', '-n', namespace, 'get', 'pods', '-o', 'wide').stdout}`);
    });
  };
  const inPod = (pod: string, ...command: string[]) => tried('', '-n', callers, 'exec', pod, '--', ...command);
  const volumes = makeRoom(cluster, administrator, { namespace, callers, claims });
  const untilLed = async () => {
    const { stdout } = await run(join(tools, 'kubectl'), [...at, '-n', namespace, 'get', 'services', '-o', 'json']);
    await untilServicesLead(cluster, stdout);
  };
  const world: ChartWorld = {
    namespace,
    callers,
    subject,
    folder,
    image,
    tools,
    ...administrator,
    untilLed,
    async release(verb, values, ...flags) {
      const file = join(folder, 'values.yaml');
      writeFileSync(file, stringify(values, { aliasDuplicateObjects: false }));
      await helm(verb, 'gw', join(root, 'deploy/chart'), '--values', file, ...flags, ...WAIT);
      await untilLed();
    },
    async rollback(revision) {
      await helm('rollback', 'gw', String(revision), ...WAIT);
      await untilLed();
    },
    notes: () => execFileSync(helmProgram, ['get', 'notes', 'gw', '-n', namespace, ...at], { encoding: 'utf8' }),
    inGateway: (pod, ...command) => admin('-n', namespace, 'exec', pod, '-c', 'gateway', '--', ...command),
    inPod,
    read: (pod = 'worker') =>
      inPod(pod, '/tools/kubectl', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.colour}'),
    startWorker(...nodes) {
      const secret = admin('-n', namespace, 'get', 'secret', 'gw-tls', '-o', 'jsonpath={.data.ca\\.crt}');
      apply(...callersObjects(world, Buffer.from(secret, 'base64').toString(), nodes));
      admin('-n', callers, 'wait', '--for=condition=Ready', 'pod', '--all', '--timeout=600s');
    },
    stop() {
      spawnSync(helmProgram, ['uninstall', 'gw', '-n', namespace, ...at]);
      tried('', 'delete', 'namespace', namespace, callers, '--wait=false', '--ignore-not-found');
      if (volumes.length > 0) tried('', 'delete', 'pv', ...volumes, '--wait=false', '--ignore-not-found');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** What the cluster's administrator does by a kubectl. */
function administratorBy(kubectl: string, at: readonly string[]): Administrator {
  const tried = (input: string, ...args: string[]) => spawnSync(kubectl, [...at, ...args], { encoding: 'utf8', input });
  return {
    tried,
    admin: (...args) => execFileSync(kubectl, [...at, ...args], { encoding: 'utf8', stdio: 'pipe' }),
    async adminMeanwhile(...args) {
      await run(kubectl, [...at, ...args]);
    },
    apply(...objects) {
      const { status, stderr } = tried(objects.map((one) => stringify(one)).join('---\n'), 'apply', '-f', '-');
      if (status !== 0) throw new Error(stderr);
    },
  };
}

/** Namespaces and volumes, whose names it gives; what an earlier run left of them in a cluster that goes on is waited for, until it is gone. */
function makeRoom(
  cluster: Cluster,
  { admin, apply }: Administrator,
  { namespace, callers, claims }: { readonly namespace: string; readonly callers: string; readonly claims: number },
): readonly string[] {
  const volumes = Array.from({ length: claims }, (_, i) => `${namespace}-${i}`);
  admin('delete', 'namespace', namespace, callers, '--ignore-not-found');
  if (volumes.length > 0) admin('delete', 'pv', ...volumes, '--ignore-not-found');
  for (const [name, labels] of [
    [namespace, { 'pod-security.kubernetes.io/enforce': claims > 0 ? 'restricted' : 'privileged' }],
    [callers, { 'sallyport.dev/pods': 'through' }],
  ] as const)
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  for (const [i, name] of volumes.entries()) {
    const path = join(cluster.folder, 'volumes', name);
    rmSync(path, { recursive: true, force: true });
    mkdirSync(path, { recursive: true });
    apply(volume(namespace, i, path));
  }
  return volumes;
}

/** Made once for a cluster, and in the containerd of each of its nodes. */
function imageIn(cluster: Cluster): Image {
  const layout = join(cluster.folder, 'sallyport-image');
  const made = join(layout, 'made.json');
  if (!existsSync(made)) writeFileSync(made, JSON.stringify(givenImage(layout, IMAGE)));
  for (const { folder } of nodesOf(cluster)) {
    const marker = join(folder, 'sallyport-image-imported');
    if (existsSync(marker)) continue;
    importImage(layout, folder);
    writeFileSync(marker, '');
  }
  return JSON.parse(readFileSync(made, 'utf8')) as Image;
}

/** Values of a gateway before the cluster that it runs in, whose callers are that cluster’s own service accounts. */
export function chartValues(
  { admin, namespace, callers, subject }: ChartWorld,
  more: ChartMore = {},
): Record<string, unknown> {
  const { config = {}, files = {}, ...rest } = more;
  return {
    image: { repository: 'registry.test/sallyport', pullPolicy: 'Never' },
    tls: { mode: 'helm' },
    persistence: { size: '1Gi' },
    resources: { requests: { cpu: '10m' } },
    ...asksClusterDns(namespace),
    config: {
      issuers: [
        {
          name: 'pods',
          url: 'https://kubernetes.default.svc',
          audiences: ['sallyport'],
          keys: { file: '/etc/sallyport/files/jwks.json' },
          subject: { prefix: 'pod:' },
        },
      ],
      targets: [
        {
          name: 'here',
          port: 8444,
          server: {
            url: 'https://kubernetes.default.svc',
            caFile: '/var/run/secrets/sallyport/cluster/ca.crt',
            tokenFile: '/var/run/secrets/sallyport/cluster/token',
          },
        },
      ],
      ...config,
    },
    files: { 'jwks.json': admin('get', '--raw', '/openid/v1/jwks'), ...files },
    policies: {
      'callers.yaml': {
        apiVersion: 'sallyport.dev/v1',
        kind: 'Policy',
        metadata: { name: 'callers' },
        targets: ['here'],
        callers: [{ issuers: ['pods'], subjects: [subject] }],
        rules: [
          {
            id: 'own',
            effect: 'allow',
            verbs: ['*'],
            apiGroups: [''],
            resources: ['configmaps'],
            namespaces: [callers],
          },
        ],
      },
    },
    ...rest,
  };
}

type ChartMore = Readonly<Record<string, unknown>> & { readonly config?: object; readonly files?: object };

function volume(namespace: string, number: number, path: string): unknown {
  const isHere = { key: 'kubernetes.io/hostname', operator: 'In', values: ['node-1'] };
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${namespace}-${number}` },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      claimRef: { namespace, name: `data-gw-${number}` },
      local: { path },
      nodeAffinity: { required: { nodeSelectorTerms: [{ matchExpressions: [isHere] }] } },
    },
  };
}
