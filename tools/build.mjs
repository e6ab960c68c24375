/**
 * `node tools/build.mjs`: dist/, the JavaScript that is published: the program, and dist/web, the pages of the console. Node strips no types inside node_modules, so the
 * package holds compiled files.
 */
import { chmodSync, rmSync } from 'node:fs';
import process from 'node:process';
import { bundle } from './bundle.mjs';
import { ensurePages } from './pages.mjs';

rmSync('dist', { recursive: true, force: true });
const files = await bundle(process.cwd(), 'dist/main', process.execPath, process.env);
chmodSync('dist/main/sallyport.js', 0o755);
await ensurePages(process.cwd(), process.execPath, process.env);
// On stderr, whatever it is: `npm pack --json` has stdout for itself.
process.stderr.write(`built dist from src: ${files} files\n`);
