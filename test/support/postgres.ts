// A PostgreSQL of the test's own, in a temporary folder, on loopback; nothing is registered where the machine has none.

import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from './free-ports.ts';

/** A server that runs. */
export interface Postgres {
  /** The URL of a database, as its owner or another role; by the address that it was given to listen on beside loopback. */
  url(database: string, role?: string): string;
  /** A new, empty database. */
  create(database: string): void;
  /** Runs statements as the owner of everything, and gives what psql prints. */
  psql(database: string, sql: string): string;
  /** Starts it anew at the same address, its connections broken. */
  restart(): Promise<void>;
  /** Ends it; `start` begins it again. */
  halt(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** PostgreSQL refuses to be root: the machine's user that owns nothing. */
const NOBODY = 65_534;

/** The folder of PostgreSQL's programs, as Debian has them, or on the path; undefined where there is none. */
export function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian) : [];
  const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
  return folders.find((folder) => existsSync(join(folder, 'initdb')) && existsSync(join(folder, 'postgres')));
}

/** Starts a server that takes every local connection; of `network`, an address of this machine and a range, also those that come to that address from that range. */
export async function startPostgres(
  programs: string,
  network?: { readonly address: string; readonly from: string },
): Promise<Postgres> {
  const isRoot = process.getuid?.() === 0;
  const own = isRoot ? { uid: NOBODY, gid: NOBODY } : {};
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-postgres-'));
  if (isRoot) chownSync(folder, NOBODY, NOBODY);
  const data = join(folder, 'data');
  const [port] = (await freePorts(1)) as [number];
  execFileSync(join(programs, 'initdb'), ['-D', data, '-U', 'owner', '-A', 'trust', '--no-sync', '-E', 'UTF8'], {
    ...own,
    stdio: 'pipe',
    env: { LC_ALL: 'C.UTF-8', PATH: process.env.PATH },
  });
  if (network !== undefined) appendFileSync(join(data, 'pg_hba.conf'), `host all all ${network.from} trust\n`);
  const address = network?.address ?? '127.0.0.1';
  const listen = network === undefined ? '127.0.0.1' : `127.0.0.1,${network.address}`;
  let child: ReturnType<typeof spawn> | undefined;
  const psql = (database: string, sql: string) =>
    execFileSync('psql', ['-h', '127.0.0.1', '-p', String(port), '-U', 'owner', '-qAtX', '-d', database, '-c', sql], {
      encoding: 'utf8',
      stdio: 'pipe',
    });
  const start = async () => {
    const args = ['-D', data, '-p', String(port), '-k', folder, '-h', listen, '-c', 'fsync=off'];
    child = spawn(join(programs, 'postgres'), args, { ...own, stdio: 'ignore' });
    for (let tries = 0; ; tries++) {
      try {
        psql('postgres', 'SELECT 1');
        return;
      } catch (error) {
        if (tries > 600 || child.exitCode !== null) throw error;
        await pause(50);
      }
    }
  };
  const halt = async () => {
    const ended =
      child === undefined || child.exitCode !== null ? undefined : new Promise((done) => child?.once('exit', done));
    child?.kill('SIGINT');
    await ended;
  };
  const kill = () => child?.kill('SIGKILL');
  process.once('exit', kill);
  await start();
  return {
    url: (database, role = 'owner') => `postgres://${role}@${address}:${port}/${database}`,
    create: (database) => void psql('postgres', `CREATE DATABASE ${database}`),
    psql,
    start,
    halt,
    async restart() {
      await halt();
      await start();
    },
    async stop() {
      await halt();
      process.off('exit', kill);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
