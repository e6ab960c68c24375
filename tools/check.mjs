/**
 * `node tools/check.mjs`: everything that reads the code without running the product. All checks run, also after one has failed.
 */
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const colors = `--colors=${process.stdout.isTTY ? 'force' : 'off'}`;
const checks = {
  types: ['node_modules/typescript/bin/tsc', '--noEmit'],
  'types of the pages': ['node_modules/typescript/bin/tsc', '-p', 'web/tsconfig.json'],
  'lint and format': ['node_modules/@biomejs/biome/bin/biome', 'ci', '--error-on-warnings', colors],
  'dead code': ['node_modules/knip/bin/knip.js', '--no-progress', '--no-config-hints'],
  tidy: ['tools/test.mjs', 'tidy'],
  'docs against code': ['tools/test.mjs', 'docs'],
};

const failed = [];
for (const [name, argv] of Object.entries(checks)) {
  const startedMs = Date.now();
  process.stdout.write(`${name}\n`);
  const { status } = spawnSync(process.execPath, argv, { stdio: 'inherit' });
  if (status !== 0) failed.push(name);
  process.stdout.write(
    `${name}: ${status === 0 ? 'ok' : 'FAILED'}  ${((Date.now() - startedMs) / 1000).toFixed(1)} s\n\n`,
  );
}
if (failed.length > 0) process.stdout.write(`failed: ${failed.join(', ')}\n`);
process.stdout.write(`${Object.keys(checks).length - failed.length} passed, ${failed.length} failed\n`);
process.exitCode = failed.length === 0 ? 0 : 1;
