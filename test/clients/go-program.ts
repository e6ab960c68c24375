import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cached.ts';
import type { Client, ClientName } from './client.ts';
import { missing, run } from './programs.ts';

/** A client that is compiled from the folder of its name. */
export function goProgram(name: ClientName, program: string, origin: string): Client {
  const folder = join(import.meta.dirname, name);
  const programs = readdirSync(folder).filter((file) => file.endsWith('.go'));
  const recipe = {
    name,
    origin: `${origin}, compiled in a minute or two`,
    sources: ['go.mod', 'go.sum', ...programs, 'ldflags'].map((file) => join(folder, file)),
    async make(into: string) {
      const flags = readFileSync(join(folder, 'ldflags'), 'utf8').trim();
      const args = ['go', 'build', '-trimpath', '-buildvcs=false', '-ldflags', flags, '-o', join(into, program), '.'];
      // Static, so that it also runs in a pod, which has no C library.
      await run('nice', args, { cwd: folder, env: { ...process.env, CGO_ENABLED: '0' } });
    },
  };
  return { name, missing: missing('go version', 'install Go (https://go.dev/dl)'), prepare: () => cached(recipe) };
}
