/**
 * The npm that started this process, run as a child. npm is a JavaScript program, so any Node can run it; the fetched
 * toolchain brings none of its own.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { ForPeople } from './for-people.mjs';

/** What npm wrote to stdout, once it has ended with 0; otherwise a rejection whose message is what it wrote to stderr. */
export function npm(node, args, { cwd, env }) {
  const [file, ...before] = npmCommand(node);
  const child = spawn(file, [...before, ...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr']) {
    child[name].setEncoding('utf8').on('data', (text) => {
      output[name] += text;
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', () =>
      reject(new ForPeople('npm was not found: it comes with Node, and is needed to fetch what the project uses')),
    );
    child.once('close', (code) => {
      if (code === 0) resolve(output.stdout);
      else reject(new Error(saidOf(output.stderr) || `npm ended with ${code}`));
    });
  });
}

/** `npm_execpath` is another program's where pnpm or yarn started this. */
function npmCommand(node) {
  const started = process.env.npm_execpath ?? '';
  return path.basename(started) === 'npm-cli.js' && existsSync(started) ? [node, started] : ['npm'];
}

/** npm puts what went wrong first and its manual after it. */
function saidOf(stderr) {
  const linesMax = 16;
  return stderr
    .split('\n')
    .filter((line) => line.replace(/^npm error/, '').trim() !== '')
    .slice(0, linesMax)
    .join('\n');
}
