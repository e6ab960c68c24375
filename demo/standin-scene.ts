import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { startDemoGateway } from './demo-gateway.ts';
import { startIssuer } from './issuer.ts';
import type { Scene } from './scene.ts';
import { type Standin, startStandin } from './standin/standin.ts';
import { TOUR } from './tour.ts';

const SUBJECT = 'triage-bot';

/** A gateway before the embedded cluster, whose issuer is the embedded identity provider. */
export async function startStandinScene(folder: string): Promise<Scene> {
  await mkdir(join(folder, 'upstream'), { recursive: true, mode: 0o700 });
  const [standin, issuer, people] = await Promise.all([startStandin(), startIssuer(), startIssuer()]);
  await makeTrial(standin);
  const secret = { mode: 0o600 };
  await writeFile(join(folder, 'upstream', 'ca.crt'), standin.caPem);
  await writeFile(join(folder, 'upstream', 'token'), standin.impersonatorToken, secret);
  await writeFile(join(folder, 'upstream', 'reader-token'), standin.readerToken, secret);
  const administratorFile = join(folder, 'upstream', 'administrator.yaml');
  await writeFile(administratorFile, administratorText(standin.url, standin.adminToken), secret);
  const target = `  - name: demo
    server: { url: "${standin.url}", caFile: upstream/ca.crt, tokenFile: upstream/token }
    # The credential above may only impersonate; what rules need to know is read with this one.
    reader: { tokenFile: upstream/reader-token }
`;
  const gateway = await startDemoGateway(folder, {
    issuer,
    approver: { issuer: people, subject: 'lea', groups: ['leads'] },
    subject: SUBJECT,
    prefix: 'triage-',
    groups: ['sre-bots'],
    target,
    policy: POLICY,
  });
  return {
    ...gateway,
    administratorFile,
    targetName: 'demo',
    clusterName: `an embedded stand-in of a cluster at ${standin.url}`,
    steps: TOUR,
    async stop() {
      await gateway.stop();
      await Promise.all([standin.close(), issuer.close(), people.close()]);
    },
  };
}

function administratorText(server: string, token: string): string {
  return `apiVersion: v1
kind: Config
current-context: cluster
clusters: [{ name: cluster, cluster: { server: "${server}", certificate-authority: ca.crt } }]
users: [{ name: administrator, user: { token: "${token}" } }]
contexts: [{ name: cluster, context: { cluster: cluster, user: administrator } }]
`;
}

const POLICY = `# The demo's policy. Change it while the gateway runs: the next command is judged by what stands here.
apiVersion: sallyport.dev/v1
kind: Policy
metadata:
  name: demo
callers:
  - groups: [sre-bots]
targets: [demo]
roles:
  # Who sees what all of them do, and stops them: the person who signs in to the console.
  - { role: operator, callers: [{ groups: [leads] }] }
rules:
  - id: read-workloads
    effect: allow
    verbs: [get, list, watch]
    apiGroups: ["", apps, batch]
    resources: [pods, pods/log, services, configmaps, events, deployments, replicasets, statefulsets, daemonsets, jobs, cronjobs]
    namespaces: [shop]
  - id: see-secrets
    effect: allow
    verbs: [get, list, watch]
    apiGroups: [""]
    resources: [secrets]
    namespaces: [shop]
  - id: change-the-database-secret
    effect: allow
    verbs: [patch]
    apiGroups: [""]
    resources: [secrets]
    resourceNames: [database]
    namespaces: [shop]
  - id: scale-web
    effect: allow
    verbs: [get, update, patch]
    apiGroups: [apps]
    resources: [deployments/scale]
    resourceNames: [web]
    namespaces: [shop]
  - id: look-into-pods
    effect: allow
    verbs: [get, create]
    apiGroups: [""]
    resources: [pods/exec]
    namespaces: [shop]
  - id: scale-api
    effect: request
    verbs: [get, patch]
    apiGroups: [apps]
    resources: [deployments/scale]
    resourceNames: [api]
    namespaces: [shop]
    request: { forMax: 30m, usesMax: 5 }
  - id: ask-before-a-namespace-goes
    effect: hold
    reason: what goes with a namespace does not come back
    verbs: [delete]
    apiGroups: [""]
    resources: [namespaces]
    hold: { approvers: [{ groups: [leads] }], lifts: [deletions] }
  - id: never-delete-the-shop
    effect: deny
    verbs: [delete, deletecollection]
    apiGroups: [""]
    resources: [namespaces]
    resourceNames: [shop]
`;

/** What the held delete is of: a namespace with something that runs in it. */
async function makeTrial({ url, caPem, adminToken }: Standin): Promise<void> {
  const dispatcher = new Agent({ connect: { ca: caPem } });
  const labels = { app: 'old' };
  const spec = { containers: [{ name: 'old', image: 'registry.example/trial/old:0.9.0' }] };
  const objects = [
    ['/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'trial' } }],
    [
      '/apis/apps/v1/namespaces/trial/deployments',
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'old' },
        spec: { replicas: 2, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
      },
    ],
  ] as const;
  for (const [path, object] of objects) {
    const { statusCode, body } = await request(url + path, {
      method: 'POST',
      dispatcher,
      headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(object),
    });
    const text = await body.text();
    if (statusCode !== 201) throw new Error(`${path} answered ${statusCode}: ${text}`);
  }
  await dispatcher.close();
}
