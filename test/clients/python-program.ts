import { cpSync } from 'node:fs';
import { basename, join } from 'node:path';
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

/** The packages have a folder of their own, so that a change of a program alone is quick; `python` is the interpreter that has them. */
async function make(name: ClientName, origin: string): Promise<string> {
  const requirements = join(import.meta.dirname, name, 'requirements.txt');
  const packages = await cached({
    name: `${name}-packages`,
    origin,
    sources: [requirements],
    async make(into) {
      await run('python3', ['-m', 'venv', join(into, 'venv')]);
      const install = ['-m', 'pip', 'install', '--quiet', '--require-hashes', '-r', requirements];
      await run(join(into, 'venv/bin/python'), install);
    },
  });
  const programs = ['client', 'ends', 'answers'].map((file) => join(import.meta.dirname, name, `${file}.py`));
  return cached({
    name,
    origin: `the programs of ${name}`,
    sources: [requirements, ...programs, 'and python'],
    async make(into) {
      const python = `"${packages}/venv/bin/python"`;
      writeProgram(join(into, 'python'), launcher(python));
      for (const program of programs) {
        const file = basename(program, '.py');
        cpSync(program, join(into, `${file}.py`));
        writeProgram(join(into, `${name}-${file}`), launcher(`${python} "$here/${file}.py"`));
      }
    },
  });
}
