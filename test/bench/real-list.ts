/** A list of 5,000 ConfigMaps from a real API server, directly and through the gateway under 2,000 rules, in turns. */
import { readFileSync } from 'node:fs';
import https from 'node:https';
import { dirname, join } from 'node:path';
import { startCluster } from '../support/cluster.ts';
import { startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER } from '../support/test-cluster.ts';
import type { ListTime } from './bulk.ts';
import { median } from './figures.ts';

const OBJECTS = 5_000;
const RULES = 2_000;
const WRITERS = 16;
const URI = '/api/v1/namespaces/default/configmaps';

type Way = (method: string, uri: string, body?: object) => Promise<{ readonly status: number; readonly bytes: number }>;

/** One row for each way; each is asked `rounds` times, after one that does not count. */
export async function measureRealLists(rounds: number): Promise<readonly ListTime[]> {
  const cluster = await startCluster({ node: false });
  try {
    await bindCaller(cluster);
    const pki = (name: string) => readFileSync(join(cluster.folder, 'pki', name));
    const direct = wayTo(cluster.server, { ca: pki('ca.crt'), cert: pki('admin.crt'), key: pki('admin.key') }, {});
    await fill(direct);
    const gateway = await startGatewayInFront(cluster, { policy: [manyRules()] });
    try {
      const token = readFileSync(join(dirname(gateway.kubeconfig), 'token'), 'utf8').trim();
      const headers = { authorization: `Bearer ${token}` };
      const through = wayTo(`${gateway.url}/k8s/main`, { ca: readFileSync(gateway.caFile) }, headers);
      return await inTurns({ direct, gateway: through }, rounds);
    } finally {
      await gateway.stop();
    }
  } finally {
    cluster.stop();
  }
}

async function inTurns(
  ways: Readonly<Record<'direct' | 'gateway', Way>>,
  rounds: number,
): Promise<readonly ListTime[]> {
  const found = { direct: [] as number[], gateway: [] as number[] };
  for (let round = -1; round < rounds; round++) {
    for (const name of ['direct', 'gateway'] as const) {
      const from = performance.now();
      const { status } = await ways[name]('GET', `${URI}?limit=${2 * OBJECTS}`);
      if (status !== 200) throw new Error(`the list was answered ${status}`);
      if (round >= 0) found[name].push(performance.now() - from);
    }
  }
  return Object.entries(found).map(([way, ms]) => ({ way, ms: median(ms) }));
}

async function fill(ask: Way): Promise<void> {
  let next = 0;
  const write = async () => {
    while (next < OBJECTS) {
      const name = `settings-${next++}`;
      const data = { mode: 'on', text: 'a value of some length '.repeat(20) };
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels: { app: 'bench' } }, data };
      const { status } = await ask('POST', URI, body);
      if (status !== 201) throw new Error(`${name} was answered ${status}`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

function manyRules(): object {
  const others = Array.from({ length: RULES - 1 }, (_, i) => ({
    id: `other-${i}`,
    effect: i % 10 === 0 ? 'deny' : 'allow',
    verbs: ['get', 'list'],
    apiGroups: [''],
    resources: ['configmaps'],
    namespaces: [`team-${i}`],
  }));
  const own = { id: 'own', effect: 'allow', verbs: ['list'], apiGroups: [''], resources: ['configmaps'] };
  return {
    apiVersion: 'sallyport.dev/v1',
    kind: 'Policy',
    metadata: { name: 'many' },
    targets: ['*'],
    callers: [{ groups: [...CALLER.groups] }],
    rules: [...others, { ...own, namespaces: ['default'] }],
  };
}

function wayTo(origin: string, tls: https.AgentOptions, headers: Readonly<Record<string, string>>): Way {
  const agent = new https.Agent({ ...tls, keepAlive: true, maxSockets: WRITERS });
  return (method, uri, body) =>
    new Promise((resolve, reject) => {
      const options = {
        agent,
        method,
        headers: { accept: 'application/json', 'content-type': 'application/json', ...headers },
      };
      const request = https.request(`${origin}${uri}`, options, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
        response.on('error', reject);
      });
      request.on('error', reject);
      request.end(body === undefined ? undefined : JSON.stringify(body));
    });
}
