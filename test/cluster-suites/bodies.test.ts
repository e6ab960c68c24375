import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ExpectedKind } from '../../src/connectors/kubernetes/body/agree.ts';
import { readOperationBody } from '../../src/connectors/kubernetes/body/read-operation-body.ts';
import { refuseUnknownKeys } from '../../src/connectors/kubernetes/request/delete-many.ts';
import { requestInfo } from '../../src/connectors/kubernetes/request/request-info.ts';
import { Refusal } from '../../src/model/refusal.ts';
import { type Cluster, clusterAvailability, openCluster, startCluster } from '../support/cluster.ts';
import { leftOut } from '../support/left-out.ts';
import { CLUSTER_FOLDER } from '../support/test-cluster.ts';

/*
 * What a real API server makes of bodies that two readers take two ways, beside what the gateway says of them: the reason for each of these
 * refusals, shown. A row that no longer holds for a newer API server fails here, and may be dropped.
 */

const NAMESPACE = 'bodies';
const MAPS = `/api/v1/namespaces/${NAMESPACE}/configmaps`;
const SCALE = `/apis/apps/v1/namespaces/${NAMESPACE}/deployments/web/scale`;
const JSON_TYPE = 'application/json';

const KINDS: Readonly<Record<string, ExpectedKind>> = {
  configmaps: { kind: 'ConfigMap', group: '', version: 'v1', isNamespaced: true },
  nodes: { kind: 'Node', group: '', version: 'v1', isNamespaced: false },
  deployments: { kind: 'Scale', group: 'autoscaling', version: 'v1', isNamespaced: true },
};

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly bytes: Buffer;
}

describe('bodies that the API server takes in a way of its own', { timeout: 180_000 }, async () => {
  const { controlPlane, why } = clusterAvailability();
  if (!controlPlane) return leftOut('bodies beside a real API server', why.join('; '));
  const shared = process.env[CLUSTER_FOLDER];
  const cluster = shared ? openCluster(shared) : await startCluster({ node: false });
  const agent = adminAgent(cluster);
  const ask = (method: string, uri: string, body: string | Buffer, type = JSON_TYPE) =>
    send(cluster, agent, method, uri, body, type);

  before(async () => {
    await ask('POST', '/api/v1/namespaces', `{"metadata":{"name":"${NAMESPACE}"}}`);
    await ask('POST', MAPS, '{"metadata":{"name":"map"},"data":{"a":"1"}}');
  });
  after(async () => {
    await ask('DELETE', `/api/v1/namespaces/${NAMESPACE}`, '');
    agent.destroy();
    if (!shared) cluster.stop();
  });

  test('T58: `Kind` is `kind` to it', async () => {
    const body = '{"Kind":"Secret","metadata":{"name":"other"}}';
    assert.match((await ask('POST', MAPS, body)).text, /Secret/);
    assert.equal(gateway('POST', MAPS, body), 'BODY_UNREADABLE');
  });

  test('T58: of two equal keys the last one counts', async () => {
    const body = '{"metadata":{"name":"first","name":"second"}}';
    assert.match((await ask('POST', MAPS, body)).text, /"name":"second"/);
    assert.equal(gateway('POST', MAPS, body), 'BODY_UNREADABLE');
  });

  test('T56: a charset changes nothing', async () => {
    const type = 'application/json; charset=utf-16';
    assert.equal((await ask('POST', MAPS, '{"metadata":{"name":"charset"}}', type)).status, 201);
    assert.equal(gateway('POST', MAPS, '{"metadata":{"name":"charset"}}', type), 'MEDIA_TYPE_UNSUPPORTED');
  });

  test('T56: YAML is of version 1.1', async () => {
    const body = 'metadata: {name: old}\nimmutable: yes\n';
    assert.match((await ask('POST', MAPS, body, 'application/yaml')).text, /"immutable":true/);
    assert.equal(gateway('POST', MAPS, body, 'application/yaml'), 'BODY_UNREADABLE');
  });

  test('T58: what stands before the first slash of a JSON pointer is dropped', async () => {
    const body = '[{"op":"replace","path":"nothing/data/a","value":"2"}]';
    const type = 'application/json-patch+json';
    assert.match((await ask('PATCH', `${MAPS}/map`, body, type)).text, /"a":"2"/);
    assert.equal(gateway('PATCH', `${MAPS}/map`, body, type), 'BODY_UNREADABLE');
  });

  test('T28: `$retainKeys` drops finalizers', async () => {
    const finalizers = '{"metadata":{"finalizers":["example.test/keep"]}}';
    assert.match(
      (await ask('PATCH', `${MAPS}/map`, finalizers, 'application/merge-patch+json')).text,
      /example.test\/keep/,
    );
    const body = '{"metadata":{"$retainKeys":["name"],"name":"map"}}';
    const type = 'application/strategic-merge-patch+json';
    assert.doesNotMatch((await ask('PATCH', `${MAPS}/map`, body, type)).text, /example.test\/keep/);
    assert.equal(gateway('PATCH', `${MAPS}/map`, body, type), 'finalizers');
  });

  test('T28: a scale without replicas is one to zero', async () => {
    const spec =
      '{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"a","image":"a"}]}}}';
    const made = await ask('POST', SCALE.slice(0, -'/web/scale'.length), `{"metadata":{"name":"web"},"spec":${spec}}`);
    assert.equal(made.status, 201, made.text);
    const body = `{"metadata":{"name":"web","namespace":"${NAMESPACE}"},"spec":{}}`;
    assert.match((await ask('PUT', SCALE, body)).text, /"spec":\{\}/);
    assert.equal(gateway('PUT', SCALE, body), 'scale-to-zero');
  });

  test('what a strategic patch says of its own kind is looked at by nobody; of a merge patch and an apply it counts', async () => {
    // As Ansible's `k8s_scale` sends it: the scale of a deployment, called a deployment.
    const body = '{"kind":"Deployment","apiVersion":"apps/v1","metadata":{"name":"web"},"spec":{"replicas":2}}';
    const strategic = 'application/strategic-merge-patch+json';
    const { status, text } = await ask('PATCH', SCALE, body, strategic);
    assert.equal(status, 200, text);
    assert.match(text, /"kind":"Scale".*"spec":\{"replicas":2\}/);
    assert.equal(gateway('PATCH', SCALE, body, strategic), '');
    for (const type of ['application/merge-patch+json', 'application/apply-patch+yaml']) {
      assert.notEqual((await ask('PATCH', `${SCALE}?fieldManager=m`, body, type)).status, 200, type);
      assert.equal(gateway('PATCH', SCALE, body, type), 'BODY_MISMATCH');
    }
  });

  test('T72: a list option that this server does not know is ignored, and a delete of many deletes all', async () => {
    const uri = `${MAPS}?labelSelector=t72%3Dyes&onlyThese=none`;
    for (const name of ['t72-a', 't72-b'])
      await ask('POST', MAPS, `{"metadata":{"name":"${name}","labels":{"t72":"yes"}}}`);
    assert.equal((await ask('DELETE', uri, '')).status, 200);
    assert.match((await ask('GET', uri, '')).text, /"items":\[\]/);
    assert.equal(gateway('DELETE', uri, ''), 'QUERY_AMBIGUOUS');
  });

  test('T24: a delete with a body heeds no dry run of its query', async () => {
    assert.equal((await ask('DELETE', `${MAPS}/map?dryRun=All`, '{}')).status, 200);
    assert.equal((await ask('GET', `${MAPS}/map`, '')).status, 404);
    assert.equal(gateway('DELETE', `${MAPS}/map?dryRun=All`, '{}'), 'QUERY_AMBIGUOUS');
  });

  test('T56: a Node as this release has it is read from protobuf, and taken back as it was', async () => {
    const protobuf = 'application/vnd.kubernetes.protobuf';
    const node = '/api/v1/nodes/of-protobuf';
    // What a kubelet of 1.37 reports; an older API server drops what it does not know.
    const status = '{"metadata":{"name":"of-protobuf"},"status":{"nodeInfo":{"runningInUserNamespace":true}}}';
    assert.equal((await ask('POST', '/api/v1/nodes', '{"metadata":{"name":"of-protobuf"}}')).status, 201);
    try {
      assert.equal((await ask('PATCH', `${node}/status`, status, 'application/merge-patch+json')).status, 200);
      // A controller that marks the new node between the two makes them a conflict, as it does to any client: then both again.
      let put = 409;
      for (let tries = 0; put === 409 && tries < 50; tries++) {
        const { bytes } = await send(cluster, agent, 'GET', node, '', protobuf);
        assert.equal(bytes.subarray(0, 3).toString(), 'k8s');
        assert.equal(gateway('PUT', node, bytes, protobuf), '');
        put = (await send(cluster, agent, 'PUT', node, bytes, protobuf)).status;
      }
      assert.equal(put, 200);
    } finally {
      await ask('DELETE', node, '');
    }
  });
});

/** What the gateway says: a refusal's code, or what the body makes the operation equal. */
function gateway(method: string, uri: string, body: string | Buffer, contentType = JSON_TYPE): string {
  try {
    const path = requestInfo(method, uri);
    refuseUnknownKeys(path);
    const read = readOperationBody({ bytes: Buffer.from(body), contentType, path, expected: KINDS[path.resource] });
    return read.equivalents.join();
  } catch (thrown) {
    if (thrown instanceof Refusal) return thrown.code;
    throw thrown;
  }
}

function adminAgent(cluster: Cluster): Agent {
  const pem = (end: string) => readFileSync(join(cluster.folder, 'pki', `admin.${end}`));
  return new Agent({ keepAlive: true, ca: cluster.caPem, cert: pem('crt'), key: pem('key') });
}

function send(
  cluster: Cluster,
  agent: Agent,
  method: string,
  uri: string,
  body: string | Buffer,
  type: string,
): Promise<Answer> {
  const { hostname, port } = new URL(cluster.server);
  const headers = {
    'content-length': Buffer.byteLength(body),
    ...(body === '' ? {} : { 'content-type': type }),
    ...(method === 'GET' ? { accept: type } : {}),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ agent, hostname, port, method, path: uri, headers }, (reply) => {
      const chunks: Buffer[] = [];
      reply.on('data', (chunk: Buffer) => chunks.push(chunk));
      reply.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: reply.statusCode ?? 0, text: bytes.toString(), bytes });
      });
    });
    sent.on('error', reject).end(body);
  });
}
