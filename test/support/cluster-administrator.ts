// A real API server of a suite's own, with an administrator's bearer token, as a gateway's credential is one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { type Cluster, startCluster } from './cluster.ts';
import type { RaceCluster } from './race-world.ts';

/** Starts one, without pods; `stop` takes it down. */
export async function administeredCluster(): Promise<RaceCluster> {
  const cluster = await startCluster({ node: false });
  const token = await administratorToken(cluster);
  return {
    cluster: { url: cluster.server, caPem: cluster.caPem, impersonatorToken: token, readerToken: token },
    adminToken: token,
    stop: () => cluster.stop(),
  };
}

/** A token of a service account that may do everything, and the group `ops` bound to the same. */
async function administratorToken({ server, caPem, folder }: Cluster): Promise<string> {
  const pem = (name: string): string => readFileSync(join(folder, 'pki', name), 'utf8');
  const dispatcher = new Agent({ connect: { ca: caPem, cert: pem('admin.crt'), key: pem('admin.key') } });
  const post = async (uri: string, body: object): Promise<{ status?: { token?: string } }> => {
    const headers = { 'content-type': 'application/json' };
    const reply = await request(server + uri, { method: 'POST', dispatcher, headers, body: JSON.stringify(body) });
    const text = await reply.body.text();
    if (reply.statusCode !== 201) throw new Error(text);
    return JSON.parse(text);
  };
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await post(accounts, { metadata: { name: 'writer' } });
  await post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'administrators-of-tests' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [
      { kind: 'ServiceAccount', name: 'writer', namespace: 'default' },
      { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'ops' },
    ],
  });
  const { status } = await post(`${accounts}/writer/token`, { spec: { expirationSeconds: 3600 } });
  await dispatcher.close();
  return status?.token ?? '';
}
