/*
 * Watches and logs over WebSocket, frame by frame: what the API server itself sends, and what comes through the gateway, which asks for them as plain HTTP and makes the
 * frames itself.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import WebSocket from 'ws';
import { parse } from 'yaml';
import { type Administrator, administratorOf } from '../clients/administrator.ts';
import type { Cluster } from '../support/cluster.ts';
import { type GatewayInFront, startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';

const NAMESPACE = 'frames';
const EVENTS = 4;
const PROTOBUF = 'application/vnd.kubernetes.protobuf;stream=watch,application/json;stream=watch';

const POD = `
apiVersion: v1
kind: Pod
metadata: {name: lines}
spec:
  terminationGracePeriodSeconds: 0
  restartPolicy: Never
  containers: [{name: lines, image: registry.test/busybox:1, imagePullPolicy: Never, command: [sh, -c, "echo one; echo zwei ü; printf 'no end of line'"]}]
`;

/** One connection: what the handshake took, its messages (in hexadecimal where they are binary), and how it closed. */
interface Seen {
  readonly protocol: string;
  readonly frames: readonly string[];
  readonly close: number;
  /** What the client itself has against it. */
  readonly error?: string;
}

const cluster = await sharedCluster('watches and logs over WebSocket, frame by frame');
if (cluster !== undefined) suite(cluster);

function suite(real: Cluster): void {
  let gateway: GatewayInFront;
  let admin: Administrator;
  let from: string;
  before(async () => {
    await bindCaller(real);
    real.certificateKubeconfig(join(real.folder, 'frames.kubeconfig'), CALLER.user, CALLER.groups);
    admin = await administratorOf(real, NAMESPACE);
    await admin(`kubectl create namespace ${NAMESPACE}; until kubectl get serviceaccount default; do :; done`);
    await admin('kubectl apply --validate=false -f -', POD);
    await admin("kubectl wait --for=jsonpath='{.status.phase}'=Succeeded pod/lines --timeout=120s");
    const list = await admin('kubectl get --raw /api/v1/namespaces/frames/configmaps');
    from = JSON.parse(list).metadata.resourceVersion;
    await admin(`kubectl create configmap one --from-literal=text='ü "quoted"'
      kubectl label configmap one a=b
      kubectl create configmap two
      kubectl delete configmap one`);
    gateway = await startGatewayInFront(real);
  });
  after(async () => {
    await gateway?.stop();
    await admin?.(`kubectl delete namespace ${NAMESPACE} --wait=false`);
  });

  /** The same both ways, until `count` messages have come or it closes. */
  async function both(path: string, offered: readonly string[], headers: Record<string, string>, count: number) {
    const pki = (name: string) => readFileSync(join(real.folder, 'pki', name));
    const name = `caller-${CALLER.user}`;
    const directly = { ca: real.caPem, cert: pki(`${name}.crt`), key: pki(`${name}.key`) };
    const text = readFileSync(gateway.kubeconfig, 'utf8');
    const server = parse(text).clusters[0].cluster.server.replace(/^https/, 'wss');
    const authorization = `Bearer ${readFileSync(gateway.tokenFile, 'utf8')}`;
    const through = { ca: readFileSync(gateway.caFile), headers: { ...headers, authorization } };
    return Promise.all([
      seen(
        new WebSocket(real.server.replace(/^https/, 'wss') + path, [...offered], {
          ...directly,
          headers,
          origin: real.server,
        }),
        count,
      ),
      seen(new WebSocket(server + path, [...offered], { ...through, origin: real.server }), count),
    ]);
  }

  const WATCHES: readonly (readonly [what: string, offered: readonly string[], accept: string])[] = [
    ['no protocol', [], '*/*'],
    ['base64.binary.k8s.io', ['base64.binary.k8s.io'], '*/*'],
    ['binary.k8s.io', ['binary.k8s.io'], '*/*'],
    ['protobuf', [], PROTOBUF],
  ];
  for (const [what, offered, accept] of WATCHES) {
    test(`a watch, ${what}: the same frames, whole and one an event`, async () => {
      const path = `/api/v1/namespaces/${NAMESPACE}/configmaps?watch=true&resourceVersion=${from}&fieldSelector=metadata.name!=kube-root-ca.crt`;
      const [direct, through] = await both(path, offered, { accept }, EVENTS);
      assert.equal(direct.frames.length, EVENTS, JSON.stringify(direct));
      assert.deepEqual(through, direct);
    });

    test(`a watch that its time ends, ${what}: the same frames and the same close`, async () => {
      const path = `/api/v1/namespaces/${NAMESPACE}/configmaps?watch=true&resourceVersion=${from}&timeoutSeconds=1`;
      const [direct, through] = await both(path, offered, { accept }, Number.POSITIVE_INFINITY);
      assert.ok(direct.frames.length >= EVENTS);
      assert.deepEqual(through, direct);
    });
  }

  // To a client that offers no protocol the API server names an empty one for a log, which the RFC allows no server, and this client takes no such reply.
  for (const follow of ['', '&follow=true'])
    test(`a log${follow}, no protocol: bytes, as for binary.k8s.io, where the API server itself names a protocol that is none`, async () => {
      const path = `/api/v1/namespaces/${NAMESPACE}/pods/lines/log?container=lines${follow}`;
      const [direct, through] = await both(path, [], {}, Number.POSITIVE_INFINITY);
      assert.equal(direct.error, 'Server sent a subprotocol but none was requested');
      const [binary] = await both(path, ['binary.k8s.io'], {}, Number.POSITIVE_INFINITY);
      assert.deepEqual(joined(through), joined({ ...binary, protocol: '' }));
    });

  for (const offered of [['base64.binary.k8s.io'], ['binary.k8s.io'], ['binary.k8s.io', 'base64.binary.k8s.io']])
    for (const follow of ['', '&follow=true'])
      test(`a log${follow}, ${offered.join() || 'no protocol'}: the same kind of frames, bytes and close`, async () => {
        const path = `/api/v1/namespaces/${NAMESPACE}/pods/lines/log?container=lines${follow}`;
        const [direct, through] = await both(path, offered, {}, Number.POSITIVE_INFINITY);
        assert.deepEqual(joined(through), joined(direct));
      });

  test('a log of what is missing: the handshake is refused alike', async () => {
    const path = `/api/v1/namespaces/${NAMESPACE}/pods/missing/log`;
    const [direct, through] = await both(path, [], {}, 1);
    assert.deepEqual(through, direct);
  });
}

/** How a log is cut into pieces is its reader's luck: whether it begins with an empty one, what kind they are, and what they are together is not. */
function joined({ protocol, frames, close }: Seen): unknown {
  const [first, ...others] = frames;
  const bytes = others.map((frame) => {
    const [kind, text = ''] = [frame.slice(0, 3), frame.slice(5)];
    if (kind === 'hex') return Buffer.from(text, 'hex');
    return Buffer.from(text, protocol.startsWith('base64.') ? 'base64' : 'utf8');
  });
  const kinds = [...new Set(others.map((frame) => frame.slice(0, 3)))];
  return { protocol, first, kinds, text: Buffer.concat(bytes).toString(), close };
}

function seen(socket: WebSocket, count: number): Promise<Seen> {
  const frames: string[] = [];
  let error: string | undefined;
  return new Promise((resolve) => {
    const done = (close: number) => {
      resolve({ protocol: socket.protocol, frames, close, ...(error === undefined ? {} : { error }) });
      socket.terminate();
    };
    socket.on('message', (data: Buffer, isBinary) => {
      frames.push(isBinary ? `hex: ${data.toString('hex')}` : `txt: ${data.toString()}`);
      if (frames.length === count) done(0);
    });
    socket.on('unexpected-response', (_request, response) => done(response.statusCode ?? 0));
    socket.on('error', ({ message }) => {
      error = message;
    });
    socket.on('close', done);
  });
}
