/** The programs of a toy container. Each reads its input and answers with text and an exit code; none touches the host. */

import { absolute } from './files.ts';
import type { Machine } from './shell.ts';

export interface Run {
  readonly machine: Machine;
  readonly args: readonly string[];
  /** Reads all of standard input; called only by those that want it. */
  readonly input: () => Promise<string>;
  /** Writes through at once, for what runs long. */
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly signal: AbortSignal;
}

/** Answers with its exit code. */
export type Program = (run: Run) => number | Promise<number>;

const lines = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

export const programs: { readonly [name: string]: Program } = {
  true: () => 0,
  false: () => 1,
  ':': () => 0,
  echo: ({ args, write }) => {
    const isBare = args[0] === '-n';
    write(`${(isBare ? args.slice(1) : args).join(' ')}${isBare ? '' : '\n'}`);
    return 0;
  },
  printf: ({ args, write }) => {
    const rest = args.slice(1);
    write(
      (args[0] ?? '').replaceAll(/%s|%d|\\n|\\t/g, (each) =>
        each === '\\n' ? '\n' : each === '\\t' ? '\t' : (rest.shift() ?? ''),
      ),
    );
    return 0;
  },
  cat: async (run) => {
    if (run.args.length === 0 || run.args[0] === '-') {
      run.write(await run.input());
      return 0;
    }
    return eachFile(run, run.args, (text) => run.write(text));
  },
  head: (run) => sliced(run, (all, count) => all.slice(0, count)),
  tail: (run) => sliced(run, (all, count) => all.slice(-count)),
  wc: async (run) => {
    const flags = run.args.filter((each) => each.startsWith('-')).join('');
    return eachText(
      run,
      run.args.filter((each) => !each.startsWith('-')),
      (text, path) => {
        const counts: [string, number][] = [
          ['l', text.split('\n').length - 1],
          ['w', text.split(/\s+/).filter((each) => each !== '').length],
          ['c', Buffer.byteLength(text)],
        ];
        const wanted = flags === '' ? counts : counts.filter(([flag]) => flags.includes(flag));
        run.write(`${wanted.map(([, count]) => count).join(' ')}${path === '' ? '' : ` ${path}`}\n`);
      },
    );
  },
  grep: async (run) => {
    const flags = run.args.filter((each) => each.startsWith('-')).join('');
    const [pattern = '', ...paths] = run.args.filter((each) => !each.startsWith('-'));
    const wanted = flags.includes('i') ? pattern.toLowerCase() : pattern;
    let found = 0;
    // Fixed strings only: a pattern of the caller's never runs as a regular expression.
    const code = await eachText(run, paths, (text) => {
      for (const line of lines(text)) {
        const isIn = (flags.includes('i') ? line.toLowerCase() : line).includes(wanted);
        if (isIn === flags.includes('v')) continue;
        found += 1;
        if (!flags.includes('q') && !flags.includes('c')) run.write(`${line}\n`);
      }
    });
    if (flags.includes('c')) run.write(`${found}\n`);
    return code !== 0 ? 2 : found > 0 ? 0 : 1;
  },
  sort: async (run) =>
    eachText(run, run.args, (text) =>
      run.write(
        [...lines(text)]
          .sort()
          .map((each) => `${each}\n`)
          .join(''),
      ),
    ),
  ls: ({ machine, args, write, complain }) => {
    const paths = args.filter((each) => !each.startsWith('-'));
    let code = 0;
    for (const path of paths.length === 0 ? [machine.folder] : paths) {
      const full = absolute(machine.folder, path);
      if (machine.files.isFolder(full))
        write(
          machine.files
            .list(full)
            .map((each) => `${each}\n`)
            .join(''),
        );
      else if (machine.files.read(full) !== undefined) write(`${path}\n`);
      else {
        complain(`ls: ${path}: No such file or directory\n`);
        code = 1;
      }
    }
    return code;
  },
  mkdir: ({ machine, args, complain }) => {
    const failed = args.filter(
      (each) => !each.startsWith('-') && !machine.files.addFolder(absolute(machine.folder, each)),
    );
    for (const path of failed) complain(`mkdir: can't create directory '${path}'\n`);
    return failed.length === 0 ? 0 : 1;
  },
  touch: ({ machine, args }) => {
    const made = args
      .map((each) => absolute(machine.folder, each))
      .map((path) => machine.files.write(path, machine.files.read(path) ?? ''));
    return made.every(Boolean) ? 0 : 1;
  },
  rm: ({ machine, args, complain }) => {
    const isForced = args.some((each) => /^-\w*f/.test(each));
    const failed = args.filter(
      (each) => !each.startsWith('-') && !machine.files.remove(absolute(machine.folder, each)),
    );
    if (isForced) return 0;
    for (const path of failed) complain(`rm: can't remove '${path}': No such file or directory\n`);
    return failed.length === 0 ? 0 : 1;
  },
  pwd: ({ machine, write }) => said(write, machine.folder),
  hostname: ({ machine, write }) => said(write, machine.environment.get('HOSTNAME') ?? ''),
  id: ({ write }) => said(write, 'uid=0(root) gid=0(root) groups=0(root)'),
  whoami: ({ write }) => said(write, 'root'),
  uname: ({ args, machine, write }) =>
    said(write, args[0] === '-a' ? `Linux ${machine.environment.get('HOSTNAME')} stand-in` : 'Linux'),
  date: ({ machine, write }) => said(write, new Date(machine.nowMs()).toUTCString()),
  env: ({ machine, write }) =>
    said(write, [...machine.environment].map(([name, value]) => `${name}=${value}`).join('\n')),
  printenv: ({ machine, args, write }) => {
    const [name] = args;
    if (name === undefined)
      return said(write, [...machine.environment].map(([key, value]) => `${key}=${value}`).join('\n'));
    const value = machine.environment.get(name);
    return value === undefined ? 1 : said(write, value);
  },
  sleep: async ({ args, signal, complain }) => {
    const [, count = '', unit = 's'] = /^(\d+(?:\.\d+)?)([smh]?)$/.exec(args[0] ?? '') ?? [];
    if (count === '') {
      complain(`sleep: invalid number '${args[0] ?? ''}'\n`);
      return 1;
    }
    const seconds = Number(count) * ({ m: 60, h: 3600 }[unit] ?? 1);
    await slept(Math.min(seconds * 1000, 2_147_483_647), signal);
    return 0;
  },
};

function said(write: (text: string) => void, text: string): number {
  write(`${text}\n`);
  return 0;
}

function slept(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

async function sliced(run: Run, take: (all: readonly string[], count: number) => readonly string[]): Promise<number> {
  const text = run.args.join(' ');
  const count = Number(/-n ?(\d+)|^-(\d+)/.exec(text)?.slice(1).find(Boolean) ?? 10);
  const paths = run.args.filter((each, index) => !each.startsWith('-') && run.args[index - 1] !== '-n');
  return eachText(run, paths, (whole) =>
    run.write(
      take(lines(whole), count)
        .map((each) => `${each}\n`)
        .join(''),
    ),
  );
}

async function eachText(
  run: Run,
  paths: readonly string[],
  use: (text: string, path: string) => void,
): Promise<number> {
  if (paths.length > 0) return eachFile(run, paths, use);
  use(await run.input(), '');
  return 0;
}

function eachFile(run: Run, paths: readonly string[], use: (text: string, path: string) => void): number {
  let code = 0;
  for (const path of paths) {
    const full = absolute(run.machine.folder, path);
    const text = run.machine.files.read(full);
    if (text !== undefined) use(text, path);
    else {
      const why = run.machine.files.isFolder(full) ? 'Is a directory' : 'No such file or directory';
      run.complain(`cat: can't open '${path}': ${why}\n`);
      code = 1;
    }
  }
  return code;
}
