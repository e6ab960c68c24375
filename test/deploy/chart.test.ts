// The chart against what it deploys: each values file of ci/ is taken by Helm's linter, rendered as the golden file has it, and what the gateway would read in the pod is
// read by the gateway's own parsers; files that it names are mounted, ports that it opens are served, and every name leads somewhere.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { parse, parseAllDocuments } from 'yaml';
import { parsePolicies } from '../../src/config/parse-policies.ts';
import { configSchema } from '../../src/config/schema.ts';
import { LOCAL_NAMES } from '../../src/listener/local-ca.ts';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import { leftOut } from '../support/left-out.ts';
import { root } from '../tidy/tree.ts';

const CHART = join(root, 'deploy/chart');
const GOLDEN = join(root, 'test/deploy/golden');
/** For goodbyes, and to close the journal. */
const STOP_MARGIN_MS = 5_000;
/** Source: https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#ports (IANA_SVC_NAME, and a letter in it) */
const PORT_NAME = /^(?!.*--)(?=.*[a-z])[a-z0-9]([-a-z0-9]{0,13}[a-z0-9])?$/;
const VALUES = readdirSync(join(CHART, 'ci'));

interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: { readonly template?: Pod };
  readonly rules?: readonly { readonly verbs: readonly string[] }[];
}

interface Webhook {
  readonly failurePolicy: string;
  readonly sideEffects: string;
  readonly clientConfig: { readonly caBundle: string };
  readonly objectSelector: { readonly matchExpressions: unknown };
  readonly namespaceSelector: { readonly matchExpressions: unknown };
}

interface Container {
  readonly name: string;
  readonly volumeMounts: readonly { readonly mountPath: string; readonly name: string; readonly readOnly?: boolean }[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly lifecycle: { readonly preStop: { readonly sleep: { readonly seconds: number } } };
}

interface NamedPort {
  readonly name: string;
  readonly port: number;
  readonly targetPort: number | string;
}

interface Workload {
  readonly selector: { readonly matchLabels: Readonly<Record<string, string>> };
  readonly template: Pod;
}

interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>> };
  readonly spec: {
    readonly serviceAccountName: string;
    readonly containers: readonly [Container, ...Container[]];
    readonly volumes: readonly { readonly name: string }[];
    readonly securityContext: Readonly<Record<string, unknown>>;
    readonly automountServiceAccountToken: boolean;
    readonly hostNetwork?: boolean;
    readonly terminationGracePeriodSeconds: number;
  };
}

function suite(which: ClientName): void {
  let made: string | undefined;
  const folder = () => {
    made ??= mkdtempSync(join(tmpdir(), 'sallyport-values-'));
    return made;
  };
  after(() => made !== undefined && rmSync(made, { recursive: true }));
  const helm = async (...args: string[]) => {
    const program = join(await clientNamed(which).prepare(), 'helm');
    return spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, HELM_NO_PLUGINS: '1' } });
  };
  const rendered = async (...args: string[]) => {
    const { status, stdout, stderr } = await helm('template', 'gw', CHART, '--namespace', 'sallyport', ...args);
    assert.equal(status, 0, stderr);
    return stdout;
  };
  const of = (file: string) => ['--values', join(CHART, 'ci', file), '--kube-version', '1.35.0'];
  const manifests = async (...args: string[]): Promise<readonly Manifest[]> =>
    parseAllDocuments(await rendered(...args))
      .map((document) => document.toJS())
      .filter(Boolean);

  for (const file of VALUES) {
    test(`${which}: ${file} passes the linter`, async () => {
      const { status, stdout } = await helm('lint', '--strict', CHART, '--values', join(CHART, 'ci', file));
      assert.equal(status, 0, stdout);
    });

    test(`${which}: ${file} renders as its golden file, but for the order of objects`, async () => {
      const objects = (await manifests(...of(file))).map((one) => JSON.stringify(one, null, 1)).sort();
      const golden = join(GOLDEN, file.replace('.yaml', '.json'));
      const text = `[${objects.join(',\n')}]\n`;
      if (process.env['SALLYPORT_WRITE_GOLDEN'] === '1') writeFileSync(golden, text);
      assert.deepEqual(
        JSON.parse(text),
        JSON.parse(readFileSync(golden, 'utf8')),
        'look at the difference, then write it with SALLYPORT_WRITE_GOLDEN=1',
      );
    });

    test(`${which}: ${file}: the gateway reads what the pod has, and all that it names is mounted`, async () => {
      const all = await manifests(...of(file));
      const { pod, config } = gatewayOf(all);
      const [container] = pod.spec.containers;
      const mounts = container.volumeMounts;
      for (const path of absolutePaths(config)) {
        assert.ok(
          mounts.some(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`)),
          `${path} is not mounted`,
        );
      }
      const volumes = new Set([...pod.spec.volumes.map(({ name }) => name), 'data']);
      assert.ok(mounts.every(({ name }) => volumes.has(name)));
      const opened = [
        config.listen.port,
        config.private.port,
        config.console?.port,
        ...config.targets.map(({ port }) => port),
      ];
      const ports = container.ports.map(({ containerPort }) => containerPort);
      assert.deepEqual(ports.toSorted(), opened.filter((port) => port !== undefined).toSorted());
      for (const { data = {} } of all.filter(({ metadata }) => metadata.name === 'gw-policy')) {
        const parsed = parsePolicies(Object.entries(data).map(([path, text]) => ({ path, text })));
        assert.ok(!('findings' in parsed), JSON.stringify(parsed));
      }
    });

    test(`${which}: ${file}: nothing of a pod is root’s, but what makes a folder of the node its own`, async () => {
      for (const pod of podsOf(await manifests(...of(file)))) {
        const { securityContext, containers, automountServiceAccountToken } = pod.spec;
        assert.deepEqual(
          [securityContext['runAsNonRoot'], securityContext['runAsUser'], automountServiceAccountToken],
          [true, 65532, false],
        );
        for (const { securityContext: own } of containers) {
          assert.equal(own['readOnlyRootFilesystem'], true);
          assert.equal(own['allowPrivilegeEscalation'], false);
          assert.deepEqual(own['capabilities'], { drop: ['ALL'] });
        }
        assert.ok(!JSON.stringify(pod.spec.volumes).includes('emptyDir'), 'a journal never lies in an emptyDir');
      }
    });
  }

  test(`${which}: T67: from 1.36 on the chart gives constrained impersonation, and not the old right beside it`, async () => {
    const verbs = async (version: string) =>
      (await manifests('--values', join(CHART, 'ci/one-gateway.yaml'), '--kube-version', version))
        .flatMap(({ rules = [] }) => rules)
        .flatMap((rule) => rule.verbs);
    assert.deepEqual([...new Set(await verbs('1.35.4'))], ['impersonate']);
    const constrained = await verbs('1.36.0');
    assert.ok(constrained.includes('impersonate-on:user-info:get') && !constrained.includes('impersonate'));
  });

  test(`${which}: targets whose names begin alike have ports of their own, and each is led to`, async () => {
    const server = { url: 'https://kubernetes.default.svc', caFile: 'ca.crt', tokenFile: 'token' };
    const targets = ['production-eu-west-1', 'production-eu-west-2', 'a--b'].map((name, i) => ({
      name,
      server,
      port: 8444 + i,
    }));
    const all = await manifests(...of('one-gateway.yaml'), '--set-json', `config.targets=${JSON.stringify(targets)}`);
    const service = all.find(({ kind, metadata }) => kind === 'Service' && metadata.name === 'gw');
    assert.ok(service?.spec !== undefined);
    const { ports } = service.spec as unknown as { readonly ports: readonly NamedPort[] };
    const opened = gatewayOf(all).pod.spec.containers[0].ports;
    for (const named of [ports, opened]) {
      const names = named.map(({ name }) => name);
      assert.equal(new Set(names).size, names.length);
      for (const name of names) assert.match(name, PORT_NAME);
    }
    assert.deepEqual(
      ports.flatMap(({ port, targetPort }) => (port === targetPort ? [port] : [])),
      targets.map(({ port }) => port),
    );
  });

  test(`${which}: without a token for its own cluster a gateway has no rights there`, async () => {
    const bindings = async (...args: string[]) =>
      (await manifests(...of('one-gateway.yaml'), ...args)).filter(({ kind }) => kind === 'ClusterRoleBinding').length;
    const off = 'clusterToken.enabled=false';
    assert.deepEqual([await bindings(), await bindings('--set', off)], [2, 0]);
    assert.equal(await bindings('--set', `${off},rbac.mode=constrained`), 2, 'where it is asked for by name');
  });

  test(`${which}: a pod stops within the time that Kubernetes gives it, and tells callers that keep a connection first`, async () => {
    const { pod, config } = gatewayOf(await manifests(...of('two-gateways-of-eks.yaml')));
    const { drainMs, stopTimeoutMs } = config.limits;
    const { terminationGracePeriodSeconds, containers } = pod.spec;
    const { seconds } = containers[0].lifecycle.preStop.sleep;
    assert.ok(seconds > 0 && drainMs > 0);
    assert.ok(seconds * 1000 + drainMs + stopTimeoutMs + STOP_MARGIN_MS <= terminationGracePeriodSeconds * 1000);
  });

  test(`${which}: the webhook refuses what it cannot answer, asks about pods that ask for it, and never about the gateway’s own`, async () => {
    const all = await manifests(...of('pods-of-the-cluster.yaml'));
    const found = all.find(({ kind }) => kind === 'MutatingWebhookConfiguration') as unknown as { webhooks: Webhook[] };
    const [webhook, ...more] = found.webhooks;
    assert.deepEqual(more, []);
    assert.deepEqual(
      [webhook?.failurePolicy, webhook?.sideEffects, webhook?.objectSelector.matchExpressions],
      ['Fail', 'None', [{ key: 'sallyport.dev/target', operator: 'Exists' }]],
    );
    assert.deepEqual(webhook?.namespaceSelector.matchExpressions, [
      { key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: ['sallyport', 'kube-system'] },
    ]);
  });

  test(`${which}: the webhook runs apart from the gateway, and holds nothing but its own certificate and the gateway’s authority`, async () => {
    const all = await manifests(...of('pods-of-the-cluster.yaml'));
    const own = all.find(({ kind }) => kind === 'Deployment');
    assert.ok(own?.spec !== undefined);
    const { template, selector } = own.spec as unknown as Workload;
    // Helm and kubectl read `0440` as YAML 1.1 has it, the parser here as 1.2 does.
    assert.deepEqual(template.spec.volumes, [
      {
        name: 'authority',
        secret: { secretName: 'gateway-tls', items: [{ key: 'ca.crt', path: 'ca.crt' }], defaultMode: 440 },
      },
      { name: 'certificate', secret: { secretName: 'webhook-certificate', defaultMode: 440 } },
    ]);
    assert.deepEqual(
      gatewayOf(all).pod.spec.containers.map(({ name }) => name),
      ['gateway'],
    );
    const { serviceAccountName } = template.spec;
    const given = all.filter(
      ({ kind, ...one }) => kind.endsWith('Binding') && JSON.stringify(one).includes(serviceAccountName),
    );
    assert.deepEqual([serviceAccountName, given], ['gw-webhook', []], 'its account may do nothing');
    const gateway = all.find(({ kind }) => kind === 'StatefulSet')?.spec as unknown as Workload;
    for (const [of, labels] of [
      [selector, gateway.template.metadata.labels],
      [gateway.selector, template.metadata.labels],
    ] as const)
      assert.ok(
        Object.entries(of.matchLabels).some(([key, value]) => labels[key] !== value),
        'neither’s Service and policies find the other’s pods',
      );
    const policy = all.find(({ kind, metadata }) => kind === 'NetworkPolicy' && metadata.name === 'gw-webhook');
    assert.deepEqual(policy?.spec, {
      podSelector: selector,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ ports: [{ port: 'webhook' }] }],
    });
  });

  test(`${which}: the webhook comes to the node’s network where it is told to, and nothing else does; it is replaced without a node to spare`, async () => {
    const workloads = async (...args: string[]) =>
      (await manifests(...of('pods-of-the-cluster.yaml'), ...args)).flatMap(({ kind, spec }) => {
        if (spec?.template === undefined) return [];
        const { strategy } = spec as { readonly strategy?: { readonly rollingUpdate: object } };
        return [[kind, spec.template.spec.hostNetwork === true, strategy?.rollingUpdate]];
      });
    const gateway = ['StatefulSet', false, undefined];
    const sorted = async (...args: string[]) => (await workloads(...args)).toSorted().reverse();
    assert.deepEqual(await sorted(), [gateway, ['Deployment', false, { maxUnavailable: 0, maxSurge: 1 }]]);
    assert.deepEqual(await sorted('--set', 'podWebhook.hostNetwork=true'), [
      gateway,
      ['Deployment', true, { maxUnavailable: 1, maxSurge: 0 }],
    ]);
  });

  test(`${which}: who signs for the webhook by cert-manager is there: an issuer that is named, or the CA of the release`, async () => {
    const issuersOf = async (...args: string[]) => {
      const all = await manifests(
        ...of('pods-of-the-cluster.yaml'),
        '--set',
        'podWebhook.tls.certManager=true',
        ...args,
      );
      const certificate = all.find(({ kind, metadata }) => kind === 'Certificate' && metadata.name === 'gw-webhook');
      const spec = certificate?.spec as unknown as { readonly issuerRef: unknown } | undefined;
      const made = all.filter(({ kind }) => kind === 'Issuer').map(({ metadata }) => metadata.name);
      return { issuerRef: spec?.issuerRef, made };
    };
    const named = { name: 'corporate', kind: 'ClusterIssuer' };
    assert.deepEqual(await issuersOf('--set-json', `tls.certManager.issuerRef=${JSON.stringify(named)}`), {
      issuerRef: named,
      made: [],
    });
    assert.deepEqual(await issuersOf('--set', 'tls.mode=certManager'), {
      issuerRef: { name: 'gw', kind: 'Issuer', group: 'cert-manager.io' },
      made: ['gw-root', 'gw'],
    });
  });

  test(`${which}: the certificates that Helm makes are of the authorities that are told, for the names that are asked for`, async () => {
    const made = [
      'podWebhook.tls.secretName=',
      'podWebhook.tls.caBundle=',
      'tls.mode=helm',
      'tls.helm.dnsNames={gw.example.com},tls.helm.ipAddresses={203.0.113.7}',
    ];
    const all = await manifests(...of('pods-of-the-cluster.yaml'), '--set', made.join(','));
    const found = all.find(({ kind }) => kind === 'MutatingWebhookConfiguration') as unknown as { webhooks: Webhook[] };
    const secret = (name: string) =>
      all.find(({ kind, metadata }) => kind === 'Secret' && metadata.name === name)?.data ?? {};
    for (const [name, hosts] of [
      ['gw-webhook', ['gw-webhook.sallyport.svc']],
      ['gw-tls', ['gw', 'gw.sallyport.svc', 'gw.sallyport.svc.cluster.local', 'localhost', 'gw.example.com']],
    ] as const) {
      const bytes = (key: string) => Buffer.from(secret(name)[key] ?? '', 'base64');
      const [authority, certificate] = [new X509Certificate(bytes('ca.crt')), new X509Certificate(bytes('tls.crt'))];
      assert.ok(
        certificate.verify(authority.publicKey) && certificate.checkPrivateKey(createPrivateKey(bytes('tls.key'))),
      );
      for (const host of hosts) assert.equal(certificate.checkHost(host), host);
      assert.deepEqual(
        Object.keys(secret(name)).toSorted(),
        ['ca.crt', 'tls.crt', 'tls.key'],
        'no key of an authority',
      );
    }
    const serving = new X509Certificate(Buffer.from(secret('gw-tls')['tls.crt'] ?? '', 'base64'));
    for (const address of ['127.0.0.1', '203.0.113.7']) assert.equal(serving.checkIP(address), address);
    assert.equal(found.webhooks[0]?.clientConfig.caBundle, secret('gw-webhook')['ca.crt']);
  });

  test(`${which}: what it prints after an install leads to a name that the gateway’s certificate has, from where it is typed`, async () => {
    const own = join(folder(), 'chart');
    cpSync(CHART, own, { recursive: true });
    const notes = readFileSync(join(CHART, 'templates/NOTES.txt'), 'utf8');
    const shown = `{{- define "notes" -}}\n${notes}{{- end -}}\napiVersion: v1\nkind: Notes\nnotes: {{ include "notes" . | toJson }}\n`;
    writeFileSync(join(own, 'templates/notes.yaml'), shown);
    const printed = async (...args: string[]): Promise<string> => {
      const only = ['--namespace', 'sallyport', '--show-only', 'templates/notes.yaml'];
      const { status, stdout, stderr } = await helm('template', 'gw', own, ...only, ...args);
      assert.equal(status, 0, stderr);
      return parse(stdout).notes;
    };
    assert.ok(LOCAL_NAMES.includes('localhost'), 'and the certificates that Helm makes have it');
    const local = await printed(...of('one-gateway.yaml'));
    assert.match(local, /\n {2}kubectl -n sallyport port-forward service\/gw 8443:443 &\n/);
    assert.match(local, /sallyport\.yaml \\\n {4}--server https:\/\/localhost:8443 --embed-ca --token-file/);
    assert.match(
      await printed(...of('one-gateway.yaml'), '--set', 'tls.mode=helm'),
      /--server https:\/\/localhost:8443 --embed-ca --ca-file \/etc\/sallyport\/tls\/ca\.crt /,
    );
    const elsewhere = await printed(...of('on-each-node.yaml'));
    assert.match(elsewhere, /--server https:\/\/gw\.sallyport\.svc:443 /);
    assert.ok(!elsewhere.includes('port-forward'), 'nobody knows whether that certificate has localhost');
    const server = { url: 'https://kubernetes.default.svc', tokenFile: 'token' };
    const two = JSON.stringify(['here', 'there'].map((name) => ({ name, server })));
    assert.match(await printed(...of('one-gateway.yaml'), '--set-json', `config.targets=${two}`), / --target here /);
  });

  for (const page of ['install-with-helm.md', 'eks-with-okta.md'])
    test(`${which}: the values of ${page} make what the gateway reads`, async () => {
      const [values, ...more] = yamlOf(page).filter((text) => text.startsWith('image:'));
      assert.deepEqual([values === undefined, more], [false, []]);
      const file = join(folder(), page.replace('.md', '.yaml'));
      writeFileSync(file, values as string);
      assert.ok(gatewayOf(await manifests('--values', file)).config.targets.length > 0);
    });

  test(`${which}: what would not do what was meant is refused with a sentence`, async () => {
    const refused = async (...args: string[]) => {
      const { status, stderr } = await helm('template', 'gw', CHART, ...of('one-gateway.yaml'), ...args);
      assert.notEqual(status, 0);
      return stderr;
    };
    assert.match(await refused('--set', 'replicas=2'), /tls\.mode is local/);
    assert.match(await refused('--set', 'replicas=2,tls.mode=secret,tls.secretName=a'), /share grants and kills/);
    assert.match(await refused('--set', 'config.dataFolder=/data'), /config\.dataFolder/);
    assert.match(await refused('--set', 'config.listne.port=1'), /listne/);
    assert.match(await refused('--set', 'replica=2'), /replica/);
    assert.match(await refused('--set', 'podWebhook.enabled=true'), /give the targets that they reach a `port`/);
    assert.match(await refused('--set-json', 'config.issuers=[]'), /issuers/);
    assert.match(await refused('--set', 'agents.namespaces={default}'), /is the gateway's own namespace/);
    assert.match(await refused('--set', 'terminationGracePeriodSeconds=18'), /a pod is killed after 18 s.* 18000 ms/);
    assert.match(await refused('--set', 'config.limits.stopTimeoutMs=60000'), /together 68000 ms/);
    const pods = ['--values', join(CHART, 'ci/pods-of-the-cluster.yaml')];
    assert.match(await refused(...pods, '--set', 'tls.mode=local'), /podWebhook\.gatewayCaBundle/);
    assert.match(await refused(...pods, '--set', 'podWebhook.audience=other'), /no issuer .* takes tokens for "other"/);
    const byCertManager = [...pods, '--set', 'podWebhook.tls.certManager=true'];
    assert.match(await refused(...byCertManager), /no issuer is named who would sign/);
    assert.match(await refused('--set', 'tls.certManager.issuerRef.kind=ClusterIssuer'), /an issuer has a name/);
  });
}

/** The YAML that a how-to shows. */
function yamlOf(page: string): readonly string[] {
  const text = readFileSync(join(root, 'docs/how-to', page), 'utf8');
  return [...text.matchAll(/^( *)```yaml\n([\s\S]*?)^ *```$/gm)].map(([, indent = '', block = '']) =>
    block.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  );
}

/** The pod templates of all workloads. */
function podsOf(all: readonly Manifest[]): readonly Pod[] {
  const workloads = all.filter(({ kind }) => ['StatefulSet', 'DaemonSet', 'Deployment'].includes(kind));
  return workloads.flatMap(({ spec }) => (spec?.template === undefined ? [] : [spec.template]));
}

/** The gateway's pod template, and the configuration that is in its ConfigMap, as the gateway has it. */
function gatewayOf(all: readonly Manifest[]) {
  const workload = all.find(({ kind }) => kind === 'StatefulSet' || kind === 'DaemonSet');
  const map = all.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === 'gw');
  const [document] = parseAllDocuments(map?.data?.['sallyport.yaml'] ?? '');
  assert.ok(workload?.spec?.template !== undefined);
  return { pod: workload.spec.template, config: configSchema.parse(document?.toJS()) };
}

function absolutePaths(value: unknown): readonly string[] {
  if (typeof value === 'string') return /^\/(etc|var)\//.test(value) ? [value] : [];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(absolutePaths) : [];
}

const [helm3, helm4] = [clientNamed('helm-3'), clientNamed('helm-4')];
for (const { name, missing } of [helm3, helm4]) {
  if (missing === undefined) describe(`the chart, by ${name}`, () => suite(name));
  else leftOut(`the chart, by ${name}`, missing);
}
