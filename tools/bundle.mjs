/**
 * dist/main: the program in few files. Node takes a third of a start to find, read and link some six hundred of them, and keeps a tenth of a gateway's memory for that.
 *
 * What is started by its path (the command, threads, processes of their own) is a file under its own name; what more than one of them needs, and what is loaded only where it
 * is used, is a file of its own. All lie beside each other, and as deep as `src/main`, so that paths that are told from a module's own place are true in both. Packages stay as they are
 * installed. Names are kept and nothing is made shorter: a stack trace tells functions, and the comment above each part tells the source that it was.
 */
import { globSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ForPeople } from './for-people.mjs';
import { ensurePackages } from './packages.mjs';

/** How a source names a file beside it that is started by its path. */
const STARTED_BY_PATH = /join\(import\.meta\.dirname, `([\w-]+)\$\{extname\(import\.meta\.filename\)\}`\)/g;

/** Writes the program into `folder`; resolves with how many files it has. @throws {ForPeople} the bundler cannot be installed, or two files that are started have one name */
export async function bundle(root, folder, node, env) {
  const web = path.join(root, 'web');
  await ensurePackages(web, node, env, 'webDependencies');
  const { rolldown } = await import(pathToFileURL(createRequire(path.join(web, 'build.mjs')).resolve('rolldown')).href);
  const made = await rolldown({
    cwd: root,
    input: startedFiles(root),
    platform: 'node',
    external: (id) => !id.startsWith('.') && !path.isAbsolute(id),
    onLog: (level, log) => {
      if (level === 'warn') throw new ForPeople(`the program could not be bundled: ${log.message}`);
    },
  });
  const { output } = await made.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await made.close();
  return output.length;
}

/** The sources that are started by their path, by the names that they have in the program. */
function startedFiles(root) {
  const found = new Map([['sallyport', 'src/main/sallyport.ts']]);
  for (const file of globSync('src/**/*.ts', { cwd: root, exclude: ['**/*.test.ts'] }).sort()) {
    for (const [, name] of readFileSync(path.join(root, file), 'utf8').matchAll(STARTED_BY_PATH)) {
      const source = path.join(path.dirname(file), `${name}.ts`);
      if ((found.get(name) ?? source) !== source)
        throw new ForPeople(
          `\`${source}\` and \`${found.get(name)}\` are started by their path, and need names of their own`,
        );
      found.set(name, source);
    }
  }
  return Object.fromEntries(found);
}
