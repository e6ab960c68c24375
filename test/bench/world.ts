/*
 * What the benchmarks compare, started: an upstream, and the ways to it: direct, a bare Node proxy, nginx where it is installed, and the gateway as its
 * users run it. Each is a process of its own, on loopback, with TLS on both sides and connections that are kept.
 */
import { type ChildProcess, fork, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type LoopbackCertificate, makeLoopbackCertificate } from '../../demo/standin/certificate.ts';
import { leftOut } from '../support/left-out.ts';
import { gatewayConfiguration, type PolicySize, type TokenOf, writeGatewayFiles } from './gateway-files.ts';
import type { Job, Outcome } from './load.ts';
import { nginxConfig } from './nginx.ts';
import type { ServerOptions } from './server.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAMS = { src: join(ROOT, 'src', 'main', 'cli.ts'), dist: join(ROOT, 'dist', 'main', 'cli.js') } as const;
/** Without V8's threads for garbage, which on few cores take the processor from requests. */
const ONE_THREAD_FOR_GARBAGE = ['--single-threaded-gc'] as const;
const START_MS_MAX = 120_000;

/** One way to the upstream. */
export interface Way {
  readonly name: 'direct' | 'bare' | 'nginx' | 'gateway' | 'gateway, flagged';
  readonly origin: string;
  readonly prefix: string;
  /** What stands in between; 0 where nothing does. */
  readonly pid: number;
}

/** A gateway process that is ready. */
export interface GatewayProcess {
  readonly way: Way;
  /** Where its control plane is, where it has one. */
  readonly consoleUrl: string | undefined;
  readonly metricsUrl: string;
  stop(): Promise<void>;
}

export interface GatewayOptions {
  /** Flags for Node. */
  readonly nodeFlags?: readonly string[];
  /** From source, or from `dist` as it was built last. Default: from source. */
  readonly from?: 'src' | 'dist';
  /** Default: many. */
  readonly rules?: PolicySize;
  /** Default: masks are as they are by default. */
  readonly areMasksOpen?: boolean;
  /** Default: bodies are kept as they are by default. */
  readonly bodies?: 'none';
  /** With a control plane, on the store that the configuration would have it on. Default: without. */
  readonly console?: { readonly store?: object };
}

export interface World {
  readonly folder: string;
  /** A caller’s. */
  readonly token: string;
  readonly tokenOf: TokenOf;
  /** What signed every certificate here. */
  readonly caPem: string;
  /** Ways for a version of HTTP towards the client. */
  ways(httpVersion: Job['httpVersion']): readonly Way[];
  /** A further gateway. */
  startGateway(options?: GatewayOptions): Promise<GatewayProcess>;
  /** A further bare proxy that speaks HTTP/2, for what must be measured on a fresh process. */
  startBare(): Promise<{ readonly way: Way; stop(): Promise<void> }>;
  startNginx(): Promise<{ readonly way: Way; stop(): Promise<void> } | undefined>;
  /** Has the load generator do a job. @throws {Error} any of its requests failed */
  load(way: Way, job: Pick<Job, 'ask' | 'httpVersion' | 'mode'>): Promise<Outcome>;
  /** A load generator of its own, whose streams stay open until it is stopped. */
  startLoad(): {
    run(way: Way, job: Pick<Job, 'ask' | 'httpVersion' | 'mode'>): Promise<Outcome>;
    stop(): Promise<void>;
  };
  stop(): Promise<void>;
}

/** Everything started; `stop` leaves nothing behind. */
export async function startWorld(): Promise<World> {
  // On the disk that the project is on: a folder in memory would make syncs free.
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache', 'bench-'));
  const certificate = await makeLoopbackCertificate('bench', Date.now());
  const children: ChildProcess[] = [];
  const kill = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', kill);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const tokenOf = await writeGatewayFiles(folder, certificate.caPem);
  const token = await tokenOf('deployer@example.test', ['ci', 'shop-developers']);
  const { port: upstreamPort } = await startServer(children, 'upstream', certificate, 0, true);
  const gatewayOf = (options?: GatewayOptions) => startGateway(children, folder, upstreamPort, options);
  const bareOf = async (isHttp2: boolean) => {
    const { child, port } = await startServer(children, 'bare', certificate, upstreamPort, isHttp2);
    return { way: way('bare', port, child), stop: () => ended(child, 'SIGTERM') };
  };
  const nginxOf = () => startNginx(children, folder, certificate, upstreamPort);
  const direct: Way = { name: 'direct', origin: originOf(upstreamPort), prefix: '', pid: 0 };
  const [bare1, bare2, nginx] = [await bareOf(false), await bareOf(true), await nginxOf()];
  const [gateway, flagged] = [await gatewayOf(), await gatewayOf({ nodeFlags: ONE_THREAD_FOR_GARBAGE })];
  const caPem = `${certificate.caPem}${readFileSync(join(folder, 'data', 'ca.crt'), 'utf8')}`;
  const newLoad = async () => loadGenerator(children, caPem, token);
  const main = await newLoad();
  return {
    folder,
    token,
    tokenOf,
    caPem,
    ways: (httpVersion) => [
      direct,
      (httpVersion === '2' ? bare2 : bare1).way,
      ...(nginx === undefined ? [] : [nginx.way]),
      gateway.way,
      { ...flagged.way, name: 'gateway, flagged' },
    ],
    startGateway: gatewayOf,
    startBare: () => bareOf(true),
    startNginx: nginxOf,
    load: main.run,
    startLoad() {
      const load = newLoad();
      return { run: async (...job) => (await load).run(...job), stop: async () => (await load).stop() };
    },
    async stop() {
      process.off('exit', kill);
      await Promise.all(children.map((child) => ended(child, 'SIGTERM')));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function way(name: Way['name'], port: number, child: ChildProcess): Way {
  return { name, origin: originOf(port), prefix: '', pid: child.pid as number };
}

function originOf(port: number): string {
  return `https://127.0.0.1:${port}`;
}

async function startServer(
  children: ChildProcess[],
  role: 'upstream' | 'bare',
  certificate: LoopbackCertificate,
  upstreamPort: number,
  isHttp2: boolean,
): Promise<{ readonly child: ChildProcess; readonly port: number }> {
  const child = fork(join(import.meta.dirname, 'server.ts'), [role]);
  children.push(child);
  const options: ServerOptions = { ...certificate, upstreamPort, isHttp2 };
  child.send(options);
  return { child, port: await answerOf<number>(child) };
}

function loadGenerator(children: ChildProcess[], caPem: string, token: string) {
  const child = fork(join(import.meta.dirname, 'load.ts'));
  children.push(child);
  return {
    async run({ origin, prefix, name }: Way, part: Pick<Job, 'ask' | 'httpVersion' | 'mode'>): Promise<Outcome> {
      const job: Job = { origin, prefix, caPem, token, ...part };
      child.send(job);
      const outcome = await answerOf<Outcome>(child);
      if (outcome.failed > 0)
        throw new Error(`${outcome.failed} of the requests failed: ${name}, ${part.ask}: ${outcome.failure}`);
      return outcome;
    },
    stop: () => ended(child, 'SIGTERM'),
  };
}

function answerOf<T>(child: ChildProcess): Promise<T> {
  return new Promise((resolve, reject) => {
    const onExit = () => reject(new Error('a process of the benchmarks ended early'));
    child.once('exit', onExit);
    child.once('message', (message) => {
      child.off('exit', onExit);
      resolve(message as T);
    });
  });
}

async function startNginx(
  children: ChildProcess[],
  folder: string,
  certificate: LoopbackCertificate,
  upstreamPort: number,
): Promise<{ readonly way: Way; stop(): Promise<void> } | undefined> {
  const program = ['/usr/sbin', ...(process.env.PATH ?? '').split(delimiter)]
    .map((place) => join(place, 'nginx'))
    .find((path) => existsSync(path));
  if (program === undefined) {
    leftOut('nginx as a way to compare with', 'install Debian’s package nginx');
    return undefined;
  }
  const [port] = (await freePorts(1)) as [number];
  const place = mkdtempSync(join(folder, 'nginx-'));
  const file = join(place, 'nginx.conf');
  for (const [name, pem] of Object.entries(certificate))
    writeFileSync(join(place, `${name}.pem`), pem, { mode: 0o600 });
  writeFileSync(file, nginxConfig({ folder: place, port, upstreamPort }));
  const child = spawn(program, ['-p', place, '-c', file, '-e', join(place, 'error.log')], { stdio: 'inherit' });
  children.push(child);
  await ready(originOf(port), child);
  return { way: way('nginx', port, child), stop: () => ended(child, 'SIGTERM') };
}

async function startGateway(
  children: ChildProcess[],
  folder: string,
  upstreamPort: number,
  { nodeFlags = [], from = 'src', rules = 'many', areMasksOpen = false, bodies, console: place }: GatewayOptions = {},
): Promise<GatewayProcess> {
  const [port, privatePort, consolePort] = (await freePorts(3)) as [number, number, number];
  const configFile = join(folder, `sallyport-${port}.yaml`);
  writeFileSync(
    configFile,
    stringify(
      gatewayConfiguration({
        port,
        privatePort,
        upstreamOrigin: originOf(upstreamPort),
        rules,
        areMasksOpen,
        bodies,
        ...(place === undefined ? {} : { console: { port: consolePort, ...place } }),
      }),
      { aliasDuplicateObjects: false },
    ),
  );
  const args = [...nodeFlags, PROGRAMS[from], 'gateway', '--config', configFile];
  const log = openSync(join(folder, `gateway-${port}.log`), 'w');
  const child = spawn(process.execPath, args, { stdio: ['ignore', log, log] });
  children.push(child);
  await ready(`http://127.0.0.1:${privatePort}/readyz`, child).catch((error: Error) => {
    throw new Error(`${error.message}:\n${readFileSync(join(folder, `gateway-${port}.log`), 'utf8')}`);
  });
  return {
    way: { ...way('gateway', port, child), prefix: '/k8s/bench' },
    consoleUrl: place === undefined ? undefined : originOf(consolePort),
    metricsUrl: `http://127.0.0.1:${privatePort}/metrics`,
    stop: () => ended(child, 'SIGTERM'),
  };
}

async function ready(url: string, child: ChildProcess): Promise<void> {
  const plain = url.startsWith('http:');
  for (const endMs = performance.now() + START_MS_MAX; performance.now() < endMs && child.exitCode === null; ) {
    const isUp = plain ? (await fetch(url).catch(() => undefined))?.ok : await accepts(Number(new URL(url).port));
    if (isUp) return;
    await pause(5);
  }
  throw new Error(`${child.spawnargs.join(' ')} did not become ready`);
}

async function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill(signal);
  });
}

/** Ports that nothing listens on now, all different. */
async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer());
  await Promise.all(servers.map((server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}
