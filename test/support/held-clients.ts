// Real clients whose requests are held by a gateway before a real cluster, and the person who answers them.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent } from 'undici';
import type { ClientName } from '../clients/client.ts';
import { clientNamed } from '../clients/clients.ts';
import type { Cluster } from './cluster.ts';
import { controlApi } from './control-api.ts';
import { type GatewayInFront, type GatewayOptions, startGatewayInFront } from './gateway.ts';
import { bindCaller } from './test-cluster.ts';

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

/** A client that runs. */
export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly said: string }>;
}

/** Clients, the gateway before them, and who answers. */
export interface HeldClients {
  readonly folder: string;
  readonly gateway: GatewayInFront;
  /** As the caller, through the gateway, in the namespace. */
  run(client: ClientName, args: readonly string[], input?: string): Running;
  /** What kubectl says as the cluster's administrator, beside the gateway; it has to succeed. */
  admin(args: readonly string[], input?: string): Promise<string>;
  /** The control plane, as a person who may answer; followed where it says that it was asked too fast. */
  api(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Json>;
  /** The question of a command that waits, once what it would do is in it. A command that ends without one fails. */
  question(of: string, running: Running): Promise<Json>;
  answer(said: 'approve' | 'reject', question: Json, reason?: string): Promise<Json>;
  /** What became of a question, once nothing of it is under way. */
  became(question: Json): Promise<Json>;
  stop(): Promise<void>;
}

/** Starts all of it; the namespace is made, and deleted at the end. */
export async function startHeldClients(
  real: Cluster,
  namespace: string,
  clients: readonly ClientName[],
  options: GatewayOptions,
): Promise<HeldClients> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-held-'));
  const folders = new Map<ClientName, string>();
  const started = new Set<ChildProcess>();
  await bindCaller(real);
  for (const name of clients) folders.set(name, await clientNamed(name).prepare());
  const gateway = await startGatewayInFront(real, { ...options, console: true });
  const dispatcher = new Agent({ connect: { ca: readFileSync(gateway.caFile, 'utf8') } });
  const lead = await gateway.token('operator', 'lea', 7_200);

  const spawned = spawning(folder, folders, started);
  const [kubectl] = clients as readonly [ClientName];
  const admin: HeldClients['admin'] = async (args, input = '') => {
    const { code, said } = await spawned(kubectl, real.adminKubeconfig(), args, input).ended;
    assert.equal(code, 0, said);
    return said;
  };
  const ask = controlApi(
    () => gateway.consoleUrl,
    () => dispatcher,
  );
  const api: HeldClients['api'] = async (method, path, body) => (await ask(lead, method, path, body)).body;
  await admin(['create', 'namespace', namespace]);
  return {
    folder,
    gateway,
    run: (client, args, input = '') => spawned(client, gateway.kubeconfig, ['-n', namespace, ...args], input),
    admin,
    api,
    async question(of, { ended }) {
      let over: string | undefined;
      void ended.then(({ code, said }) => {
        over = `${code}: ${said}`;
      });
      for (;;) {
        const { items } = await api('GET', '/approvals?state=pending');
        const found = items.find(({ shown, preview }: Json) => preview !== 'looking' && shown.operation.includes(of));
        if (found !== undefined) return found;
        assert.equal(over, undefined, 'it ended and nobody was asked');
      }
    },
    answer: (said, { id, digest }, reason = '') => api('POST', `/approvals/${id}/${said}`, { digest, reason }),
    async became({ id }) {
      for (;;) {
        const now = await api('GET', `/approvals/${id}`);
        if (now.state !== 'pending' && now.exchange !== 'forwarded' && now.exchange !== 'waiting') return now;
      }
    },
    async stop() {
      // What a failed test leaves waits as long as its question.
      for (const child of started) child.kill();
      await dispatcher.destroy();
      await gateway.stop();
      await admin(['delete', 'namespace', namespace, '--wait=false']);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Runs a client, with folders of its own. */
function spawning(folder: string, folders: ReadonlyMap<ClientName, string>, started: Set<ChildProcess>) {
  return (client: ClientName, kubeconfig: string, args: readonly string[], input: string): Running => {
    const home = join(folder, client);
    const child = spawn(join(folders.get(client) as string, client.startsWith('helm') ? 'helm' : 'kubectl'), args, {
      cwd: folder,
      env: {
        ...process.env,
        KUBECONFIG: kubeconfig,
        KUBECACHEDIR: join(home, 'cache'),
        HELM_CACHE_HOME: home,
        HELM_CONFIG_HOME: home,
        HELM_DATA_HOME: home,
      },
    });
    started.add(child);
    child.once('close', () => started.delete(child));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const ended = new Promise<{ code: number | null; said: string }>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code) => resolve({ code, said }));
    });
    return { child, ended };
  };
}
