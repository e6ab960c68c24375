/**
 * `npm run wasm`: compiles wasm/ and writes it as src/masking/tape/walk-module.ts. The same sources give the same bytes on every machine, since compiler and optimizer are WebAssembly
 * themselves and their versions are exact.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('..', import.meta.url));

/** The text of src/masking/tape/walk-module.ts. */
export async function moduleText() {
  let bytes = Buffer.alloc(0);
  const { error, stderr } = await asc.main(
    [
      ...['wasm/index.ts', '--outFile', 'walk.wasm', '--baseDir', root, '-O3', '--runtime', 'stub', '--noAssert'],
      // Where wasm/layout.ts leaves room for constants.
      ...['--memoryBase', String(0x1a0000), '--use', 'abort=', '--enable', 'simd', '--enable', 'bulk-memory'],
      // 512 MiB: no address ever has its highest bit set.
      ...['--maximumMemory', '8192'],
    ],
    {
      writeFile: (_name, contents) => {
        bytes = Buffer.from(contents);
      },
    },
  );
  if (error !== null) throw new Error(`wasm/ does not compile: ${error.message}\n${stderr.toString()}`);
  const lines = bytes.toString('base64').match(/.{1,110}/g) ?? [];
  return [
    '/** The walk, compiled from wasm/ by `npm run wasm`: base64 of a module of WebAssembly. A test makes it anew and compares. */',
    `export const walkModule = [\n${lines.map((line) => `  '${line}',`).join('\n')}\n].join('');`,
    '',
  ].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(path.join(root, 'src/masking/tape/walk-module.ts'), await moduleText());
