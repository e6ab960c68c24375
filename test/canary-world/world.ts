/*
 * The canary world: values that occur nowhere else, in every place of a cluster in which secret values are found. Each is planted where a default mask promises to
 * hide it: by its place (a Secret, an environment) or by what it looks like or stands behind.
 */
import { type Canary, canary, uniqueText } from './canary.ts';

export const NAMESPACE = 'canaries';
export const IMAGE = 'registry.test/busybox:1';

/** The world as it is applied: objects in the order in which they are made, and what is planted in them. */
export interface World {
  readonly canaries: readonly Canary[];
  /** Kinds of the test's own. */
  readonly definitions: readonly object[];
  readonly objects: readonly object[];
  /** What is applied once more, so that there are two revisions. */
  readonly second: readonly object[];
  /** Values for the chart. */
  readonly chartValues: object;
  /** A Secret's `data` that is text and stands behind no name that tells. */
  readonly word: string;
}

/** The world; the same in every run. */
export function canaryWorld(): World {
  const canaries: Canary[] = [];
  const plant = (id: string, text = uniqueText(id, 20)): string => {
    canaries.push(canary(id, text));
    return text;
  };
  const word = plant('secret, of letters alone', 'zyxwlettersalonezyxw');
  return {
    definitions: [...definitions(), ...admission(plant)],
    objects: [
      ...secrets(plant, word),
      ...configMaps(plant),
      ...workloads(plant, 'first'),
      ...customObjects(plant),
      ...others(plant),
    ],
    second: [deployment(plant, 'second')],
    chartValues: {
      password: plant('chart, value behind a name that tells'),
      plain: plant('chart, value of a Secret alone'),
      url: `postgres://app:${plant('chart, address')}@db.test/app`,
      defaults: { apiKey: plant('chart, nested value') },
    },
    word,
    canaries,
  };
}

type Plant = (id: string, text?: string) => string;

const meta = (name: string, more: object = {}) => ({ name, namespace: NAMESPACE, ...more });

/** PEM armour around a body that is planted; nobody parses it. */
function pem(kind: string, body: string): string {
  return `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----\n`;
}

/** A token of the look of a JSON Web Token, whose signature is planted. */
function jwt(signature: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'RS256', typ: 'JWT' })}.${part({ iss: 'canary', sub: 'x' })}.${signature}`;
}

function secret(name: string, type: string, values: object, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'Secret', metadata: meta(name, more), type, ...values };
}

function secrets(plant: Plant, word: string): readonly object[] {
  const bytes = Buffer.from([...Array(48).keys()].map((n) => (n * 89 + 131) & 0xff));
  const auth = plant('secret, registry password');
  return [
    secret('opaque', 'Opaque', {
      stringData: {
        word,
        awkward: plant('secret, awkward', `${uniqueText('awk', 12)} "1+2='x'" <&> \\ / $ä ${uniqueText('ward', 12)}`),
        lines: plant('secret, of lines', `${uniqueText('l1', 16)}\n${uniqueText('l2', 16)}\n`),
        'settings.json': JSON.stringify({ any: plant('secret, in JSON') }),
      },
      data: { bytes: bytes.toString('base64'), release: Buffer.from(plant('secret, key release')).toString('base64') },
    }),
    secret(
      'annotated',
      'Opaque',
      { stringData: { a: plant('secret, annotated') } },
      {
        annotations: {
          'example.test/api-token': plant('annotation behind a name that tells'),
          'example.test/settings': JSON.stringify({ db: { password: plant('annotation, in JSON') } }),
          'example.test/jwt': jwt(plant('annotation, token', uniqueText('annotation jwt', 43))),
        },
        labels: { 'example.test/token': plant('label behind a name that tells') },
      },
    ),
    secret('tls', 'kubernetes.io/tls', {
      stringData: {
        'tls.crt': pem('CERTIFICATE', plant('secret, certificate', uniqueText('crt', 60))),
        'tls.key': pem('PRIVATE KEY', plant('secret, private key', uniqueText('key', 60))),
      },
    }),
    secret('registry', 'kubernetes.io/dockerconfigjson', {
      stringData: {
        '.dockerconfigjson': JSON.stringify({
          auths: { 'r.test': { username: 'u', password: auth, auth: Buffer.from(`u:${auth}`).toString('base64') } },
        }),
      },
    }),
    secret('basic', 'kubernetes.io/basic-auth', {
      stringData: { username: 'u', password: plant('secret, basic-auth') },
    }),
    secret('ssh', 'kubernetes.io/ssh-auth', {
      stringData: { 'ssh-privatekey': pem('OPENSSH PRIVATE KEY', plant('secret, ssh', uniqueText('ssh', 60))) },
    }),
    secret('fixed', 'Opaque', { stringData: { a: plant('secret, immutable') }, immutable: true }),
    secret(
      'account',
      'kubernetes.io/service-account-token',
      {},
      {
        annotations: { 'kubernetes.io/service-account.name': 'default' },
      },
    ),
    {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'bootstrap-token-canary', namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      stringData: {
        'token-id': 'canary',
        'token-secret': plant('secret, bootstrap token', uniqueText('bootstrap', 16)),
        'usage-bootstrap-authentication': 'false',
      },
    },
  ];
}

function configMaps(plant: Plant): readonly object[] {
  const user = { token: plant('ConfigMap, kubeconfig in JSON') };
  const data = {
    kubeconfig: [
      'apiVersion: v1',
      'kind: Config',
      'users:',
      '- name: a',
      '  user:',
      `    token: ${plant('ConfigMap, kubeconfig token', 'lettersonlytokenhere')}`,
      '- name: b',
      '  user:',
      `    client-key-data: ${Buffer.from(pem('RSA PRIVATE KEY', plant('ConfigMap, kubeconfig key', uniqueText('ck', 60)))).toString('base64')}`,
      `- {name: c, user: {password: "${plant('ConfigMap, kubeconfig flow')}"}}`,
      '',
    ].join('\n'),
    'kubeconfig.json': JSON.stringify({ kind: 'Config', users: [{ name: 'a', user }] }, undefined, 2),
    '.env': `DB_PASSWORD=${plant('ConfigMap, .env')}\nexport API_KEY="${plant('ConfigMap, .env in quotes')}"\n`,
    'app.properties': `spring.datasource.password=${plant('ConfigMap, properties')}\nserver.port=8080\n`,
    'java.properties': `# c\na=b\nspring.data\\source.pa\\ssword = ${plant('ConfigMap, properties with escapes')}\nto\\\n  ken: ${plant('ConfigMap, properties with a key in two lines')}\n`,
    'settings.toml': `[db]\n"pass\\u0077ord" = "${plant('ConfigMap, TOML with a quoted key')}"\ntoken = """\n${plant('ConfigMap, TOML in lines')}"""\n`,
    'settings.xml': `<server><password>${plant('ConfigMap, XML')}</password></server>\n`,
    'merged.yaml': `x: &a {p: ${plant('ConfigMap, a Secret by alias')}}\ny: &b {kind: Secret}\nz:\n  <<: [*b]\n  stringData: *a\nk: &k token\n*k : ${plant('ConfigMap, a key by alias')}\n`,
    'twice.json': `{"kind":"Secret","kind":"Other","stringData":{"a":"${plant('ConfigMap, a Secret whose kind stands twice')}"},"stringData":{"b":"${plant('ConfigMap, the same, behind')}"}}`,
    'app.json': JSON.stringify({
      db: { password: plant('ConfigMap, JSON') },
      inner: JSON.stringify({ apiKey: plant('ConfigMap, JSON in JSON') }),
    }),
    'secret.yaml': `apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nstringData:\n  a: ${plant('ConfigMap, a Secret in YAML')}\n`,
    'urls.txt': `postgres://app:${plant('ConfigMap, connection string')}@db.test:5432/app\n`,
    id_rsa: pem('RSA PRIVATE KEY', plant('ConfigMap, private key', uniqueText('rsa', 60))),
    'curl.sh': `curl -H "Authorization: Bearer ${plant('ConfigMap, bearer token')}" https://example.test\n`,
    'aws.ini': `[default]\naws_access_key_id = AKIA${plant('ConfigMap, AWS key id', 'CANARY7QZXW2345T')}\n`,
    'git.txt': `ghp_${plant('ConfigMap, GitHub token', uniqueText('ghp', 36))}\n`,
    api_token: plant('ConfigMap, a key that tells'),
  };
  const binaryData = { 'more.env': Buffer.from(`DB_PASSWORD=${plant('ConfigMap, binaryData')}\n`).toString('base64') };
  return [{ apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('settings'), data, binaryData }];
}

function podSpec(plant: Plant, of: string, command: readonly string[]): object {
  return {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'main',
        image: IMAGE,
        imagePullPolicy: 'Never',
        command,
        env: [
          { name: 'DB_PASSWORD', value: plant(`${of}, env`) },
          { name: 'DATABASE_URL', value: `postgres://app:${plant(`${of}, env with an address`)}@db.test/app` },
        ],
        args: ['--', `--password=${plant(`${of}, argument`)}`, '--api-token', plant(`${of}, argument behind a flag`)],
      },
    ],
  };
}

const sleeping = ['sh', '-c', 'sleep 1000000'];

function template(plant: Plant, of: string, more: object = {}): object {
  return {
    metadata: {
      labels: { app: of.split(' ')[0] },
      annotations: { 'example.test/client-secret': plant(`${of}, template’s annotation`) },
    },
    spec: { ...podSpec(plant, of, sleeping), ...more },
  };
}

function deployment(plant: Plant, revision: 'first' | 'second'): object {
  const spec = { replicas: 1, selector: { matchLabels: { app: 'web' } }, template: template(plant, `web ${revision}`) };
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('web'), spec };
}

/** What it says is each value of a Secret that it is given, in the forms in which programs say values. */
const talk = [
  'echo begin',
  'env',
  'cat /files/word; echo',
  'cat /files/* | base64',
  'echo "panic: cannot use $BY_ENV at main.go:7"',
  'echo "login with password=$DB_PASSWORD failed" >&2',
  'cat /var/run/secrets/kubernetes.io/serviceaccount/token; echo',
  'echo end',
  'while sleep 1; do echo "again $BY_ENV"; done',
].join('; ');

function workloads(plant: Plant, revision: 'first'): readonly object[] {
  const set = (of: string) => ({ selector: { matchLabels: { app: of } }, template: template(plant, of) });
  const talks = podSpec(plant, 'talks', ['sh', '-c', talk]) as {
    readonly containers: readonly [object & { env: object[] }];
  };
  const [main] = talks.containers;
  return [
    deployment(plant, revision),
    {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: meta('state'),
      spec: { replicas: 0, serviceName: 'state', ...set('state') },
    },
    { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: meta('daemon'), spec: { ...set('daemon') } },
    {
      apiVersion: 'batch/v1',
      kind: 'CronJob',
      metadata: meta('tick'),
      spec: {
        suspend: true,
        schedule: '0 0 1 1 *',
        jobTemplate: { spec: { template: template(plant, 'tick', { restartPolicy: 'Never' }) } },
      },
    },
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: meta('once'),
      spec: { suspend: true, template: template(plant, 'once', { restartPolicy: 'Never' }) },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: meta('talks', { labels: { app: 'talks' } }),
      spec: {
        ...talks,
        volumes: [{ name: 'files', secret: { secretName: 'opaque' } }],
        containers: [
          {
            ...main,
            env: [...main.env, { name: 'BY_ENV', valueFrom: { secretKeyRef: { name: 'opaque', key: 'awkward' } } }],
            envFrom: [{ prefix: 'FROM_', secretRef: { name: 'basic' } }],
            volumeMounts: [{ name: 'files', mountPath: '/files' }],
          },
        ],
      },
    },
  ];
}

function definition(plural: string, kind: string, schema: object, columns: readonly object[]): object {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.canary.test` },
    spec: {
      group: 'canary.test',
      scope: 'Namespaced',
      names: { plural, kind, singular: kind.toLowerCase(), listKind: `${kind}List` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: { status: {} },
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}

function definitions(): readonly object[] {
  const text = { type: 'string' };
  const spec = {
    type: 'object',
    properties: {
      password: text,
      url: text,
      auth: { type: 'object', properties: { clientSecret: text } },
      tokens: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
      users: {
        type: 'array',
        items: { type: 'object', properties: { apiToken: text, name: text }, required: ['apiToken'] },
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['apiToken'],
      },
    },
  };
  return [
    definition(
      'widgets',
      'Widget',
      {
        type: 'object',
        properties: { spec, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
      [
        { name: 'Password', type: 'string', jsonPath: '.spec.password' },
        { name: 'URL', type: 'string', jsonPath: '.spec.url' },
      ],
    ),
    definition('blobs', 'Blob', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }, []),
  ];
}

function customObjects(plant: Plant): readonly object[] {
  return [
    {
      apiVersion: 'canary.test/v1',
      kind: 'Widget',
      metadata: meta('one'),
      spec: {
        password: plant('custom resource, printed in a column'),
        url: `https://bot:${plant('custom resource, address in a column')}@git.test/a.git`,
        auth: { clientSecret: plant('custom resource, nested') },
        tokens: [plant('custom resource, in a set')],
        users: [{ apiToken: plant('custom resource, key of a list'), name: 'a' }],
      },
      status: {},
    },
    {
      apiVersion: 'canary.test/v1',
      kind: 'Blob',
      metadata: meta('one'),
      anything: {
        deep: [{ 'api-key': plant('custom resource without a schema') }],
        manifest: { kind: 'Secret', stringData: { a: plant('a Secret in a custom resource') } },
      },
    },
  ];
}

function others(plant: Plant): readonly object[] {
  const involved = { apiVersion: 'v1', kind: 'Pod', name: 'talks', namespace: NAMESPACE };
  return [
    {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: meta('said'),
      involvedObject: involved,
      reason: 'Failed',
      type: 'Warning',
      message: `cannot connect with postgres://app:${plant('Event, address')}@db.test/app, password=${plant('Event, password')}`,
      source: { component: 'canary' },
      firstTimestamp: '2026-01-01T00:00:00Z',
      lastTimestamp: '2026-01-01T00:00:00Z',
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('selecting', { labels: { app: 'selecting' } }),
      spec: {
        clusterIP: 'None',
        selector: { token: plant('selector behind a name that tells') },
        ports: [{ port: 80 }],
      },
    },
  ];
}

/** Policies that say values: in a refusal, and in a warning. */
function admission(plant: Plant): readonly object[] {
  return [
    ...policy('refuses', 'Deny', `password: ${plant('admission, refusal')} is not to be used`),
    ...policy('warns', 'Warn', `the address is postgres://app:${plant('admission, warning')}@db.test/app`),
  ];
}

function policy(name: string, action: string, message: string): readonly object[] {
  const named = { name: `canary-${name}` };
  const group = 'admissionregistration.k8s.io';
  return [
    {
      apiVersion: `${group}/v1`,
      kind: 'ValidatingAdmissionPolicy',
      metadata: named,
      spec: {
        matchConstraints: {
          resourceRules: [
            { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE', 'UPDATE'], resources: ['configmaps'] },
          ],
        },
        matchConditions: [{ name: 'asked', expression: `object.metadata.name == '${name}'` }],
        validations: [{ expression: 'false', message }],
      },
    },
    {
      apiVersion: `${group}/v1`,
      kind: 'ValidatingAdmissionPolicyBinding',
      metadata: named,
      spec: { policyName: named.name, validationActions: [action] },
    },
  ];
}
