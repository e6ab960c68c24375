/*
 * The load, a process of its own: a job comes in a message, its outcome goes back in one.
 *
 * `saturate` keeps a number of requests under way until enough are done. `rate` begins each request at its own instant, whatever became of those
 * before, and counts from that instant: a server that stalls is charged for all who wait meanwhile (no coordinated omission). The lag of this
 * process's own timer, up to a millisecond, is in every way's figure alike.
 */
import { type ClientHttp2Session, connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { Pool } from 'undici';
import { CREATED } from './payloads.ts';

/** What is to be asked, of whom, and how. */
export interface Job {
  readonly origin: string;
  /** Before the API's own paths. */
  readonly prefix: string;
  readonly caPem: string;
  readonly token: string;
  readonly httpVersion: '1.1' | '2';
  readonly ask: 'get' | 'granted' | 'create' | 'list' | 'watch' | 'exec' | 'secrets' | 'large-list' | 'events';
  readonly mode:
    | { readonly kind: 'saturate'; readonly requests: number; readonly clients: number }
    | { readonly kind: 'rate'; readonly perSecond: number; readonly seconds: number }
    | { readonly kind: 'open'; readonly streams: number }
    | { readonly kind: 'once' };
}

export interface Outcome {
  readonly requests: number;
  readonly failed: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly bytes: number;
  /** Why the first that failed did. */
  readonly failure?: string;
}

const CONFIG_MAPS = '/api/v1/namespaces/shop/configmaps';
const PATHS: Readonly<Record<Job['ask'], string>> = {
  get: `${CONFIG_MAPS}/settings`,
  granted: '/api/v1/namespaces/shop/services/first',
  create: CONFIG_MAPS,
  list: CONFIG_MAPS,
  watch: `${CONFIG_MAPS}?watch=1&resourceVersion=1`,
  secrets: '/api/v1/namespaces/shop/secrets',
  'large-list': `${CONFIG_MAPS}?labelSelector=large`,
  events: `${CONFIG_MAPS}?watch=1&resourceVersion=2`,
  exec: '/api/v1/namespaces/shop/pods/web/exec?command=cat&container=web&stdout=true',
};

/** Streams of one HTTP/2 connection; no server here allows fewer. */
const STREAMS_PER_CONNECTION = 50;
const CONNECTIONS = 32;

/** One request, whole; resolves with the bytes of its reply, or rejects. */
type Ask = () => Promise<number>;

const pools = new Map<string, Pool>();
const sessions = new Map<string, ClientHttp2Session>();

function headersOf({ ask, token }: Job): Record<string, string> {
  return {
    accept: 'application/json',
    'accept-encoding': 'gzip',
    'user-agent': 'kubectl/v1.35.0 (linux/amd64) kubernetes/bench',
    authorization: `Bearer ${token}`,
    ...(ask === 'create' ? { 'content-type': 'application/json', 'content-length': String(CREATED.length) } : {}),
  };
}

function http1(job: Job): Ask {
  let pool = pools.get(job.origin);
  if (pool === undefined) {
    pool = new Pool(job.origin, { connections: CONNECTIONS, allowH2: false, connect: { ca: job.caPem } });
    pools.set(job.origin, pool);
  }
  const open = pool;
  const method = job.ask === 'create' ? 'POST' : 'GET';
  const options = { method, path: job.prefix + PATHS[job.ask], headers: headersOf(job) } as const;
  const body = job.ask === 'create' ? CREATED : null;
  return () =>
    new Promise((resolve, reject) => {
      let bytes = 0;
      let answered = 0;
      open.dispatch(
        { ...options, body },
        {
          onRequestStart: () => {},
          onResponseStart: (_controller, status) => {
            answered = status;
          },
          onResponseData: (_controller, chunk) => {
            bytes += chunk.length;
          },
          onResponseEnd: () => (isGood(answered) ? resolve(bytes) : reject(new Error(`answered ${answered}`))),
          onResponseError: (_controller, error) => reject(error),
        },
      );
    });
}

function isGood(status: number): boolean {
  return status === 200 || status === 201;
}

function session({ origin, caPem }: Job, number: number): ClientHttp2Session {
  const key = `${origin} ${number}`;
  let found = sessions.get(key);
  if (found === undefined || found.destroyed || found.closed) {
    found = connect(origin, { ca: caPem });
    found.on('error', () => {});
    sessions.set(key, found);
  }
  return found;
}

function http2(job: Job): Ask {
  const headers = {
    ':method': job.ask === 'create' ? 'POST' : 'GET',
    ':path': job.prefix + PATHS[job.ask],
    ...headersOf(job),
  };
  return () =>
    new Promise((resolve, reject) => {
      let bytes = 0;
      const stream = session(job, 0).request(headers);
      stream.on('response', ({ ':status': status }) => {
        if (!isGood(status ?? 0)) stream.destroy(new Error(`answered ${status}`));
      });
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      stream.on('error', reject).on('end', () => resolve(bytes));
      stream.end(job.ask === 'create' ? CREATED : undefined);
    });
}

/** An exec over HTTP/1.1, whose bytes are counted and thrown away. */
function exec(job: Job): Ask {
  return () =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(job.origin + job.prefix + PATHS.exec, {
        ca: job.caPem,
        headers: {
          ...headersOf(job),
          connection: 'Upgrade',
          upgrade: 'websocket',
          'sec-websocket-version': '13',
          'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
          'sec-websocket-protocol': 'v5.channel.k8s.io',
        },
      });
      request.on('error', reject).on('response', (reply) => reject(new Error(`no upgrade: ${reply.statusCode}`)));
      request.on('upgrade', (_reply, socket) => {
        let bytes = 0;
        socket.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
        });
        socket.on('error', reject).on('end', () => {
          socket.destroy();
          resolve(bytes);
        });
      });
      request.end();
    });
}

class Timed {
  readonly #ask: Ask;
  readonly #latenciesMs: number[] = [];
  #bytes = 0;
  #failed = 0;
  #failure: string | undefined;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async one(beganMs = performance.now()): Promise<void> {
    try {
      const bytes = await this.#ask();
      this.#bytes += bytes;
      this.#latenciesMs.push(performance.now() - beganMs);
    } catch (error) {
      this.#failed++;
      this.#failure ??= String(error);
    }
  }

  outcome(seconds: number): Outcome {
    const sorted = this.#latenciesMs.sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
    return {
      requests: sorted.length,
      failed: this.#failed,
      seconds,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      bytes: this.#bytes,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }
}

async function saturate(timed: Timed, requests: number, clients: number): Promise<void> {
  let left = requests;
  const client = async () => {
    while (left-- > 0) await timed.one();
  };
  await Promise.all(Array.from({ length: clients }, client));
}

async function atRate(timed: Timed, perSecond: number, seconds: number): Promise<void> {
  const startedMs = performance.now();
  const count = perSecond * seconds;
  const all: Promise<void>[] = [];
  await new Promise<void>((resolve) => {
    const tick = () => {
      for (;;) {
        if (all.length >= count) return resolve();
        const dueMs = startedMs + (all.length * 1000) / perSecond;
        if (dueMs > performance.now()) break;
        all.push(timed.one(dueMs));
      }
      setTimeout(tick, 1);
    };
    tick();
  });
  await Promise.all(all);
}

/** Opens watches over HTTP/2 and waits for the first event of each; they stay open until this process ends. */
async function openWatches(job: Job, streams: number): Promise<void> {
  const headers = { ':path': job.prefix + PATHS.watch, ...headersOf(job) };
  for (let opened = 0; opened < streams; opened += STREAMS_PER_CONNECTION) {
    const connection = session(job, opened / STREAMS_PER_CONNECTION + 1);
    const first = Array.from({ length: STREAMS_PER_CONNECTION }, () => {
      const stream = connection.request(headers);
      return new Promise<void>((resolve, reject) => stream.on('error', reject).on('data', () => resolve()));
    });
    await Promise.all(first);
  }
}

async function run(job: Job): Promise<Outcome> {
  const { mode } = job;
  const timed = new Timed(job.ask === 'exec' ? exec(job) : job.httpVersion === '2' ? http2(job) : http1(job));
  const startedMs = performance.now();
  if (mode.kind === 'saturate') await saturate(timed, mode.requests, mode.clients);
  else if (mode.kind === 'rate') await atRate(timed, mode.perSecond, mode.seconds);
  else if (mode.kind === 'open') await openWatches(job, mode.streams);
  else await timed.one();
  return timed.outcome((performance.now() - startedMs) / 1000);
}

process.on('message', (job: Job) => {
  run(job).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.on('disconnect', () => process.exit(0));
