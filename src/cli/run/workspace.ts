/* The folder of a run: what its program is given, readable by its user alone, and gone when the run is. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** A target as the kubeconfig names it. */
export interface NamedTarget {
  readonly name: string;
  readonly url: string;
  /** Of the context; empty for none. */
  readonly namespace: string;
}

/** The files of a run. */
export interface Workspace {
  readonly folder: string;
  readonly tokenFile: string;
  readonly kubeconfigFile: string;
  readonly guideFile: string;
  /** Undefined where the system's authorities are trusted. */
  readonly caFile: string | undefined;
  writeToken(token: string): void;
  writeKubeconfig(targets: readonly NamedTarget[]): void;
  writeGuide(text: string): void;
  remove(): void;
}

/** @param runtimeFolder where the user's own short-lived files stand; absent: the system's folder for temporary ones */
export function makeWorkspace(runtimeFolder: string | undefined, caPem: string | undefined): Workspace {
  const base = runtimeFolder === undefined || runtimeFolder === '' ? tmpdir() : runtimeFolder;
  const folder = mkdtempSync(join(base, 'sallyport-run-'));
  const at = (name: string) => join(folder, name);
  const write = (name: string, text: string) => writeFileSync(at(name), text, { mode: 0o600 });
  if (caPem !== undefined) write('ca.crt', caPem);
  return {
    folder,
    tokenFile: at('token'),
    kubeconfigFile: at('kubeconfig'),
    guideFile: at('GUIDE.md'),
    caFile: caPem === undefined ? undefined : at('ca.crt'),
    writeToken: (token) => write('token', token),
    writeKubeconfig: (targets) => write('kubeconfig', stringify(kubeconfig(targets, at('token'), caPem))),
    writeGuide: (text) => write('GUIDE.md', text),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function kubeconfig(targets: readonly NamedTarget[], tokenFile: string, caPem: string | undefined): unknown {
  const authority = caPem === undefined ? {} : { 'certificate-authority-data': Buffer.from(caPem).toString('base64') };
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': targets[0]?.name,
    clusters: targets.map(({ name, url }) => ({ name, cluster: { server: url, ...authority } })),
    contexts: targets.map(({ name, namespace }) => ({
      name,
      context: { cluster: name, user: 'run', ...(namespace === '' ? {} : { namespace }) },
    })),
    users: [{ name: 'run', user: { tokenFile } }],
  };
}
