import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import type { Ending } from './ending.ts';

/** A client that follows streams, as far as it has come. */
export interface FollowedProcess {
  readonly ending: Ending;
  /** Those of its streams that have not begun. */
  waiting(): readonly string[];
  /** Those that have neither ended nor gone on: told of what came after the end. */
  unsettled(): readonly string[];
  /** What it said of a stream, a line each, and once what it said more than once. */
  words(kind: string): readonly string[];
  /** All that it said, for a person. */
  output(): string;
  stop(): void;
}

/** The names of the objects that are watched: of one that is there first, and of one that comes once the streams have ended. */
export const WATCHED = { first: 'started', later: 'after' } as const;

/** Starts one; `environment` is all of its environment. */
export function followProcess(ending: Ending, environment: Readonly<Record<string, string>>): FollowedProcess {
  const child = spawn('bash', ['-c', ending.run], { env: { ...environment }, stdio: 'pipe', detached: true });
  const said: Said = { stdout: '', stderr: '', exit: undefined };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      said[name] += text;
    });
  }
  child.on('close', (code, signal) => {
    said.exit = code ?? signal ?? 'unknown';
  });
  const followed = ending.begun === undefined ? program(ending, said) : commandLine(ending, ending.begun, said);
  return {
    ending,
    ...followed,
    output: () => `${said.stdout}${said.stderr}`,
    stop() {
      child.stdin.end();
      if (said.exit === undefined && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    },
  };
}

interface Said {
  stdout: string;
  stderr: string;
  exit: number | string | undefined;
}

type Reading = Omit<FollowedProcess, 'ending' | 'output' | 'stop'>;

/** Its one stream is over when it exits. A port-forward has begun once something has come through it. */
function commandLine({ kinds: [kind] }: Ending, begun: RegExp, said: Said): Reading {
  let connection: 'none' | 'open' | 'begun' = 'none';
  const isBegun = () => {
    const port = begun.exec(said.stdout)?.[1];
    if (port === undefined) return begun.test(said.stdout);
    if (connection === 'none') {
      connection = 'open';
      connect(Number(port), '127.0.0.1')
        .on('error', () => {})
        .on('data', () => {
          connection = 'begun';
        });
    }
    return connection === 'begun';
  };
  return {
    waiting: () => (isBegun() ? [] : [kind]),
    unsettled: () => (said.exit === undefined ? [kind] : []),
    words: () => [`exit ${said.exit ?? 'none'}`, ...linesOf(said.stderr)],
  };
}

/** Its lines name the stream that they are of. */
function program({ kinds }: Ending, said: Said): Reading {
  const linesOn = (kind: string) =>
    linesOf(said.stdout).flatMap((line) => (line.startsWith(`${kind}: `) ? [line.slice(kind.length + 2)] : []));
  const has = (kind: string, ...words: readonly string[]) => linesOn(kind).some((line) => words.includes(line));
  const ended = () =>
    said.exit === undefined ? [] : [`the program exits ${said.exit}`, ...linesOf(said.stderr).slice(-1)];
  return {
    waiting: () => kinds.filter((kind) => !has(kind, 'started', `told ${WATCHED.first}`)),
    unsettled: () => kinds.filter((kind) => said.exit === undefined && !has(kind, 'over', `told ${WATCHED.later}`)),
    words(kind) {
      const lines = linesOn(kind).filter((line) => !['started', 'over', `told ${WATCHED.first}`].includes(line));
      const told = new Set(lines.map((line) => (line === `told ${WATCHED.later}` ? 'goes on' : line)));
      const isOver = has(kind, 'over', `told ${WATCHED.later}`);
      return [...told, ...(isOver ? [] : ended())];
    },
  };
}

function linesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '');
}
