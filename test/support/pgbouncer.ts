// A pgbouncer of the test's own before a PostgreSQL on loopback; nothing is registered where the machine has none.

import { spawn } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';

/** pgbouncer refuses to be root: the machine's user that owns nothing. */
const NOBODY = 65_534;

/** The program, as Debian has it or on the path; undefined where there is none. */
export function pgbouncerProgram(): string | undefined {
  const folders = ['/usr/sbin', ...(process.env.PATH ?? '').split(':')];
  return folders.map((folder) => join(folder, 'pgbouncer')).find((file) => existsSync(file));
}

/** Starts it before the server of a URL; resolves with the URL that leads through it. `more`: lines of its configuration. */
export async function startPgbouncer(program: string, url: string, mode: 'transaction' | 'session', more = '') {
  const own = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-pgbouncer-'));
  const [port] = (await freePorts(1)) as [number];
  const through = new URL(url);
  const config = join(folder, 'pgbouncer.ini');
  writeFileSync(
    config,
    `[databases]
* = host=127.0.0.1 port=${through.port} user=owner
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
${more}`,
  );
  for (const path of [folder, config]) if (process.getuid?.() === 0) chownSync(path, NOBODY, NOBODY);
  const child = spawn(program, ['-q', config], { ...own, stdio: 'ignore' });
  const kill = () => child.kill('SIGKILL');
  process.once('exit', kill);
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 600 || child.exitCode !== null) throw new Error('pgbouncer does not listen');
    await pause(50);
  }
  through.port = String(port);
  return {
    url: through.href,
    async stop() {
      const ended = child.exitCode !== null ? undefined : new Promise((done) => child.once('exit', done));
      child.kill('SIGTERM');
      await ended;
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
