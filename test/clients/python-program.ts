import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cached.ts';
import type { Client, ClientName } from './client.ts';
import { launcher, missing, run, writeProgram } from './programs.ts';

/** A client in Python, of the folder of its name. */
export function pythonProgram(name: ClientName, origin: string): Client {
  return {
    name,
    missing: missing('python3 -c "import venv, ensurepip"', 'apt-get install python3-venv'),
    prepare: () => make(name, origin),
  };
}

async function make(name: ClientName, origin: string): Promise<string> {
  const requirements = join(import.meta.dirname, name, 'requirements.txt');
  const program = join(import.meta.dirname, name, 'client.py');
  return cached({
    name,
    origin,
    sources: [requirements, program],
    async make(into) {
      await run('python3', ['-m', 'venv', join(into, 'venv')]);
      const install = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', requirements];
      await run(join(into, 'venv/bin/python'), install);
      cpSync(program, join(into, 'client.py'));
      writeProgram(join(into, `${name}-client`), launcher('"$here/venv/bin/python" "$here/client.py"'));
    },
  });
}
