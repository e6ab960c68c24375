import { findContext } from '../src/cli/find-context.ts';
import { startDemoGateway } from './demo-gateway.ts';
import { startIssuer } from './issuer.ts';
import type { Scene } from './scene.ts';
import { OWN_CLUSTER_TOUR } from './tour.ts';

const SUBJECT = 'demo-bot';

/**
 * A gateway before the person's own cluster, with a policy that only reads.
 *
 * The cluster sees the person's own credential, since its RBAC knows no `demo-bot`; nothing is written to it, nor to the person's kubeconfig.
 */
export async function startOwnClusterScene(
  folder: string,
  own: { readonly context: string; readonly kubeconfig: string | undefined },
  env: Readonly<Record<string, string | undefined>>,
): Promise<Scene> {
  const { file } = findContext(own, env);
  const issuer = await startIssuer();
  const target = `  - name: demo
    kubeconfig: { file: ${JSON.stringify(file)}, context: ${JSON.stringify(own.context)} }
    # Your cluster sees your own credential; only the policy below tells callers apart.
    upstreamIdentity: credential
`;
  const gateway = await startDemoGateway(folder, {
    issuer,
    subject: SUBJECT,
    groups: ['demo-readers'],
    target,
    policy: READ_ONLY,
  });
  return {
    ...gateway,
    targetName: 'demo',
    clusterName: `your cluster, context ${own.context} of ${file}`,
    steps: OWN_CLUSTER_TOUR,
    async stop() {
      await gateway.stop();
      await issuer.close();
    },
  };
}

const READ_ONLY = `# Reading, and nothing else. Values of Secrets are masked whatever stands here.
apiVersion: sallyport.dev/v1
kind: Policy
metadata:
  name: read-only
callers:
  - groups: [demo-readers]
targets: [demo]
rules:
  - id: read
    effect: allow
    verbs: [get, list, watch]
    apiGroups: ["*"]
    resources: ["*"]
`;
