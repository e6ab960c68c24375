/*
 * `node test/clients/exit-codes.ts [--times 150] [--minutes 20] [--client kubectl-1.35]`: how often kubectl tells another exit code than the command's own while its standard
 * input still comes, directly and through the gateway, told after every tenth; none begins after its minutes. Some get lost in kubectl itself: who writes into a connection that the other end has left may never read what that had
 * said; and some hang, since the API server waits for a kubelet that takes no more. It ends with 1 where more go wrong through the gateway than directly, by more than luck
 * gives.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startGatewayInFront } from '../support/gateway.ts';
import { bindCaller, CALLER, sharedCluster } from '../support/test-cluster.ts';
import { administratorOf } from './administrator.ts';
import type { ClientName } from './client.ts';
import { clientNamed } from './clients.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '150' },
    minutes: { type: 'string', default: '20' },
    client: { type: 'string', default: 'kubectl-1.35' },
  },
});
const times = Number(values.times);
const lastBeginMs = Date.now() + Number(values.minutes) * 60_000;
/** One that has not ended by then counts as one that hangs. */
const HANGS_MS = 20_000;
const NAMESPACE = 'exit-codes';
const POD = `{apiVersion: v1, kind: Pod, metadata: {name: shell}, spec: {terminationGracePeriodSeconds: 0, dnsPolicy: Default, containers: [
  {name: shell, image: registry.test/busybox:1, imagePullPolicy: Never, command: [sleep, "100000"]}]}}`;

const cluster = await sharedCluster('exit codes while standard input comes');
if (cluster === undefined) process.exit(2);
const kubectl = join(await clientNamed(values.client as ClientName).prepare(), 'kubectl');
const folder = mkdtempSync(join(tmpdir(), 'sallyport-exit-codes-'));
await bindCaller(cluster);
const admin = await administratorOf(cluster, NAMESPACE);
await admin(`kubectl create namespace ${NAMESPACE}; until kubectl get serviceaccount default; do sleep 0.2; done`);
await admin('kubectl apply --validate=false -f -', POD);
await admin('kubectl wait --for=condition=Ready pod/shell --timeout=120s');
const gateway = await startGatewayInFront(cluster);
const ways = {
  directly: cluster.certificateKubeconfig(join(folder, 'direct'), CALLER.user, CALLER.groups),
  'through the gateway': gateway.kubeconfig,
};
const wrong = { directly: 0, 'through the gateway': 0 };
const seen: Record<keyof typeof ways, Record<string, number>> = { directly: {}, 'through the gateway': {} };
let done = 0;
try {
  while (done < times && Date.now() < lastBeginMs) {
    for (const [way, kubeconfig] of Object.entries(ways) as [keyof typeof ways, string][]) {
      const code = await exitCode(kubeconfig);
      if (code !== 5) wrong[way]++;
      seen[way][code ?? 'hangs'] = (seen[way][code ?? 'hangs'] ?? 0) + 1;
    }
    if (++done % 10 === 0) tell();
  }
} finally {
  await admin(`kubectl delete namespace ${NAMESPACE} --wait=false`);
  await gateway.stop();
  rmSync(folder, { recursive: true });
  cluster.stop();
}
tell();
// Three standard deviations of the difference of two counts.
const luck = 3 * Math.sqrt(wrong.directly + wrong['through the gateway']);
process.exitCode = wrong['through the gateway'] - wrong.directly > luck ? 1 : 0;

function tell(): void {
  for (const [way, count] of Object.entries(wrong))
    process.stdout.write(`${way}: ${count} of ${done} wrong: ${JSON.stringify(seen[way as keyof typeof ways])}\n`);
}

/** Of a command that ends while more and more is written to it; null where it hangs. */
function exitCode(kubeconfig: string): Promise<number | null> {
  const args = [
    '--kubeconfig',
    kubeconfig,
    '--namespace',
    NAMESPACE,
    'exec',
    '-i',
    'shell',
    '--',
    'sh',
    '-c',
    'exit 5',
  ];
  const child = spawn(kubectl, args, { stdio: ['pipe', 'ignore', 'ignore'], timeout: HANGS_MS, killSignal: 'SIGKILL' });
  const chunk = Buffer.alloc(16_384, 'x');
  const write = () => {
    while (child.stdin.write(chunk));
  };
  child.stdin.on('drain', write).on('error', () => {});
  write();
  return new Promise((resolve) => child.on('close', resolve));
}
