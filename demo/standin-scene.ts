import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDemoGateway } from './demo-gateway.ts';
import { startIssuer } from './issuer.ts';
import type { Scene } from './scene.ts';
import { startStandin } from './standin/standin.ts';
import { TOUR } from './tour.ts';

const SUBJECT = 'triage-bot';

/** A gateway before the embedded cluster, whose issuer is the embedded identity provider. */
export async function startStandinScene(folder: string): Promise<Scene> {
  await mkdir(join(folder, 'upstream'), { recursive: true, mode: 0o700 });
  const [standin, issuer] = await Promise.all([startStandin(), startIssuer()]);
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
    subject: SUBJECT,
    groups: ['sre-bots'],
    target,
    policy: POLICY,
  });
  return {
    ...gateway,
    administratorFile,
    clusterName: `an embedded stand-in of a cluster at ${standin.url}`,
    steps: TOUR,
    async stop() {
      await gateway.stop();
      await Promise.all([standin.close(), issuer.close()]);
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
  - id: never-delete-namespaces
    effect: deny
    verbs: [delete, deletecollection]
    apiGroups: [""]
    resources: [namespaces]
`;
