import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { cached } from './cached.ts';
import { launcher, run, writeProgram } from './programs.ts';

/** Makes the client in JavaScript. */
export async function javascriptProgram(): Promise<string> {
  const folder = join(import.meta.dirname, 'javascript');
  const programs = ['client', 'ends', 'answers'];
  const files = ['package.json', 'package-lock.json', ...programs.map((program) => `${program}.js`)];
  return cached({
    name: 'javascript',
    origin: 'the JavaScript client (20 MB of packages)',
    sources: files.map((name) => join(folder, name)),
    async make(into) {
      for (const name of files) cpSync(join(folder, name), join(into, name));
      await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: into });
      for (const program of programs)
        writeProgram(join(into, `javascript-${program}`), launcher(`"${process.execPath}" "$here/${program}.js"`));
    },
  });
}
