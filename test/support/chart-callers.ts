// Programs in pods that call through a gateway of the chart.

import { asksClusterDns } from './services.ts';

interface Callers {
  /** The namespace of the gateway, called `gw`. */
  readonly namespace: string;
  /** That of the programs that call. */
  readonly callers: string;
  /** Who those are to the gateway. */
  readonly subject: string;
  /** The folder of kubectl. */
  readonly tools: string;
}

/** A pod as anybody writes one, with programs of this machine; `spec` beside that. */
export function callersPod(
  { callers }: Pick<Callers, 'callers'>,
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

/** A program that goes through the gateway, as docs/how-to/use-it-from-a-pod.md has it, without the webhook; `authority` is PEM. One anywhere, or one on each of `nodes`. */
export function callersObjects(world: Callers, authority: string, nodes: readonly string[]): readonly unknown[] {
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
  const pod = (node: string | undefined) =>
    callersPod(
      world,
      node === undefined ? 'worker' : `worker-on-${node}`,
      { '/tools': tools },
      {
        spec: {
          automountServiceAccountToken: false,
          ...(node === undefined ? {} : { nodeSelector: { 'kubernetes.io/hostname': node } }),
        },
        container: {
          env: [
            { name: 'KUBERNETES_SERVICE_HOST', value: `gw.${namespace}.svc` },
            { name: 'KUBERNETES_SERVICE_PORT', value: '8444' },
          ],
          volumeMounts: [{ name: 'identity', mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' }],
        },
        volumes: [identity],
      },
    );
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
    ...(nodes.length === 0 ? [undefined] : nodes).map(pod),
  ];
}
