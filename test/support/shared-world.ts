// Several gateways, each a process of its own with its own data folder, on one PostgreSQL, before one cluster: the stand-in, or another.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { type Standin, startStandin } from '../../demo/standin/standin.ts';
import { systemClock } from '../../src/std/clock.ts';
import { migratePostgres } from '../../src/store/postgres-backend.ts';
import { type Child, startChild } from './child.ts';
import { CLI } from './gateway-process.ts';
import { type Postgres, startPostgres } from './postgres.ts';
import type { WorldCluster } from './small-world.ts';
import { unhurried } from './unhurried.ts';

/** One of the gateways. */
export interface SharedGateway {
  readonly child: Child;
  readonly url: string;
  readonly consoleUrl: string;
  readonly dispatcher: Agent;
}

/** The world that they share. */
export interface SharedWorld {
  readonly database: Postgres;
  readonly issuer: Issuer;
  /** The cluster that the gateways stand before, where no other was given. */
  readonly standin: Standin;
  start(): Promise<SharedGateway>;
  /** A request to the data path or, behind `/api/v1`, to the control plane of one of them; its answer is read whole. */
  ask(
    gateway: SharedGateway,
    token: string,
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<Answer>;
  stop(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
  readonly body: any;
}

/** Who asks of a data path: a client that follows a 429. */
const KUBECTL = 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234';

/** What a test wants of it. */
export interface SharedWorldOptions {
  /** That of all gateways. */
  readonly policy: string;
  /** More of their configuration. */
  readonly config?: string;
  /** An issuer of persons; where there is one, subjects begin with `p:` and `ci:`. */
  readonly people?: Pick<Issuer, 'url'>;
  /** A cluster in place of the stand-in. */
  readonly cluster?: WorldCluster | undefined;
}

/** Starts PostgreSQL with the tables of a store. */
export async function startSharedWorld(
  programs: string,
  { policy, config = '', people, cluster }: SharedWorldOptions,
): Promise<SharedWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-shared-'));
  const at = (name: string) => join(folder, name);
  const [database, issuer, standin] = await Promise.all([startPostgres(programs), startIssuer(), startStandin()]);
  database.create('store');
  const url = database.url('store');
  await migratePostgres({ url, clock: systemClock, feedLostMs: 10_000 }, undefined);
  writeFileSync(at('store-url'), url);
  writeFileSync(at('store.key'), `${Buffer.alloc(48, 7).toString('base64')}\n`, { mode: 0o600 });
  writeFileSync(at('mask.key'), `${'07'.repeat(32)}\n`, { mode: 0o600 });
  const { url: server, caPem, impersonatorToken, readerToken } = cluster ?? standin;
  const upstream = { 'ca.crt': caPem, token: impersonatorToken, reader: readerToken };
  for (const [name, text] of Object.entries(upstream)) writeFileSync(at(name), text);
  writeFileSync(at('policy.yaml'), policy);
  const gateways: SharedGateway[] = [];
  let count = 0;
  return {
    database,
    issuer,
    standin,
    async start() {
      const name = `gateway-${++count}`;
      writeFileSync(
        at(`${name}.yaml`),
        `apiVersion: sallyport.dev/v1
kind: Gateway
dataFolder: ${name}
listen: { port: 0 }
private: { port: 0 }
console: { port: 0 }
store: { postgres: { urlFile: store-url }, keyFile: store.key }
masks: { keyFile: mask.key }
issuers:
${issuers(issuer.url, people?.url)}targets:
  - name: demo
    server: { url: "${server}", caFile: ca.crt, tokenFile: token }
    reader: { tokenFile: reader }
policy: { files: [policy.yaml] }
${config}`,
      );
      const [program, ...args] = CLI;
      const child = startChild(program, [...args, 'gateway', '--config', at(`${name}.yaml`)], { cwd: folder });
      const [line] = await child.until(/.*"the gateway serves".*/);
      const { url: own, consoleUrl } = JSON.parse(line) as { url: string; consoleUrl: string };
      const dispatcher = new Agent({ connect: { ca: readFileSync(at(`${name}/ca.crt`), 'utf8') } });
      const gateway = { child, url: own, consoleUrl, dispatcher };
      gateways.push(gateway);
      return gateway;
    },
    ask,
    async stop() {
      await Promise.all(gateways.map(killed));
      await Promise.all([database.stop(), issuer.close(), standin.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Asks the control plane, as slowly as it wants to be asked, or the data path. */
function ask(...[{ url: data, consoleUrl, dispatcher }, token, method, path, body]: Parameters<SharedWorld['ask']>) {
  const isControl = /^\/api\/v1\/(grants|approvals|targets|kills)/.test(path);
  const once = async () => {
    const reply = await request((isControl ? consoleUrl : `${data}/k8s/demo`) + path, {
      method,
      dispatcher,
      headers: {
        authorization: `Bearer ${token}`,
        'user-agent': KUBECTL,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: body === undefined ? null : JSON.stringify(body),
    });
    const text = await reply.body.text();
    const read = text.startsWith('{') ? JSON.parse(text) : text;
    return { status: reply.statusCode, headers: reply.headers, body: read };
  };
  return isControl ? unhurried(once) : once();
}

async function killed({ child, dispatcher }: SharedGateway): Promise<void> {
  child.kill('SIGKILL');
  await Promise.all([child.ended, dispatcher.destroy()]);
}

function issuers(machines: string, people: string | undefined): string {
  const of = (name: string, url: string, more: string) =>
    `  - { name: ${name}, url: "${url}", audiences: [sallyport]${more} }\n`;
  return people === undefined
    ? of('main', machines, '')
    : of('main', machines, ', subject: { prefix: "ci:" }') +
        of('people', people, ', kind: person, subject: { prefix: "p:" }');
}
