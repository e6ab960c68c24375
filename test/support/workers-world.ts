// A gateway with two workers, a process each, before a stand-in cluster: connections whose worker is known, the console, and the processes themselves.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { makeSite, type Running, type Site } from './gateway-process.ts';
import { unhurried } from './unhurried.ts';

/** What was answered. */
export interface Answered {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any;
}

type Method = 'GET' | 'POST' | 'DELETE';

/** One connection to the data path: one worker answers all that is asked over it. */
export interface Connection {
  ask(method: Method, path: string, token: string, body?: unknown): Promise<Answered>;
  /** A stream as it begins; its text is there when it ends. */
  watch(path: string, token: string): Promise<{ readonly text: Promise<string> }>;
  close(): Promise<void>;
}

/** A gateway that runs, with its workers. */
export interface WorkersWorld {
  readonly site: Site;
  readonly running: Running;
  /** The folder of the first worker's journal, in which the others' are. */
  readonly journal: string;
  /** A token of somebody who is asked of the data path, subject `ci:…`. */
  caller(subject: string): Promise<string>;
  /** A token of a person who may all on the console. */
  operator(): Promise<string>;
  /** The process id of a worker that serves. */
  pidOf(worker: number): number;
  /** Resolves when so many workers have served since the start. */
  served(count: number): Promise<void>;
  connect(): Connection;
  /** A connection to each of the two workers. */
  each(): Promise<readonly [Connection, Connection]>;
  control(method: Method, path: string, token: string, body?: unknown): Promise<Answered>;
  metrics(): Promise<string>;
  ready(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts it; `config` is more of its configuration. */
export async function startWorkersWorld(policy: string, config = ''): Promise<WorkersWorld> {
  const people = await startIssuer();
  const site = await makeSite({ config: `workers: 2\nconsole: { port: 0 }\n${config}` });
  writeFileSync(site.policyFile, policy);
  const issuer = `  - { name: people, url: "${people.url}", audiences: [sallyport], kind: person, subject: { prefix: "p:" } }\n`;
  writeFileSync(
    site.configFile,
    readFileSync(site.configFile, 'utf8').replace(
      'audiences: [sallyport] }\n',
      `audiences: [sallyport], subject: { prefix: "ci:" } }\n${issuer}`,
    ),
  );
  return worldOf(site, (await site.start()) as Serving, people);
}

type Serving = Running & { readonly consoleUrl: string };

function worldOf(site: Site, running: Serving, people: Issuer): WorkersWorld {
  const ca = readFileSync(join(site.folder, 'data/ca.crt'), 'utf8');
  const open = new Set<Agent>();
  const agent = () => {
    const made = new Agent({ connect: { ca }, connections: 1, pipelining: 1 });
    open.add(made);
    return made;
  };
  const consoleAgent = agent();
  const privately = async (path: string) => (await request(running.privateUrl + path)).body.text();
  const starts = () => [...running.child.said().matchAll(/"worker":(\d+),"pid":(\d+),"msg":"a worker serves"/g)];
  const world: WorkersWorld = {
    site,
    running,
    journal: join(site.folder, 'data/journal'),
    caller: (subject) => site.token(subject),
    operator: () => people.tokenFor('ada', ['admins']),
    pidOf: (worker) => Number(starts().findLast(([, number]) => Number(number) === worker)?.[2]),
    async served(count) {
      await running.child.until(new RegExp(`(?:a worker serves[\\s\\S]*){${count}}`));
    },
    connect: () => connectionOf(agent(), `${running.url}/k8s/target-0`, open),
    async each() {
      const found = new Map<number, Connection>();
      while (found.size < 2) {
        const connection = world.connect();
        const before = unknownCallers(await privately('/metrics'));
        await connection.ask('GET', '/version', 'nobody');
        const after = unknownCallers(await privately('/metrics'));
        const worker = [...after].find(([number, count]) => count > (before.get(number) ?? 0))?.[0] as number;
        if (found.has(worker)) await connection.close();
        else found.set(worker, connection);
      }
      return [found.get(1) as Connection, found.get(2) as Connection];
    },
    control: (...asked) => unhurried(() => ask(consoleAgent, running.consoleUrl, ...asked)),
    metrics: () => privately('/metrics'),
    ready: () => privately('/readyz'),
    async stop() {
      await Promise.all([...open].map((each) => each.destroy()));
      await Promise.all([site.stop(), people.close()]);
    },
  };
  return world;
}

function connectionOf(agent: Agent, url: string, open: Set<Agent>): Connection {
  return {
    ask: (...asked) => ask(agent, url, ...asked),
    async watch(path, token) {
      const { statusCode, body } = await request(url + path, {
        dispatcher: agent,
        headers: { authorization: `Bearer ${token}` },
      });
      if (statusCode !== 200) throw new Error(`it answered ${statusCode}: ${await body.text()}`);
      return { text: body.text().catch((error: Error) => `broken: ${error.message}`) };
    },
    async close() {
      open.delete(agent);
      await agent.destroy();
    },
  };
}

async function ask(
  agent: Agent,
  url: string,
  method: Method,
  path: string,
  token: string,
  body?: unknown,
): Promise<Answered> {
  const reply = await request(url + path, {
    method,
    dispatcher: agent,
    headers: {
      authorization: `Bearer ${token}`,
      'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  const text = await reply.body.text();
  const { statusCode: status, headers } = reply;
  return { status, headers, body: text.startsWith('{') ? JSON.parse(text) : text };
}

/** Requests whose caller nobody knows, by worker. */
function unknownCallers(metrics: string): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const [, labels = '', count] of metrics.matchAll(/^sallyport_unauthenticated_total\{(.*)\} (\d+)$/gm)) {
    const worker = Number(/worker="(\d+)"/.exec(labels)?.[1]);
    counts.set(worker, Number(count) + (counts.get(worker) ?? 0));
  }
  return counts;
}
