/*
 * The wire alone: what one small GET costs a process that only passes it on, through a bare Node proxy and through listener and upstream. What
 * stands between the two judges nothing here, so that the figures show what the transport itself costs.
 *
 * Each server is a process of its own that tells what processor time it has used; the client takes turns between the two, since other work on the
 * machine comes and goes, and the middle of the rounds counts. Run: `node test/bench/transport.ts [REQUESTS] [ROUNDS]`.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { connect as connectHttp2 } from 'node:http2';
import { createServer, Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Pool } from 'undici';
import type { Answer } from '../../src/model/reply.ts';
import { Cleanup, certificate, headerMap, listen, upstreamTo } from '../transport/support.ts';

const CLIENTS = 32;
const BODY = Buffer.from(JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', data: { a: 'x'.repeat(800) } }));
const identity = { subject: 'nobody', groups: ['some'] };

/** What a child process can be; each resolves with its port. */
const roles: Readonly<Record<string, (upstreamPort: number) => Promise<number>>> = {
  async target() {
    const server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': BODY.length });
      response.end(BODY);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  },
  async bare(upstreamPort) {
    const agent = new HttpsAgent({ keepAlive: true, maxSockets: 256, rejectUnauthorized: false });
    const server = createServer({ cert: certificate.certPem, key: certificate.keyPem }, (request, response) => {
      const { method, url, headers } = request;
      const options = { agent, host: '127.0.0.1', port: upstreamPort, method, path: url, headers };
      const outgoing = httpsRequest(options, (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.rawHeaders);
        reply.pipe(response);
      });
      request.pipe(outgoing);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as AddressInfo).port;
  },
  async ours(upstreamPort) {
    const cleanup = new Cleanup();
    // Each process makes its own certificates, so none trusts another's; both proxies check none.
    const upstream = upstreamTo(cleanup, `https://127.0.0.1:${upstreamPort}`, { isCertificateUnchecked: true });
    const listener = await listen(cleanup, async (_target, raw, signal) => {
      const headers = headerMap(raw.rawHeaders);
      const request = { method: raw.method, uri: raw.uri, headers, body: undefined, identity, isStream: false };
      return (await upstream.send(request, signal)) as Answer;
    });
    return listener.port;
  },
};

interface Server {
  readonly child: ChildProcess;
  readonly port: number;
}

async function start(role: string, upstreamPort = 0): Promise<Server> {
  const child = fork(import.meta.filename, [], {
    env: { ...process.env, BENCH_ROLE: role, BENCH_UPSTREAM: `${upstreamPort}` },
  });
  const port = await new Promise<number>((resolve) => child.once('message', (message) => resolve(message as number)));
  return { child, port };
}

/** Processor time of a child, in microseconds. */
function cpuOf({ child }: Server): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as number));
    child.send('cpu');
  });
}

interface Figures {
  readonly cpuMicros: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly perSecond: number;
}

async function measure(server: Server, requests: number, get: () => Promise<void>): Promise<Figures> {
  const latencies: number[] = [];
  let left = requests;
  const before = await cpuOf(server);
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (left-- > 0) {
        const at = performance.now();
        await get();
        latencies.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuMicros = ((await cpuOf(server)) - before) / requests;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { cpuMicros, p50Ms: at(0.5), p99Ms: at(0.99), perSecond: requests / seconds };
}

/** One GET over HTTP/1.1, whole. */
function http1Getter(port: number): () => Promise<void> {
  const pool = new Pool(`https://127.0.0.1:${port}`, {
    connections: CLIENTS,
    allowH2: false,
    connect: { rejectUnauthorized: false },
  });
  return async () => {
    const { body } = await pool.request({
      path: '/api/v1/namespaces/n/configmaps/c',
      method: 'GET',
      headers: { accept: 'application/json', 'user-agent': 'bench' },
    });
    await body.arrayBuffer();
  };
}

/** One GET over HTTP/2, whole. */
function http2Getter(port: number): () => Promise<void> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
  return () =>
    new Promise((resolve, reject) => {
      const stream = session.request({
        ':path': '/api/v1/namespaces/n/configmaps/c',
        accept: 'application/json',
        'user-agent': 'bench',
      });
      stream.on('error', reject).on('end', resolve).resume();
    });
}

function middle(rounds: readonly Figures[]): Figures {
  const of = (key: keyof Figures) =>
    rounds.map((round) => round[key]).sort((a, b) => a - b)[Math.floor(rounds.length / 2)] ?? 0;
  return { cpuMicros: of('cpuMicros'), p50Ms: of('p50Ms'), p99Ms: of('p99Ms'), perSecond: of('perSecond') };
}

async function main(requests: number, rounds: number): Promise<void> {
  const target = await start('target');
  const bare = await start('bare', target.port);
  const ours = await start('ours', target.port);
  const ways: readonly (readonly [string, Server, () => Promise<void>])[] = [
    ['bare Node proxy, HTTP/1.1', bare, http1Getter(bare.port)],
    ['listener and upstream, HTTP/1.1', ours, http1Getter(ours.port)],
    ['listener and upstream, HTTP/2', ours, http2Getter(ours.port)],
  ];
  const figures = new Map<string, Figures[]>(ways.map(([name]) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const [name, server, get] of ways) {
      const measured = await measure(server, requests, get);
      if (round >= 0) figures.get(name)?.push(measured);
    }
  }
  const base = middle(figures.get('bare Node proxy, HTTP/1.1') ?? []).cpuMicros;
  for (const [name, all] of figures) {
    const { cpuMicros, p50Ms, p99Ms, perSecond } = middle(all);
    console.log(
      `${name.padEnd(32)} ${cpuMicros.toFixed(0).padStart(5)} µs/request  ${(cpuMicros / base).toFixed(2)}×  p50 ${p50Ms.toFixed(2)} ms  p99 ${p99Ms.toFixed(2)} ms  ${perSecond.toFixed(0)}/s`,
    );
  }
  for (const { child } of [bare, ours, target]) child.kill();
  process.exit(0);
}

const role = roles[process.env.BENCH_ROLE ?? ''];
if (role === undefined) {
  await main(Number(process.argv[2] ?? 10_000), Number(process.argv[3] ?? 5));
} else {
  const port = await role(Number(process.env.BENCH_UPSTREAM));
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(port);
}
