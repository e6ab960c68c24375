import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached } from '../clients/cached.ts';
import { run } from '../clients/programs.ts';

const PACKAGE = '@cdktf/hcl2json@0.21.0';
const INTEGRITY = 'sha512-cwX3i/mSJI/cRrtqwEPRfawB7pXgNioriSlkvou8LWiCrrcDe9ZtTbAbu8W1tEJQpe1pnX9VEgpzf/BbM7xF8Q==';
/** Reads what comes in, and ends: the parser itself, which is a program of Go, never does. */
const PROGRAM = `const { parse } = require(process.argv[1]);
parse('main.tf', require('node:fs').readFileSync(0, 'utf8')).then(
  (read) => (console.log(JSON.stringify(read)), process.exit(0)),
  (error) => (console.error(String(error)), process.exit(1)));`;

/** Resources of a Terraform file: by type and name, their arguments, each as a value or as the expression that it is. */
export type Resources = Readonly<
  Record<string, Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>>
>;

/** Reads a file of Terraform by HashiCorp's own parser. @throws {Error} it is none */
export async function terraformResources(text: string): Promise<Resources> {
  const folder = await cached({
    name: 'hcl2json',
    origin: 'HashiCorp’s parser of HCL (2 MB)',
    sources: [PACKAGE, INTEGRITY],
    make,
  });
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, ['-e', PROGRAM, folder], (error, stdout, stderr) => {
      if (error === null) resolve((JSON.parse(stdout) as { readonly resource: Resources }).resource);
      else reject(new Error(stderr));
    });
    child.stdin?.end(text);
  });
}

async function make(into: string): Promise<void> {
  const scratch = mkdtempSync(join(tmpdir(), 'hcl2json-'));
  try {
    await run('npm', ['pack', PACKAGE, '--pack-destination', scratch, '--ignore-scripts'], { cwd: scratch });
    const archive = join(scratch, readdirSync(scratch)[0] ?? '');
    const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (integrity !== INTEGRITY) throw new Error(`${PACKAGE} is not what was pinned: ${integrity}`);
    await run('tar', ['-xzf', archive, '-C', scratch]);
    cpSync(join(scratch, 'package'), into, { recursive: true });
    // All that it needs of its one dependency.
    mkdirSync(join(into, 'node_modules/fs-extra'), { recursive: true });
    writeFileSync(join(into, 'node_modules/fs-extra/index.js'), "module.exports = require('node:fs/promises');\n");
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
