// The chart, installed on a real cluster by a real Helm: image, volumes, Services that lead somewhere, and programs in pods that call through it.

import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { stringify } from 'yaml';
import { clientNamed } from '../clients/clients.ts';
import { root } from '../tidy/tree.ts';
import type { Cluster } from './cluster.ts';
import { givenImage, type Image, importImage } from './image.ts';
import { asksClusterDns, startServices } from './services.ts';

/** The image’s name in the cluster. */
const IMAGE = 'registry.test/sallyport:0.1.0';
/** Where the configuration is in a pod. */
export const CONFIG = ['--config', '/etc/sallyport/sallyport.yaml'];
const WAIT = ['--wait', '--timeout', '240s'];
const run = promisify(execFile);

/** A release of the chart, called `gw`. */
export interface ChartWorld {
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
  /** Installs, or upgrades; resolves when what it made is ready. */
  release(verb: 'install' | 'upgrade', values: unknown, ...flags: string[]): Promise<void>;
  rollback(revision: number): Promise<void>;
  /** What Helm printed of the release. */
  notes(): string;
  /** A program in a gateway’s pod. */
  inGateway(pod: string, ...command: string[]): string;
  /** A program in a caller’s pod, whatever comes of it. */
  inPod(pod: string, ...command: string[]): ReturnType<ChartWorld['tried']>;
  /** kubectl in a caller’s pod reads the callers’ own ConfigMap. */
  read(pod?: string): ReturnType<ChartWorld['tried']>;
  /** A pod that goes through the gateway, and is ready. */
  startWorker(): void;
  stop(): void;
}

/** A cluster with the image, the namespaces and `claims` volumes; nothing is installed yet. */
export async function startChartWorld(cluster: Cluster, namespace: string, claims: number): Promise<ChartWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-chart-'));
  const tools = await clientNamed('kubectl-1.35').prepare();
  const helmProgram = join(await clientNamed('helm-4').prepare(), 'helm');
  const callers = `${namespace}-callers`;
  const subject = `pod:system:serviceaccount:${callers}:worker`;
  startServices(cluster);
  const image = imageIn(cluster);
  const at = ['--kubeconfig', cluster.adminKubeconfig()];
  const tried = (input: string, ...args: string[]) =>
    spawnSync(join(tools, 'kubectl'), [...at, ...args], { encoding: 'utf8', input });
  const admin = (...args: string[]) =>
    execFileSync(join(tools, 'kubectl'), [...at, ...args], { encoding: 'utf8', stdio: 'pipe' });
  const apply = (...objects: readonly unknown[]) => {
    const { status, stderr } = tried(objects.map((one) => stringify(one)).join('---\n'), 'apply', '-f', '-');
    if (status !== 0) throw new Error(stderr);
  };
  const helm = async (...args: string[]) => {
    await run(helmProgram, [...args, '-n', namespace, ...at]).catch((error: Error) => {
      throw new Error(`${error.message}\n${tried('', '-n', namespace, 'get', 'pods', '-o', 'wide').stdout}`);
    });
  };
  const inPod = (pod: string, ...command: string[]) => tried('', '-n', callers, 'exec', pod, '--', ...command);
  for (const name of [namespace, callers]) {
    const labels = name === callers ? { 'sallyport.dev/pods': 'through' } : {};
    apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } });
  }
  const volumes = Array.from({ length: claims }, (_, i) => join(cluster.folder, `volumes/${namespace}-${i}`));
  for (const [i, path] of volumes.entries()) {
    mkdirSync(path, { recursive: true });
    apply(volume(namespace, i, path));
  }
  const world: ChartWorld = {
    namespace,
    callers,
    subject,
    folder,
    image,
    tools,
    admin,
    tried,
    apply,
    async adminMeanwhile(...args) {
      await run(join(tools, 'kubectl'), [...at, ...args]);
    },
    async release(verb, values, ...flags) {
      const file = join(folder, 'values.yaml');
      writeFileSync(file, stringify(values, { aliasDuplicateObjects: false }));
      await helm(verb, 'gw', join(root, 'deploy/chart'), '--values', file, ...flags, ...WAIT);
    },
    rollback: (revision) => helm('rollback', 'gw', String(revision), ...WAIT),
    notes: () => execFileSync(helmProgram, ['get', 'notes', 'gw', '-n', namespace, ...at], { encoding: 'utf8' }),
    inGateway: (pod, ...command) => admin('-n', namespace, 'exec', pod, '-c', 'gateway', '--', ...command),
    inPod,
    read: (pod = 'worker') =>
      inPod(pod, '/tools/kubectl', 'get', 'configmap', 'settings', '-o', 'jsonpath={.data.colour}'),
    startWorker() {
      const secret = admin('-n', namespace, 'get', 'secret', 'gw-tls', '-o', 'jsonpath={.data.ca\\.crt}');
      apply(...callersObjects(world, Buffer.from(secret, 'base64').toString()));
      admin('-n', callers, 'wait', '--for=condition=Ready', 'pod/worker', '--timeout=180s');
    },
    stop() {
      spawnSync(helmProgram, ['uninstall', 'gw', '-n', namespace, ...at]);
      tried('', 'delete', 'namespace', namespace, callers, '--wait=false', '--ignore-not-found');
      tried('', 'delete', 'pv', ...volumes.map((_, i) => `${namespace}-${i}`), '--wait=false', '--ignore-not-found');
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return world;
}

/** Made once for a cluster, and in its containerd. */
function imageIn(cluster: Cluster): Image {
  const layout = join(cluster.folder, 'sallyport-image');
  const made = join(layout, 'made.json');
  if (!existsSync(made)) {
    const image = givenImage(layout, IMAGE);
    importImage(layout, cluster.folder);
    writeFileSync(made, JSON.stringify(image));
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

/** A pod as anybody writes one, with programs of this machine; `spec` beside that. */
function callersPod(
  { callers }: ChartWorld,
  name: string,
  folders: Readonly<Record<string, string>>,
  more: {
    readonly labels?: object;
    readonly container?: { readonly env?: object[]; readonly volumeMounts?: object[] };
    readonly spec?: object;
    readonly volumes?: object[];
  } = {},
): unknown {
  const tools = Object.entries(folders).map(([mountPath, path], i) => ({ name: `tools-${i}`, mountPath, path }));
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: callers, labels: more.labels ?? {} },
    spec: {
      serviceAccountName: 'worker',
      terminationGracePeriodSeconds: 0,
      ...asksClusterDns(callers),
      ...more.spec,
      containers: [
        {
          name: 'main',
          image: 'registry.test/busybox:1',
          imagePullPolicy: 'Never',
          command: ['sleep', '100000'],
          env: [{ name: 'HOME', value: '/tmp' }, ...(more.container?.env ?? [])],
          volumeMounts: [
            ...tools.map(({ name: volume, mountPath }) => ({ name: volume, mountPath, readOnly: true })),
            ...(more.container?.volumeMounts ?? []),
          ],
        },
      ],
      volumes: [
        ...tools.map(({ name: volume, path }) => ({ name: volume, hostPath: { path, type: 'Directory' } })),
        ...(more.volumes ?? []),
      ],
    },
  };
}

/** As docs/how-to/use-it-from-a-pod.md has it, without the webhook. */
function callersObjects(world: ChartWorld, authority: string): readonly unknown[] {
  const { namespace, callers, subject, tools } = world;
  const metadata = (name: string) => ({ name, namespace: callers });
  const identity = {
    name: 'identity',
    projected: {
      sources: [
        { serviceAccountToken: { path: 'token', audience: 'sallyport', expirationSeconds: 3600 } },
        { configMap: { name: 'authority' } },
        { downwardAPI: { items: [{ path: 'namespace', fieldRef: { fieldPath: 'metadata.namespace' } }] } },
      ],
    },
  };
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata('worker') },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('settings'), data: { colour: 'blue' } },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: metadata('authority'), data: { 'ca.crt': authority } },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: metadata('worker'),
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: subject }],
    },
    callersPod(
      world,
      'worker',
      { '/tools': tools },
      {
        spec: { automountServiceAccountToken: false },
        container: {
          env: [
            { name: 'KUBERNETES_SERVICE_HOST', value: `gw.${namespace}.svc` },
            { name: 'KUBERNETES_SERVICE_PORT', value: '8444' },
          ],
          volumeMounts: [{ name: 'identity', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
        },
        volumes: [identity],
      },
    ),
  ];
}
