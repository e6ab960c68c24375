/* Lists as an API server writes them: what masking of objects is measured on. */
import { createHash } from 'node:crypto';

const OBJECTS = 2_000;

/** A list of one kind of object, and under which resource it is read. */
export interface ObjectList {
  readonly what: string;
  readonly resource: string;
  readonly bytes: Buffer;
}

/** Pods with their managed fields; Secrets of one or two short values; of a certificate and its key; settings with nothing to mask. */
export function objectLists(): readonly ObjectList[] {
  return [
    { what: 'pods', resource: 'pods', bytes: list('Pod', pod) },
    { what: 'small Secrets', resource: 'secrets', bytes: list('Secret', smallSecret) },
    { what: 'TLS Secrets', resource: 'secrets', bytes: list('Secret', tlsSecret) },
    { what: 'ConfigMaps, nothing to mask', resource: 'configmaps', bytes: list('ConfigMap', settings) },
  ];
}

function list(kind: string, objectOf: (index: number) => object): Buffer {
  const items = Array.from({ length: OBJECTS }, (_, index) => JSON.stringify(objectOf(index)));
  return Buffer.from(
    `{"kind":"${kind}List","apiVersion":"v1","metadata":{"resourceVersion":"104223"},"items":[${items.join(',')}]}\n`,
  );
}

function smallSecret(index: number): object {
  const value = (name: string, bytes: number) => noise(`${name} ${index}`, bytes).toString('base64');
  return {
    metadata: metadata(index, 'kubectl-create', {
      'f:data': { '.': {}, 'f:password': {}, 'f:username': {} },
      'f:type': {},
    }),
    data: { password: value('password', 15), username: value('username', 6) },
    type: 'Opaque',
  };
}

function tlsSecret(index: number): object {
  const pem = (label: string, bytes: number) => {
    const lines = noise(`${label} ${index}`, bytes).toString('base64').replaceAll(/.{64}/g, '$&\n');
    return Buffer.from(`-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`).toString('base64');
  };
  return {
    metadata: metadata(index, 'cert-manager', { 'f:data': { 'f:tls.crt': {}, 'f:tls.key': {} }, 'f:type': {} }),
    data: { 'tls.crt': pem('CERTIFICATE', 2_200), 'tls.key': pem(`RSA PRIVATE ${'KEY'}`, 1_190) },
    type: 'kubernetes.io/tls',
  };
}

function settings(index: number): object {
  const lines = Array.from({ length: 12 }, (_, line) => `server.option.${line}=value of some length ${index + line}`);
  return {
    metadata: metadata(index, 'helm', { 'f:data': { '.': {}, 'f:app.properties': {}, 'f:mode': {} } }),
    data: { mode: 'on', 'app.properties': lines.join('\n') },
  };
}

function pod(index: number): object {
  const hash = noise(`pod ${index}`, 4).toString('hex');
  const env = [
    { name: 'LOG_LEVEL', value: 'info' },
    { name: 'DATABASE_HOST', value: 'orders-db.shop.svc.cluster.local' },
    { name: 'DATABASE_PASSWORD', valueFrom: { secretKeyRef: { name: 'orders-db', key: 'password' } } },
    { name: 'POD_IP', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'status.podIP' } } },
    { name: 'API_TOKEN', value: `tk-${hash}-a8f3c1` },
  ];
  const volume = { name: `kube-api-access-${hash.slice(0, 5)}`, readOnly: true, mountPath: ACCOUNT };
  const owner = uid(`owner ${index}`);
  return {
    metadata: {
      ...metadata(
        index,
        'kube-controller-manager',
        podFields(
          env.map(({ name }) => name),
          owner,
        ),
        `orders-7d4b9c8f6d-${hash.slice(0, 5)}`,
      ),
      generateName: 'orders-7d4b9c8f6d-',
      ownerReferences: [
        { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'orders-7d4b9c8f6d', uid: owner, controller: true },
      ],
    },
    spec: podSpec(index, env, volume),
    status: podStatus(index, volume),
  };
}

const ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount';

function podFields(env: readonly string[], owner: string): object {
  const managedEnv = Object.fromEntries(
    env.map((name) => [`k:{"name":"${name}"}`, { '.': {}, 'f:name': {}, 'f:value': {} }]),
  );
  return {
    'f:metadata': {
      'f:generateName': {},
      'f:labels': { '.': {}, 'f:app': {}, 'f:pod-template-hash': {} },
      'f:ownerReferences': { '.': {}, [`k:{"uid":"${owner}"}`]: {} },
    },
    'f:spec': {
      'f:containers': {
        'k:{"name":"orders"}': {
          '.': {},
          'f:env': { '.': {}, ...managedEnv },
          'f:image': {},
          'f:imagePullPolicy': {},
          'f:name': {},
          'f:ports': {
            '.': {},
            'k:{"containerPort":8080,"protocol":"TCP"}': { '.': {}, 'f:containerPort': {}, 'f:protocol': {} },
          },
          'f:resources': {
            '.': {},
            'f:limits': { '.': {}, 'f:memory': {} },
            'f:requests': { '.': {}, 'f:cpu': {}, 'f:memory': {} },
          },
          'f:terminationMessagePath': {},
          'f:terminationMessagePolicy': {},
        },
      },
      'f:dnsPolicy': {},
      'f:enableServiceLinks': {},
      'f:restartPolicy': {},
      'f:schedulerName': {},
      'f:securityContext': {},
      'f:terminationGracePeriodSeconds': {},
    },
  };
}

function podSpec(index: number, env: readonly object[], volume: { readonly name: string }): object {
  const probe = { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10 };
  return {
    volumes: [
      {
        name: volume.name,
        projected: {
          sources: [
            { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
            { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
            {
              downwardAPI: {
                items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
              },
            },
          ],
          defaultMode: 420,
        },
      },
    ],
    containers: [
      {
        name: 'orders',
        image: 'registry.example.com/shop/orders:1.42.0',
        args: ['--listen=:8080', '--metrics=:9090', '--feature=checkout-v2'],
        ports: [{ containerPort: 8080, protocol: 'TCP' }],
        env,
        resources: { limits: { memory: '512Mi' }, requests: { cpu: '100m', memory: '256Mi' } },
        volumeMounts: [volume],
        livenessProbe: { ...probe, successThreshold: 1, failureThreshold: 3 },
        readinessProbe: { ...probe, successThreshold: 1, failureThreshold: 3 },
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    dnsPolicy: 'ClusterFirst',
    serviceAccountName: 'orders',
    serviceAccount: 'orders',
    nodeName: `node-${index % 40}.eu-central-1.compute.internal`,
    securityContext: {},
    schedulerName: 'default-scheduler',
    tolerations: [
      { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
      { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    ],
    priority: 0,
    enableServiceLinks: true,
    preemptionPolicy: 'PreemptLowerPriority',
  };
}

function podStatus(index: number, volume: object): object {
  const at = '2026-11-03T08:15:42Z';
  return {
    phase: 'Running',
    conditions: ['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled'].map(
      (type) => ({
        type,
        status: 'True',
        lastProbeTime: null,
        lastTransitionTime: at,
      }),
    ),
    hostIP: `10.0.${index % 40}.7`,
    hostIPs: [{ ip: `10.0.${index % 40}.7` }],
    podIP: `10.244.${index % 200}.${index % 250}`,
    podIPs: [{ ip: `10.244.${index % 200}.${index % 250}` }],
    startTime: at,
    containerStatuses: [
      {
        name: 'orders',
        state: { running: { startedAt: at } },
        lastState: {},
        ready: true,
        restartCount: 0,
        image: 'registry.example.com/shop/orders:1.42.0',
        imageID: `registry.example.com/shop/orders@sha256:${noise('image', 32).toString('hex')}`,
        containerID: `containerd://${noise(`container ${index}`, 32).toString('hex')}`,
        started: true,
        volumeMounts: [{ ...volume, recursiveReadOnly: 'Disabled' }],
      },
    ],
    qosClass: 'Burstable',
  };
}

function metadata(index: number, manager: string, fieldsV1: object, name = `shop-${index}`): object {
  return {
    name,
    namespace: 'shop',
    uid: uid(name),
    resourceVersion: String(40_000 + index),
    creationTimestamp: '2026-11-03T08:15:40Z',
    labels: { app: 'orders', 'pod-template-hash': '7d4b9c8f6d', tier: 'back' },
    managedFields: [
      {
        manager,
        operation: 'Update',
        apiVersion: 'v1',
        time: '2026-11-03T08:15:40Z',
        fieldsType: 'FieldsV1',
        fieldsV1,
      },
    ],
  };
}

function uid(of: string): string {
  return noise(of, 16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Bytes that look random, and are the same in each run. */
function noise(seed: string, bytes: number): Buffer {
  return createHash('shake256', { outputLength: bytes }).update(seed).digest();
}
