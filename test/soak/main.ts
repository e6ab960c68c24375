/*
 * What takes too long for each change: a gateway's journal, with all that is kept beside it, is killed a thousand times while it is written, and has to hold each time.
 * `npm run soak -- --kills N` kills it as often.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { kills: { type: 'string', default: '1000' } } });
const startedAt = performance.now();
const { status } = spawnSync(process.execPath, ['--test', join(import.meta.dirname, '../faults/kept-kill.test.ts')], {
  stdio: 'inherit',
  env: { ...process.env, SALLYPORT_KILLS: values.kills },
});
const seconds = Math.round((performance.now() - startedAt) / 1_000);
process.stdout.write(`killed ${values.kills} times in ${seconds} s\n`);
process.stdout.write(status === 0 ? '1 passed, 0 failed\n' : '0 passed, 1 failed\n');
process.exitCode = status ?? 1;
