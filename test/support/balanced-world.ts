// Two gateways of one configuration, processes of their own, behind a real HAProxy that passes TLS through, says whose connection it is, and asks `/readyz` which of them may have one.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { makeCa, makeServing } from '../../src/listener/x509.ts';
import { type Child, startChild } from './child.ts';
import { freePorts } from './free-ports.ts';
import { CLI, makeSite, type Site } from './gateway-process.ts';

const DAY_MS = 86_400_000;

export interface BalancedGateway {
  readonly name: string;
  readonly privateUrl: string;
  readonly journalFolder: string;
  start(): Promise<void>;
  /** SIGTERM; resolves with its exit code. */
  stop(): Promise<number | NodeJS.Signals>;
  said(): string;
}

export interface BalancedWorld {
  readonly site: Site;
  /** Resolves once the balancer gives connections to this gateway. */
  untilUp(name: string): Promise<void>;
  /** Where the balancer listens. */
  readonly port: number;
  readonly caPem: string;
  readonly gateways: readonly [BalancedGateway, BalancedGateway];
  stop(): Promise<void>;
}

/** The version of HAProxy that is installed; undefined without one. */
export function haproxyVersion(): string | undefined {
  const { stdout } = spawnSync('haproxy', ['-v'], { encoding: 'utf8' });
  return /version (\S+)/.exec(stdout ?? '')?.[1];
}

/** Both gateways serve, and the balancer knows it. `drainMs`: for how long each serves on once it is told to stop. */
export async function startBalancedWorld(drainMs: number): Promise<BalancedWorld> {
  const site = await makeSite();
  const at = (name: string) => join(site.folder, name);
  const validity = { notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) };
  const ca = await makeCa(validity);
  const pair = await makeServing({ caPem: ca.certPem, caKeyPem: ca.keyPem, names: ['localhost'], ...validity });
  writeFileSync(at('tls.crt'), pair.certPem);
  writeFileSync(at('tls.key'), pair.keyPem, { mode: 0o600 });
  const ports = await freePorts(5);
  const [front = 0] = ports;
  const gateways = [1, 2].map((i) =>
    gatewayOf(site, `gateway-${i}`, ports[2 * i - 1] ?? 0, ports[2 * i] ?? 0, drainMs),
  );
  await Promise.all(gateways.map((gateway) => gateway.start()));
  writeFileSync(at('haproxy.cfg'), balancerConfig(front, at('haproxy.sock'), gateways));
  const balancer = startChild('haproxy', ['-db', '-f', at('haproxy.cfg')], { cwd: site.folder });
  await untilAccepted(front);
  return {
    site,
    port: front,
    caPem: ca.certPem,
    async untilUp(name) {
      while (!(await statusOf(at('haproxy.sock'), name)).startsWith('UP')) await new Promise(setImmediate);
    },
    gateways: gateways as [Gateway, Gateway],
    async stop() {
      balancer.kill('SIGKILL');
      await balancer.ended;
      for (const gateway of gateways) gateway.kill();
      await site.stop();
    },
  };
}

async function untilAccepted(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await new Promise(setImmediate);
  }
}

/** What the balancer holds of a server: `UP`, `DOWN`. Source: CSV of `show stat`, HAProxy's management guide, section 9.1 */
async function statusOf(path: string, name: string): Promise<string> {
  const socket = connect({ path });
  socket.end('show stat\n');
  const rows = (await text(socket)).split('\n').map((line) => line.split(','));
  return rows.find((columns) => columns[0] === 'gateways' && columns[1] === name)?.[17] ?? '';
}

type Gateway = BalancedGateway & { readonly port: number; readonly privatePort: number; kill(): void };

function gatewayOf(site: Site, name: string, port: number, privatePort: number, drainMs: number): Gateway {
  const file = join(site.folder, `${name}.yaml`);
  const config = readFileSync(site.configFile, 'utf8')
    .replace('dataFolder: data', `dataFolder: ${name}`)
    .replace(
      'listen: { port: 0 }',
      `listen: { port: ${port}, proxyProtocol: { from: [127.0.0.1] } }\nlimits: { drainMs: ${drainMs}, requestsPerCallerPerSecond: 100000 }`,
    )
    .replace('private: { port: 0 }', `private: { port: ${privatePort} }`);
  writeFileSync(file, `${config}tls: { certificateFile: tls.crt, keyFile: tls.key }\n`);
  let child: Child | undefined;
  const [program, ...args] = CLI;
  return {
    name,
    port,
    privatePort,
    privateUrl: `http://127.0.0.1:${privatePort}`,
    journalFolder: join(site.folder, name, 'journal'),
    async start() {
      child = startChild(program, [...args, 'gateway', '--config', file], { cwd: site.folder });
      await child.until(/"the gateway serves"/);
    },
    stop() {
      child?.kill('SIGTERM');
      return child?.ended ?? Promise.resolve(0);
    },
    said: () => child?.said() ?? '',
    kill: () => child?.kill('SIGKILL'),
  };
}

/** As docs/how-to/run-several.md has it, but for its times. */
function balancerConfig(front: number, socket: string, gateways: readonly Gateway[]): string {
  const servers = gateways.map(
    ({ name, port, privatePort }) =>
      `  server ${name} 127.0.0.1:${port} send-proxy-v2 check port ${privatePort} inter 100ms fall 1 rise 1`,
  );
  return `global
  log stdout format raw local0
  stats socket ${socket} mode 600 level user
defaults
  mode tcp
  log global
  timeout connect 5s
  timeout check 10s
  timeout client 1h
  timeout server 1h
frontend callers
  bind 127.0.0.1:${front}
  default_backend gateways
backend gateways
  balance roundrobin
  option redispatch 1
  option httpchk GET /readyz
  http-check expect status 200
${servers.join('\n')}
`;
}
