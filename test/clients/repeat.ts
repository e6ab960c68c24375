/*
 * `node test/clients/repeat.ts [--times 10] [--busy 2] [--minutes 120]`: the clients' table again and again on one cluster, beside loops that keep processors busy, and
 * how many rows were green in each. It ends with 1 where a row was not, and begins no run that would begin after its minutes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { CLUSTER_FOLDER, sharedCluster } from '../support/test-cluster.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '10' },
    busy: { type: 'string', default: '2' },
    minutes: { type: 'string', default: '120' },
  },
});

const ROOT = join(import.meta.dirname, '..', '..');
/** What each run said, for a person who looks for why a row was not green. */
const logs = mkdtempSync(join(tmpdir(), 'sallyport-repeat-'));
process.stdout.write(`what each run says is in ${logs}\n`);
const cluster = await sharedCluster('the clients’ table, again and again');
if (cluster === undefined) process.exit(1);
const loops = Array.from({ length: Number(values.busy) }, () =>
  spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
);
const stop = () => {
  for (const loop of loops) loop.kill('SIGKILL');
};
process.once('exit', stop);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const endMs = Date.now() + Number(values.minutes) * 60_000;
let red = 0;
let runs = 0;
while (runs < Number(values.times) && Date.now() < endMs) {
  runs++;
  const startMs = Date.now();
  const { code, failures, last, said } = await table(cluster.folder);
  writeFileSync(join(logs, `${runs}.log`), said);
  if (code !== 0) red++;
  process.stdout.write(`${runs}: ${last} in ${Math.round((Date.now() - startMs) / 1000)} s\n${failures}`);
}
process.stdout.write(`${runs - red} of ${runs} runs green beside ${loops.length} busy loops\n`);
process.exitCode = red === 0 && runs === Number(values.times) ? 0 : 1;
stop();
cluster.stop();

interface Run {
  readonly code: number | null;
  readonly failures: string;
  readonly last: string;
  readonly said: string;
}

/** One run of the table, and which rows failed. */
async function table(folder: string): Promise<Run> {
  const args = [join(ROOT, 'tools/test.mjs'), 'cluster', 'test/cluster-suites/clients.test.ts'];
  const child: ChildProcess = spawn(process.execPath, args, {
    ...{ cwd: ROOT, env: { ...process.env, [CLUSTER_FOLDER]: folder }, stdio: ['ignore', 'pipe', 'pipe'] },
  });
  let said = '';
  for (const output of [child.stdout, child.stderr])
    output?.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  const lines = said.split('\n').filter((line) => line !== '');
  const failures = lines.filter((line) => / \(\S+\.test\.ts:\d+\)$/.test(line)).map((line) => `  ${line}\n`);
  return { code, failures: failures.join(''), last: lines.at(-1) ?? 'nothing', said };
}
