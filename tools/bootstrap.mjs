/**
 * From a fresh clone to a running task: toolchain, packages, task. The steps, in order; each is a file beside this one.
 */
import { spawn } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ForPeople } from './for-people.mjs';
import { ensurePackages } from './packages.mjs';
import { ensurePages } from './pages.mjs';
import { nodeFlags, readsCallersFiles, readsPages, showsPages, tasks } from './tasks.mjs';
import { ensureNode } from './toolchain.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs the task called `name` with the pinned Node; returns its exit code. A name that is no task is refused with the list of names. */
export async function bootstrap(name, args) {
  const task = Object.hasOwn(tasks, name ?? '') ? tasks[name] : undefined;
  if (task === undefined)
    throw new ForPeople(
      `${name === undefined ? 'name a task' : `there is no task \`${name}\``}; there are: ${Object.keys(tasks).join(', ')}`,
    );
  const node = await ensureNode();
  const environment = {
    ...process.env,
    PATH: [path.dirname(node), process.env.PATH].filter(Boolean).join(path.delimiter),
  };
  await ensurePackages(root, node, environment);
  if (readsPages.has(name)) await ensurePackages(path.join(root, 'web'), node, environment, 'webDependencies');
  // What is shown can be shown without them, so nothing ends here.
  if (showsPages.has(name))
    await ensurePages(root, node, environment).catch((thrown) => process.stderr.write(`${thrown.message}\n`));
  const [program, ...first] = task;
  const cwd = readsCallersFiles.has(name) ? callersFolder() : root;
  return await run(node, [...(nodeFlags[name] ?? []), path.join(root, program), ...first, ...args], {
    cwd,
    env: environment,
  });
}

/** Where the person typed the command; npm itself changes to the project's root and says so. */
function callersFolder() {
  return process.env.INIT_CWD ?? process.cwd();
}

/**
 * The child's exit code, once it has ended; where a signal ended it, this process ends by the same signal.
 *
 * A terminal sends Ctrl-C to the child itself, which then says when it is done; without a terminal it is passed on here. npm starts
 * this through a shell that dies of a signal without passing it on, so the child is also told when that shell has gone.
 */
function run(node, argv, { cwd, env }) {
  const child = spawn(node, argv, { cwd, env, stdio: 'inherit' });
  const hasTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  const listeners = signals.map((signal) => {
    const passOn = () => (signal === 'SIGINT' && hasTerminal ? undefined : child.kill(signal));
    process.on(signal, passOn);
    return [signal, passOn];
  });
  const starter = process.ppid;
  const watch = setInterval(() => process.ppid !== starter && child.kill('SIGTERM'), 500);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearInterval(watch);
      for (const [name, listener] of listeners) process.off(name, listener);
      if (signal === null) resolve(code);
      else process.kill(process.pid, signal);
    });
  });
}
