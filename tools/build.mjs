/**
 * `node tools/build.mjs`: dist/, the JavaScript that is published, and dist/web, the pages of the console. Node strips no types inside node_modules, so the
 * package holds compiled files; everything else in src that is not TypeScript is data, and is copied.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, globSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ensurePages } from './pages.mjs';

const command = 'dist/main/sallyport.js';

rmSync('dist', { recursive: true, force: true });
// On stderr, whatever it is: `npm pack --json` has stdout for itself.
const compiler = ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'];
const { status } = spawnSync(process.execPath, compiler, { stdio: ['ignore', process.stderr, process.stderr] });
if (status !== 0) process.exit(status ?? 1);

for (const file of globSync('src/**/*', { exclude: ['**/*.ts'] }).filter((name) => statSync(name).isFile())) {
  const target = path.join('dist', path.relative('src', file));
  mkdirSync(path.dirname(target), { recursive: true });
  copyFileSync(file, target);
}
if (existsSync(command)) chmodSync(command, 0o755);
await ensurePages(process.cwd(), process.execPath, process.env);
process.stderr.write(`built dist from src: ${globSync('dist/**/*.js').length} files\n`);
