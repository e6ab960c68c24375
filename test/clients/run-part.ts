import { execFile } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Cluster } from '../support/cluster.ts';
import { clientNamed } from './clients.ts';
import { normalised, type Surroundings, storedForm } from './normalise.ts';
import type { Row } from './row.ts';
import { runRow } from './run-row.ts';
import { ENDPOINT_SETTLED } from './settled.ts';
import type { Part } from './table.ts';

const run = promisify(execFile);

/** A way to the cluster. */
export interface Route {
  /** A kubeconfig with absolute paths; its current context is the one that is used. */
  readonly kubeconfig: string;
  /** One whose server URL has no path, for rows that need it; `kubeconfig` where it is not given. */
  readonly pathlessKubeconfig?: string;
  /** One with a credential plugin, for rows that need it; `kubeconfig` where it is not given. */
  pluginKubeconfig?(version: 'v1' | 'v1beta1'): string;
  /** What its credential plugin needs of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What a row gave and left, in a form in which two equal runs are equal. */
export interface Outcome {
  readonly row: string;
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly fetched: string;
  readonly stored: Readonly<Record<string, string>>;
}

/**
 * Runs the rows of one client along a route, in a namespace that is made for it and removed afterwards.
 *
 * @param namespace must have the same length for both runs that are compared
 */
export async function runPart(
  part: Part,
  route: Route,
  cluster: Cluster,
  namespace: string,
): Promise<readonly Outcome[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-table-'));
  try {
    const at = await prepare(part, route, cluster, namespace, folder);
    const outcomes: Outcome[] = [];
    for (const row of part.rows) outcomes.push(await outcomeOf(row, at));
    await at.admin('kubectl delete namespace $NS --wait=false');
    return outcomes;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly surroundings: Surroundings;
  environment(row: Row): Readonly<Record<string, string>>;
  admin(line: string): Promise<string>;
}

async function prepare(part: Part, route: Route, cluster: Cluster, namespace: string, folder: string): Promise<Place> {
  for (const name of ['manifests', 'chart']) {
    cpSync(join(import.meta.dirname, name), name === 'chart' ? join(folder, name) : folder, { recursive: true });
  }
  const path = process.env.PATH ?? '';
  const kubectl = await clientNamed('kubectl-1.35').prepare();
  const common = { LANG: 'C.UTF-8', TERM: 'xterm', TZ: 'UTC', NS: namespace };
  const environmentOf = async (who: string, kubeconfig: string, programs: string) => {
    const home = join(folder, who);
    mkdirSync(home);
    copyFileSync(kubeconfig, join(home, 'kubeconfig'));
    const environment = { ...common, HOME: home, PATH: `${programs}:${path}`, KUBECONFIG: join(home, 'kubeconfig') };
    const config = (...args: string[]) => run(join(kubectl, 'kubectl'), ['config', ...args], { env: environment });
    await config('set-context', '--current', '--namespace', namespace);
    const { stdout: server } = await config('view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}');
    return { server, environment: { ...environment, ...(who === 'administrator' ? {} : route.environment) } };
  };
  const programs = await clientNamed(part.client).prepare();
  const { environment: administrator } = await environmentOf('administrator', cluster.adminKubeconfig(), kubectl);
  const caller = await environmentOf('caller', route.kubeconfig, programs);
  const pathless = await environmentOf('pathless', route.pathlessKubeconfig ?? route.kubeconfig, programs);
  const plugins = new Map<string, Awaited<ReturnType<typeof environmentOf>>>();
  for (const { plugin } of part.rows) {
    if (plugin === undefined || plugins.has(plugin)) continue;
    const kubeconfig = route.pluginKubeconfig?.(plugin) ?? route.kubeconfig;
    plugins.set(plugin, await environmentOf(`plugin-${plugin}`, kubeconfig, programs));
  }
  const admin = async (line: string) =>
    (await run('bash', ['-c', line], { cwd: folder, env: administrator, maxBuffer: 64e6 })).stdout;
  await admin(setUp);
  return {
    surroundings: { namespace, servers: [caller.server, pathless.server], folder },
    environment: ({ plugin, isPathless }) =>
      ((plugin === undefined ? undefined : plugins.get(plugin)) ?? (isPathless ? pathless : caller)).environment,
    admin,
  };
}

// Nothing is left to how quick a controller is: a run before this one may still be going away, what a new namespace is given is there before its first pod asks for it, and
// what is told of pods and of a Service afterwards is there before `describe` looks. What went wrong on the way and was tried again is told nobody.
const setUp = `
  kubectl delete namespace $NS $NS-extra --ignore-not-found && kubectl create namespace $NS &&
  until kubectl get serviceaccount/default configmap/kube-root-ca.crt; do sleep 0.2; done &&
  kubectl apply -f setup.yaml && kubectl rollout status deployment app && kubectl wait --for=condition=Ready pod --all --timeout=170s &&
  for reason in Scheduled Pulled Created Started; do
    until [ "$(kubectl get events --field-selector reason=$reason --no-headers | wc -l)" -ge 4 ]; do sleep 0.2; done
  done &&
  for reason in ScalingReplicaSet SuccessfulCreate; do
    until [ "$(kubectl get events --field-selector reason=$reason --no-headers | wc -l)" -ge 1 ]; do sleep 0.2; done
  done &&
  kubectl delete events --field-selector type=Warning && ${ENDPOINT_SETTLED}`;

async function outcomeOf(row: Row, at: Place): Promise<Outcome> {
  const raw = await runRow(row, at.surroundings.folder, at.environment(row), at.admin);
  const stored: Record<string, string> = {};
  for (const object of row.stored ?? []) {
    const json = await at.admin(`kubectl get ${object} -o json --show-managed-fields 2>/dev/null || echo '"nothing"'`);
    stored[object] = storedForm(json, at.surroundings);
  }
  const text = (value: string) => {
    const result = normalised(value, at.surroundings);
    return row.isUnordered ? result.split('\n').toSorted().join('\n') : result;
  };
  return {
    row: row.name,
    exit: raw.exit,
    stdout: text(raw.stdout),
    stderr: text(raw.stderr),
    fetched: text(raw.fetched),
    stored,
  };
}
