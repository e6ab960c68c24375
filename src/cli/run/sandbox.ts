/*
 * The sandbox of a run: a list of what is let in, by bubblewrap. User, mounts, processes, IPC and, unless the host's network is named, network are its own;
 * home and /tmp are empty; the working folder alone can be written.
 *
 * Source: https://github.com/containers/bubblewrap, bwrap(1)
 */
import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, readlinkSync, realpathSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { delimiter, dirname, extname, join, resolve } from 'node:path';
import { CliError } from '../cli-error.ts';

/** An address that the program reaches through the relay. */
export interface RelayedAddress {
  readonly host: string;
  readonly port: number;
}

interface Options {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly folder: string;
  readonly workspace: string;
  readonly network: 'gateway' | 'host';
  readonly addresses: readonly RelayedAddress[];
  /** More paths that are let in, to be read. */
  readonly tools: readonly string[];
}

/** Parts of /etc that programs need to run and to find hosts; none holds a secret. */
const ETC = [
  'alternatives', 'ca-certificates', 'crypto-policies', 'group', 'hosts', 'ld.so.cache', 'ld.so.conf', 'ld.so.conf.d', 'localtime', 'nsswitch.conf',
  'passwd', 'pki', 'protocols', 'resolv.conf', 'services', 'ssl/cert.pem', 'ssl/certs', 'ssl/openssl.cnf', 'terminfo',
]; // biome-ignore format: a list

/** Programs and libraries of the system, which in many are links into /usr. */
const SYSTEM = ['/bin', '/sbin', '/lib', '/lib32', '/lib64'];

/** The program that stands between the sandbox's loopback and the sockets that lead out of it. */
const RELAY = join(import.meta.dirname, `sandbox-relay${extname(import.meta.filename)}`);

/**
 * The command that runs another in a sandbox.
 *
 * @throws {CliError} it cannot be had here, and why
 */
export function sandboxed(options: Options): readonly string[] {
  refuseWideFolder(options);
  const bwrap = find('bwrap', options.env);
  if (bwrap === undefined)
    throw new CliError(
      '--sandbox needs bubblewrap (`bwrap`), which is not on the PATH: install the package bubblewrap',
    );
  const flags = [
    '--unshare-user',
    '--unshare-ipc',
    '--unshare-pid',
    '--unshare-uts',
    '--unshare-cgroup-try',
    '--die-with-parent',
  ];
  if (options.network === 'gateway') flags.push('--unshare-net');
  if (options.addresses.some(({ port }) => port < 1024)) flags.push('--cap-add', 'CAP_NET_BIND_SERVICE');
  if (canTypeIntoTerminals()) flags.push('--new-session');
  flags.push(...mounts(options), '--chdir', options.folder);
  probe(bwrap, flags);
  const ports = options.network === 'host' ? [] : options.addresses.map(({ port }) => String(port));
  return [bwrap, ...flags, '--', process.execPath, RELAY, options.workspace, ...ports, '--', ...options.command];
}

/** Security: who may write the home folder, or all above it, has no sandbox. */
function refuseWideFolder({ folder, env: { HOME: home = '/root' } }: Options): void {
  if (`${resolve(home)}/`.startsWith(`${resolve(folder)}/`.replace('//', '/')))
    throw new CliError(
      `--sandbox lets the program write the working folder, and \`${folder}\` holds your home folder: run it in a project’s folder`,
    );
}

function mounts({ env, folder, workspace, network, addresses, tools, command }: Options): readonly string[] {
  const home = env.HOME ?? '/root';
  const flags = ['--ro-bind', '/usr', '/usr'];
  for (const path of SYSTEM) {
    if (!existsSync(path)) continue;
    if (lstatSync(path).isSymbolicLink()) flags.push('--symlink', readlinkSync(path), path);
    else flags.push('--ro-bind', path, path);
  }
  for (const name of ETC) flags.push('--ro-bind-try', `/etc/${name}`, `/etc/${name}`);
  flags.push('--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp', '--tmpfs', home);
  for (const path of toolchains(env, home, folder, command)) flags.push('--ro-bind-try', path, path);
  for (const path of tools) flags.push('--ro-bind', resolve(path), resolve(path));
  flags.push('--ro-bind', process.execPath, process.execPath, '--ro-bind', RELAY, RELAY);
  flags.push('--ro-bind', workspace, workspace, '--bind', folder, folder);
  if (network === 'gateway') flags.push('--ro-bind', hostsFile(workspace, addresses), '/etc/hosts');
  return flags;
}

/** Folders of the PATH beside the system's, and where the program itself stands; none that holds the home or the working folder. */
function toolchains(
  { PATH = '' }: Readonly<Record<string, string>>,
  home: string,
  folder: string,
  [program = '']: readonly string[],
): readonly string[] {
  const found = find(program, { PATH });
  const paths = [...PATH.split(delimiter), ...(found === undefined ? [] : [dirname(realpathSync(found))])];
  const holds = (path: string, other: string) => `${resolve(other)}/`.startsWith(`${path}/`);
  return [...new Set(paths.filter((path) => path.startsWith('/')).map((path) => resolve(path)))].filter(
    (path) => existsSync(path) && !/^\/(usr|bin|sbin)(\/|$)/.test(path) && !holds(path, home) && !holds(path, folder),
  );
}

/** The gateway's names lead to the sandbox's own loopback, where the relay listens. @throws {CliError} an address cannot be led there */
function hostsFile(workspace: string, addresses: readonly RelayedAddress[]): string {
  const names = new Set<string>(['localhost']);
  for (const { host } of addresses) {
    if (isIP(host) === 0) names.add(host);
    else if (!host.startsWith('127.') && host !== '::1')
      throw new CliError(
        `--network gateway needs the gateway’s host name, and it is known as \`${host}\`: name it with --server and in SALLYPORT_SERVER, or use --network host`,
      );
  }
  const file = join(workspace, 'hosts');
  writeFileSync(file, `127.0.0.1 ${[...names].join(' ')}\n`, { mode: 0o600 });
  return file;
}

/** Whether the system lets a program type into its terminal. Source: `legacy_tiocsti`, https://docs.kernel.org/admin-guide/sysctl/dev.html */
function canTypeIntoTerminals(): boolean {
  const file = '/proc/sys/dev/tty/legacy_tiocsti';
  return !existsSync(file) || spawnSync('cat', [file], { encoding: 'utf8' }).stdout.trim() !== '0';
}

function probe(bwrap: string, flags: readonly string[]): void {
  const { status, stderr, error } = spawnSync(bwrap, [...flags, '--', '/usr/bin/true'], { encoding: 'utf8' });
  if (status === 0) return;
  const why = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
  throw new CliError(`no sandbox can be had here, so nothing was started: ${why}`);
}

function find(program: string, { PATH = '' }: Readonly<Record<string, string>>): string | undefined {
  if (program.includes('/')) return existsSync(program) ? resolve(program) : undefined;
  return PATH.split(delimiter)
    .map((folder) => join(folder, program))
    .find((file) => existsSync(file));
}
