import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from './cached.ts';
import type { Client } from './client.ts';
import { missing, run, writeProgram } from './programs.ts';

const folder = join(import.meta.dirname, 'ansible');
const requirements = join(folder, 'requirements.txt');
const collection = join(folder, 'collection.txt');
const playbook = join(folder, 'playbook.yaml');

/** Ansible with its collection kubernetes.core, which is taken out of the package that has all collections. */
export function ansibleProgram(): Client {
  return {
    name: 'ansible',
    missing: missing(
      'unzip -v && python3 -c "import venv, ensurepip, sys; assert sys.version_info >= (3, 11)"',
      'apt-get install unzip python3-venv (Python 3.11 or later)',
    ),
    prepare: () =>
      cached({
        name: 'ansible',
        origin: 'Ansible (70 MB of wheels)',
        sources: [requirements, collection, playbook],
        make,
      }),
  };
}

async function make(into: string): Promise<void> {
  const python = join(into, 'venv/bin/python');
  const scratch = mkdtempSync(join(tmpdir(), 'collections-'));
  try {
    await run('python3', ['-m', 'venv', join(into, 'venv')]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', requirements]);
    const all = ['download', '--quiet', '--no-deps', '--require-hashes', '-d', scratch, '-r', collection];
    await run(python, ['-m', 'pip', ...all]);
    await run('sh', ['-c', `unzip -q "${scratch}"/*.whl "ansible_collections/kubernetes/core/*" -d "${into}"`]);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  cpSync(playbook, join(into, 'playbook.yaml'));
  writeProgram(join(into, 'ansible-client'), program);
}

const program = `#!/bin/sh
here=$(cd "$(dirname "$0")" && pwd)
export ANSIBLE_COLLECTIONS_PATH="$here" ANSIBLE_NOCOLOR=1 ANSIBLE_LOCALHOST_WARNING=0 ANSIBLE_INVENTORY_UNPARSED_WARNING=0
export K8S_AUTH_KUBECONFIG="$KUBECONFIG" PYTHONDONTWRITEBYTECODE=1
exec "$here/venv/bin/python" -m ansible playbook -i localhost, -e "ansible_python_interpreter=$here/venv/bin/python" "$here/playbook.yaml"
`;
