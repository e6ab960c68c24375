/**
 * `node web/build.mjs`: dist/web, the pages that the console serves. Names carry a hash of what is in them, and every address in them is relative to
 * `<base>`, which is where the gateway writes its `console.pathPrefix`. Nothing is inlined: the pages run under a policy that takes neither scripts nor
 * styles from the document itself.
 */
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));

await build({
  configFile: false,
  root,
  base: './',
  logLevel: 'warn',
  build: {
    outDir: path.resolve(root, '../dist/web'),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // What runs in workers or on a server is marked so for other bundlers; nothing of it concerns these pages.
    rolldownOptions: { onLog: (level, log, tell) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && tell(level, log) },
    chunkSizeWarningLimit: 1_000,
    license: { fileName: 'licenses.md' },
  },
});
process.stderr.write('built dist/web from web\n');
