import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { parse } from 'yaml';
import { KNOWN_KINDS } from '../../src/cli/policy/known-kinds.ts';
import { createDiscovery, type DiscoveryReply } from '../../src/connectors/kubernetes/discovery/discovery.ts';
import { systemClock } from '../../src/std/clock.ts';
import { type Cluster, clusterAvailability, startCluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { leftOut } from '../support/left-out.ts';
import { CALLER } from '../support/test-cluster.ts';

interface GroupDiscovery {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly {
      readonly resource: string;
      readonly responseKind: { readonly kind: string };
      readonly scope: string;
      readonly shortNames?: readonly string[];
      readonly subresources?: readonly { readonly subresource: string }[];
    }[];
  }[];
}

const GROUP = 'discovery.example.test';

describe('discovery of a real API server', { timeout: 120_000 }, async () => {
  const { controlPlane, why } = clusterAvailability();
  if (!controlPlane) return leftOut('discovery of a real API server', why.join('; '));
  const cluster = await startCluster({ node: false });
  after(() => cluster.stop());
  const agent = adminAgent(cluster);
  const get = (path: string, accept: string) => send(cluster, agent, 'GET', path, { accept });

  describe('through the gateway', () => {
    let gateway: GatewayInFront;
    before(async () => {
      const admins = { name: 'testers' };
      const binding = {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: admins,
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: CALLER.groups[0] }],
      };
      const path = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings';
      await send(cluster, agent, 'POST', path, {}, JSON.stringify(binding));
      gateway = await startGatewayInFront(cluster);
    });
    after(() => gateway?.stop());

    const through = (path: string, accept: string) => {
      const token = readFileSync(join(dirname(gateway.kubeconfig), 'token'), 'utf8').trim();
      const trusting = new Agent({ ca: readFileSync(gateway.caFile) });
      const headers = { accept, authorization: `Bearer ${token}` };
      return send({ server: gateway.url }, trusting, 'GET', `/k8s/main${path}`, headers);
    };

    for (const path of ['/api', '/api/', '/apis', '/apis/apps', '/apis/apps/', '/.well-known/openid-configuration'])
      for (const accept of FORMS)
        test(`${path} as ${accept} does not tell the API server’s address, and tells all else`, async () => {
          const [direct, own] = await Promise.all([get(path, accept), through(path, accept)]);
          assert.equal(own.status, direct.status);
          const address = new URL(cluster.server).host;
          assert.equal(Buffer.from(own.body).includes(address), false);
          if (Buffer.from(direct.body).includes(address)) return tellsTheRest(direct.body, own.body, accept);
          // What had nothing to leave out is the very same; YAML is asked for as JSON.
          if (accept !== 'application/yaml' || own.status !== 200) assert.deepEqual(own.body, direct.body);
          else assert.deepEqual(parse(own.body.toString()), parse(direct.body.toString()));
        });
  });

  test('both forms of discovery tell the same kinds', async () => {
    const aggregated = createDiscovery({ get, clock: systemClock });
    const older = createDiscovery({ get: (path) => get(path, 'application/json'), clock: systemClock });
    for (const [group, version, resource, subresource] of [
      ['', 'v1', 'pods', ''],
      ['', 'v1', 'pods', 'exec'],
      ['', 'v1', 'pods', 'eviction'],
      ['', 'v1', 'nodes', 'proxy'],
      ['', 'v1', 'namespaces', 'finalize'],
      ['', 'v1', 'serviceaccounts', 'token'],
      ['apps', 'v1', 'deployments', 'scale'],
      ['certificates.k8s.io', 'v1', 'certificatesigningrequests', 'approval'],
      ['authorization.k8s.io', 'v1', 'selfsubjectaccessreviews', ''],
    ] as const) {
      const found = await aggregated.find(group, version, resource, subresource);
      assert.ok(found !== undefined, `${group}/${resource}/${subresource}`);
      assert.deepEqual(await older.find(group, version, resource, subresource), found);
    }
    assert.equal(await aggregated.find('apps', 'v1', 'gadgets', ''), undefined);
  });

  test('the kinds that the policy commands know are those that it serves', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';
    const served = await Promise.all(['/api', '/apis'].map(async (path) => (await get(path, accept)).body.toString()));
    for (const { metadata, versions } of served.flatMap((text) => JSON.parse(text).items as GroupDiscovery[])) {
      const group = metadata.name ?? '';
      const [newest] = versions.filter(({ version }) => /^v\d+$/.test(version));
      for (const { resource, responseKind, scope, shortNames, subresources } of newest?.resources ?? []) {
        const known = KNOWN_KINDS.find((kind) => kind.group === group && kind.resource === resource);
        const { kind, isNamespaced, version } = known ?? {};
        const place = `${group}/${resource}`;
        assert.deepEqual(
          { kind, isNamespaced, version, short: known?.shortNames },
          {
            kind: responseKind.kind,
            isNamespaced: scope === 'Namespaced',
            version: newest?.version,
            short: shortNames ?? [],
          },
          place,
        );
        const told = (subresources ?? []).map(({ subresource }) => subresource);
        assert.deepEqual(
          told.filter((each) => !known?.subresources.includes(each)),
          [],
          place,
        );
      }
    }
  });

  test('T20: a custom kind is known as soon as the API server serves it', async () => {
    const discovery = createDiscovery({ get, clock: systemClock });
    await discovery.find('', 'v1', 'pods', '');
    for (const plural of ['widgets', 'gadgets', 'gizmos']) {
      const made = await send(
        cluster,
        agent,
        'POST',
        '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
        {},
        definition(plural),
      );
      assert.equal(made.status, 201, made.body.toString());
      while ((await get(`/apis/${GROUP}/v1/${plural}`, 'application/json')).status !== 200) await pause(20);
      const found = await discovery.find(GROUP, 'v1', plural, '');
      assert.equal(found?.isNamespaced, true, plural);
      assert.equal((await discovery.find(GROUP, 'v1', plural, 'status'))?.kind, found?.kind);
    }
  });
});

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** What a client may accept of discovery. */
const FORMS = [
  'application/json',
  'application/yaml',
  'application/vnd.kubernetes.protobuf',
  'application/cbor',
  'application/cbor, application/json',
  '*/*',
  AGGREGATED,
  `${AGGREGATED},application/json`,
];

function tellsTheRest(direct: Uint8Array, own: Uint8Array, accept: string): void {
  if (accept.startsWith('application/vnd')) {
    // Its name, versions and kind stand in it as they do directly.
    for (const word of ['APIVersions', 'v1']) assert.ok(Buffer.from(own).includes(word), word);
    assert.ok(own.length < direct.length);
    return;
  }
  const [before, after] = [parse(direct.toString()), parse(own.toString())];
  if (before.jwks_uri !== undefined) assert.deepEqual(after, { ...before, jwks_uri: '/openid/v1/jwks' });
  else assert.deepEqual(after, { ...before, serverAddressByClientCIDRs: [] });
}

function definition(plural: string): string {
  const kind = plural.charAt(0).toUpperCase() + plural.slice(1, -1);
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  return JSON.stringify({
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${GROUP}` },
    spec: {
      group: GROUP,
      scope: 'Namespaced',
      names: { plural, kind },
      versions: [{ name: 'v1', served: true, storage: true, schema, subresources: { status: {} } }],
    },
  });
}

function adminAgent(cluster: Cluster): Agent {
  const pem = (end: string) => readFileSync(join(cluster.folder, 'pki', `admin.${end}`));
  return new Agent({ keepAlive: true, ca: cluster.caPem, cert: pem('crt'), key: pem('key') });
}

function send(
  { server }: Pick<Cluster, 'server'>,
  agent: Agent,
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): Promise<DiscoveryReply> {
  return new Promise((resolve, reject) => {
    const sent = request(
      new URL(path, server),
      { agent, method, headers: { 'content-type': 'application/json', ...headers } },
      (reply) => {
        const chunks: Buffer[] = [];
        reply
          .on('data', (chunk) => chunks.push(chunk))
          .on('end', () => resolve({ status: reply.statusCode ?? 0, body: Buffer.concat(chunks) }));
      },
    );
    sent.on('error', reject).end(body);
  });
}
