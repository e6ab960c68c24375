// Real Kubernetes clusters for tests: the scripts of test/cluster, with a life that is tied to this process.
//
// A cluster is one folder, <temporary folder>/sallyport-clusters-<uid>/<number>; making that folder claims the number, and the number
// gives the addresses (10.200.<number>.2) and ports, so that any number of processes can start clusters without asking one
// another. A folder whose owner is no longer alive (killed outright) is taken down by whoever comes next.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditLog, openAuditLog } from './audit-log.ts';
import { exitInOrder } from './exit-in-order.ts';

const SCRIPTS = join(import.meta.dirname, '..', 'cluster');
const CLUSTERS_MAX = 64;

/** The releases that the test cluster comes in: the folders of test/cluster that hold their modules. */
export type KubernetesRelease = '1.35' | '1.37';

/** The release that this run's clusters are of, as SALLYPORT_KUBERNETES says; 1.35 where it says nothing. */
export function kubernetesRelease(): KubernetesRelease {
  const release = process.env.SALLYPORT_KUBERNETES || '1.35';
  if (release === '1.35' || release === '1.37') return release;
  throw new Error(`SALLYPORT_KUBERNETES is \`${release}\`; it is one of 1.35 and 1.37`);
}

/** A real cluster that runs. */
export interface Cluster {
  /** Its number: the third byte of its addresses. */
  readonly number: number;
  /** The API server's URL, without a final slash. */
  readonly server: string;
  /** The authority that signed the API server's certificate, and that signs callers' certificates. */
  readonly caFile: string;
  readonly caPem: string;
  /** Where keys, logs and the administrator's kubeconfig are. */
  readonly folder: string;
  /** Whether pods run. */
  readonly node: boolean;
  /** The address under which pods reach this machine. */
  readonly machineAddress: string;
  /** Writes a kubeconfig of the cluster's administrator to `path`, or gives the path of the one that exists. */
  adminKubeconfig(path?: string): string;
  /** Writes a kubeconfig that presents a client certificate of this Kubernetes user and these groups. */
  certificateKubeconfig(path: string, user: string, groups: readonly string[]): string;
  /** The API server's audit log from this moment on. */
  auditLog(): AuditLog;
  /** Stops and removes it; the second time nothing. Does nothing for a cluster that was only joined. */
  stop(): void;
}

/** Whether clusters can be started on this machine, and in one sentence each what is missing. */
export function clusterAvailability(): { controlPlane: boolean; node: boolean; why: string[] } {
  const why: string[] = [];
  if (process.platform !== 'linux') why.push('the cluster needs Linux');
  const missing = ['bash', 'curl', 'openssl'].filter((program) => !isInstalled(program));
  if (missing.length > 0) why.push(`install ${missing.join(', ')}`);
  const go = { '1.35': '1.25', '1.37': '1.26' }[kubernetesRelease()];
  if (!existsSync(binary()) && !isInstalled('go')) why.push(`install Go ${go} or later (https://go.dev/dl)`);
  const controlPlane = why.length === 0;
  if (process.getuid?.() !== 0) why.push('pods need root');
  const programs = {
    containerd: 'containerd',
    runc: 'runc',
    busybox: 'busybox-static',
    ip: 'iproute2',
    iptables: 'iptables',
  };
  const packages = Object.entries(programs).flatMap(([program, name]) => (isInstalled(program) ? [] : [name]));
  if (!existsSync('/usr/lib/cni/ptp')) packages.push('containernetworking-plugins');
  if (packages.length > 0) why.push(`apt-get install ${packages.join(' ')}`);
  return { controlPlane, node: why.length === 0, why };
}

/**
 * Starts a cluster and resolves when it is ready: about five seconds, ten with a node; the first time on a machine it is compiled.
 * It is stopped by `stop`, when this process exits, or by SIGINT and SIGTERM.
 *
 * @param options.flags further flags for the API server
 */
export async function startCluster(options: { node: boolean; flags?: readonly string[] }): Promise<Cluster> {
  await run('build', [], {});
  const { number, folder } = claim();
  let isStopped = false;
  const stop = (): void => {
    if (isStopped) return;
    isStopped = true;
    takeDown(folder, number);
  };
  process.once('exit', stop);
  exitInOrder();
  const environment = {
    CLUSTER_N: String(number),
    CLUSTER_PORT: String(portOf(number)),
    APISERVER_FLAGS: (options.flags ?? []).join(' '),
  };
  await run('up', [folder, ...(options.node ? ['--node'] : [])], environment);
  return { ...openCluster(folder), stop };
}

/** A cluster that another process started, by its folder. */
export function openCluster(folder: string): Cluster {
  const number = Number(folder.split('/').at(-1));
  const node = existsSync(join(folder, 'netns'));
  const server = node ? `https://10.200.${number}.2:6443` : `https://127.0.0.1:${portOf(number)}`;
  const caFile = join(folder, 'pki', 'ca.crt');
  const kubeconfig = (name: string) => kubeconfigText(server, folder, name);
  return {
    number,
    server,
    caFile,
    caPem: readFileSync(caFile, 'utf8'),
    folder,
    node,
    machineAddress: node ? `10.200.${number}.1` : '127.0.0.1',
    adminKubeconfig(path) {
      if (path === undefined) return join(folder, 'admin.kubeconfig');
      writeFileSync(path, kubeconfig('admin'), { mode: 0o600 });
      return path;
    },
    certificateKubeconfig(path, user, groups) {
      const name = `caller-${user.replaceAll(/[^\w.@-]/g, '_')}`;
      const subject = [...groups.map((group) => `/O=${group}`), `/CN=${user}`].join('');
      execFileSync(join(SCRIPTS, 'certificate'), [folder, name, subject]);
      writeFileSync(path, kubeconfig(name), { mode: 0o600 });
      return path;
    },
    auditLog: () => openAuditLog(join(folder, 'log', 'audit.log')),
    stop: () => {},
  };
}

function kubeconfigText(server: string, folder: string, name: string): string {
  const pki = join(folder, 'pki');
  return `apiVersion: v1
kind: Config
current-context: cluster
clusters: [{name: cluster, cluster: {server: "${server}", certificate-authority: ${pki}/ca.crt}}]
users: [{name: caller, user: {client-certificate: ${pki}/${name}.crt, client-key: ${pki}/${name}.key}}]
contexts: [{name: cluster, context: {cluster: cluster, user: caller}}]
`;
}

function claim(): { number: number; folder: string } {
  const base = join(tmpdir(), `sallyport-clusters-${process.getuid?.() ?? 0}`);
  mkdirSync(base, { recursive: true, mode: 0o700 });
  for (const name of readdirSync(base)) {
    if (isAbandoned(join(base, name))) takeDown(join(base, name), Number(name));
  }
  for (let number = 1; number <= CLUSTERS_MAX; number++) {
    const folder = join(base, String(number));
    if (existsSync(`/run/netns/cluster${number}`)) continue;
    try {
      mkdirSync(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue;
      throw error;
    }
    writeFileSync(join(folder, 'owner'), String(process.pid));
    return { number, folder };
  }
  throw new Error(`${CLUSTERS_MAX} clusters run already; see ${base}`);
}

function isAbandoned(folder: string): boolean {
  try {
    process.kill(Number(readFileSync(join(folder, 'owner'), 'utf8')), 0);
    return false;
  } catch (error) {
    // No file yet: its owner is between the two lines of `claim`, so it is alive.
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

function takeDown(folder: string, number: number): void {
  mkdirSync(join(folder, 'pid'), { recursive: true });
  spawnSync(join(SCRIPTS, 'down'), [folder], { env: { ...process.env, CLUSTER_N: String(number) }, stdio: 'ignore' });
}

function portOf(number: number): number {
  return 26_443 + 10 * number;
}

function binary(): string {
  return execFileSync(join(SCRIPTS, 'build'), ['--path'], { encoding: 'utf8' }).trim();
}

function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

async function run(script: string, args: readonly string[], environment: Record<string, string>): Promise<void> {
  const child = spawn(join(SCRIPTS, script), args, {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0) throw new Error(`test/cluster/${script} failed with exit code ${code}`);
}
