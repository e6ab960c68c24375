import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Cluster } from '../support/cluster.ts';
import { clientNamed } from './clients.ts';

/** Runs a line of shell in which `kubectl` is an administrator's, in one namespace; rejects where it fails, resolves with what it printed. */
export type Administrator = (line: string, input?: string) => Promise<string>;

/** The cluster's administrator. */
export async function administratorOf(cluster: Cluster, namespace: string): Promise<Administrator> {
  const kubectl = join(await clientNamed('kubectl-1.35').prepare(), 'kubectl');
  const flags = ['--kubeconfig', cluster.adminKubeconfig(), '--namespace', namespace];
  const prelude = `kubectl() { '${[kubectl, ...flags].join("' '")}' "$@"; }\n`;
  return async (line, input = '') => {
    const child = spawn('bash', ['-c', prelude + line]);
    let [out, said] = ['', ''];
    child.stdout.on('data', (chunk) => {
      out += chunk;
    });
    child.stderr.on('data', (chunk) => {
      said += chunk;
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    const code = await new Promise((resolve) => child.on('close', resolve));
    if (code !== 0) throw new Error(`${line}: ${said}`);
    return out;
  };
}
