import { spawn } from 'node:child_process';
import { setTimeout as pause } from 'node:timers/promises';
import { withoutFarewell } from './normalise.ts';
import type { Row, Step } from './row.ts';

const ROW_MINUTES_MAX = 3;

/** What a row gave, as it was. */
export interface Raw {
  readonly exit: number | string;
  readonly stdout: string;
  readonly stderr: string;
  /** What the steps fetched. */
  readonly fetched: string;
}

/** Runs one row; `environment` is all of its environment, `admin` runs an administrator's line. */
export async function runRow(
  row: Row,
  folder: string,
  environment: Readonly<Record<string, string>>,
  admin: (line: string) => Promise<string>,
): Promise<Raw> {
  const child = spawn('bash', ['-c', row.run], {
    cwd: folder,
    env: { ...environment },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const seen = { stdout: '', stderr: '', fetched: '' };
  const steps = [...(row.steps ?? [])];
  let ending: string | undefined;
  let busy: Promise<void> | undefined;
  const kill = (signal: NodeJS.Signals, word: string) => {
    ending ??= word;
    const runs = child.exitCode === null && child.signalCode === null;
    if (child.pid !== undefined && runs) process.kill(-child.pid, signal);
  };
  const take = async (step: Step, match: RegExpExecArray) => {
    if (step.act === 'interrupt') kill('SIGINT', 'interrupted');
    else if ('type' in step.act) child.stdin.write(step.act.type);
    else if ('admin' in step.act) await admin(step.act.admin);
    else seen.fetched += await fetched(Number(match[1]), step.act.fetch.replaceAll('$NS', environment.NS ?? ''));
  };
  const advance = async () => {
    for (let step = steps[0]; step !== undefined; step = steps[0]) {
      const match = step.when.exec(seen.stdout + seen.stderr + seen.fetched);
      if (match === null) break;
      steps.shift();
      await take(step, match);
    }
  };
  const look = () => {
    busy ??= advance().finally(() => {
      busy = undefined;
    });
  };
  child.stdin.on('error', () => {}); // it may end before it has read all
  if (!row.steps?.some((step) => typeof step.act === 'object' && 'type' in step.act)) child.stdin.end();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      seen[name] += text;
      look();
    });
  }
  const minutes = row.minutesMax ?? ROW_MINUTES_MAX;
  const timer = setTimeout(() => kill('SIGKILL', `killed after ${minutes} minutes`), minutes * 60_000);
  look();
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  await busy;
  const stderr = ending === 'interrupted' ? withoutFarewell(seen.stderr) : seen.stderr;
  return { exit: ending ?? code ?? 'signal', ...seen, stderr };
}

async function fetched(port: number, path: string): Promise<string> {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(20_000),
    });
    return `fetched ${response.status} ${await response.text()}\n`;
  } catch {
    await pause(100); // what the client says about it comes after
    return 'fetched nothing\n';
  }
}
