import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Agent, request } from 'undici';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { type Standin, startStandin } from '../../demo/standin/standin.ts';
import { formatFinding } from '../../src/config/finding.ts';
import { loadConfig } from '../../src/config/load.ts';
import { type RunningGateway, startGateway } from '../../src/main/start-gateway.ts';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import type { Event } from '../../src/recording/event.ts';
import { readSegments } from '../../src/recording/read-segments.ts';
import { segmentFiles, segmentSource } from '../../src/segments/segment-files.ts';
import { type FrontHandlers, startFront } from './front.ts';

/** A gateway in this process, before a stand-in cluster and a real OIDC provider, all on loopback. */
export interface SmallWorld {
  readonly folder: string;
  readonly configFile: string;
  readonly policyFile: string;
  readonly gateway: RunningGateway;
  /** The authority of the gateway's certificate. */
  readonly caPem: string;
  readonly standin: Standin;
  readonly issuer: Issuer;
  /** The log of the gateway so far. */
  log(): string;
  token(subject: string, groups?: readonly string[]): Promise<string>;
  /** One request through the gateway, its reply read whole. */
  ask(
    options: AskOptions,
  ): Promise<{ status: number; headers: Record<string, string | string[] | undefined>; body: string }>;
  /** What the journal holds, in order, but for what is kept of bodies and streams, whose lines come a moment later. */
  events(): Promise<readonly Event[]>;
  stop(): Promise<void>;
}

export interface AskOptions {
  readonly token?: string | undefined;
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the target's prefix. */
  readonly uri: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** `/k8s/demo` by default. */
  readonly prefix?: string;
}

export interface WorldOptions {
  /** The policy file's text; by default the group `ops` may do everything that guards let it. */
  readonly policy?: string;
  /** More keys of the configuration, as YAML. */
  readonly config?: string;
  /** More keys of the target, as YAML, indented by four. */
  readonly target?: string;
  /** Issuers in place of the provider that runs, as YAML, indented by two. */
  readonly issuers?: string;
  /** The URL of an issuer of persons, beside the provider that runs; subjects then begin with `p:` and `ci:`. */
  readonly people?: string;
  /** What answers in the stand-in's place, as far as it wants to. */
  readonly front?: FrontHandlers;
  /** A cluster in the stand-in's place. */
  readonly cluster?: WorldCluster;
  /** Called with each line of the gateway's log; what it throws is thrown where the gateway logs. */
  readonly onLine?: (line: string) => void;
}

/** What a world needs of the cluster that its gateway stands before. */
export type WorldCluster = Pick<Standin, 'url' | 'caPem' | 'impersonatorToken' | 'readerToken'>;

const ALLOW_ALL = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: all }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: all, effect: allow, verbs: ["*"], apiGroups: ["*"], resources: ["*", secrets] }
`;

/** Everything started; `stop` leaves nothing behind. */
export async function startSmallWorld(options: WorldOptions = {}): Promise<SmallWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'sallyport-world-'));
  const [standin, issuer] = await Promise.all([startStandin(), startIssuer()]);
  const cluster = options.cluster ?? standin;
  const front = options.front === undefined ? undefined : await startFront(cluster, options.front);
  const server = front ?? cluster;
  const closeServers = () => Promise.all([front?.close(), standin.close(), issuer.close()]);
  const configFile = join(folder, 'sallyport.yaml');
  const policyFile = join(folder, 'policy.yaml');
  await writeFile(policyFile, options.policy ?? ALLOW_ALL);
  await writeFile(join(folder, 'ca.crt'), server.caPem);
  await writeFile(join(folder, 'token'), cluster.impersonatorToken);
  await writeFile(join(folder, 'reader-token'), cluster.readerToken);
  await writeFile(configFile, configText(server.url, issuer, options));
  const lines: string[] = [];
  const write = (line: string) => {
    options.onLine?.(line);
    lines.push(line);
  };
  const gateway = await startFrom(configFile, write).catch(async (error: unknown) => {
    await closeServers();
    throw error;
  });
  const caPem = await readFile(join(folder, 'data', 'ca.crt'), 'utf8');
  const dispatcher = new Agent({ connect: { ca: caPem } });
  return {
    folder,
    configFile,
    policyFile,
    gateway,
    caPem,
    standin,
    issuer,
    log: () => lines.join(''),
    token: (subject, groups = ['ops']) => issuer.tokenFor(subject, groups),
    async ask({ token, method = 'GET', uri, headers = {}, body, prefix = '/k8s/demo' }) {
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const reply = await request(gateway.url + prefix + uri, {
        method,
        dispatcher,
        headers: { ...authorization, ...headers },
        body: body ?? null,
      });
      return { status: reply.statusCode, headers: reply.headers, body: await reply.body.text() };
    },
    events: () => readEvents(join(folder, 'data', 'journal')),
    async stop() {
      await dispatcher.destroy();
      await gateway.stop('the test ends');
      await closeServers();
      await rm(folder, { recursive: true });
    },
  };
}

async function startFrom(configFile: string, write: (line: string) => void): Promise<RunningGateway> {
  const loaded = loadConfig(configFile, { guards: GUARD_IDS });
  if ('findings' in loaded) throw new Error(loaded.findings.map(formatFinding).join('\n'));
  return startGateway(loaded.config, pino({ base: null }, { write }));
}

function main(url: string, prefix = '', name = 'main'): string {
  return `  - { name: ${name}, url: "${url}", audiences: [sallyport], subject: { prefix: "${prefix}" } }\n`;
}

function configText(
  serverUrl: string,
  issuer: Issuer,
  { config = '', target = '', issuers, people }: WorldOptions,
): string {
  return `apiVersion: sallyport.dev/v1
kind: Gateway
dataFolder: data
listen: { port: 0 }
private: { port: 0 }
issuers:
${issuers ?? (people === undefined ? main(issuer.url) : `${main(issuer.url, 'ci:')}${main(people, 'p:', 'people, kind: person')}`)}targets:
  - name: demo
    server: { url: "${serverUrl}", caFile: ca.crt, tokenFile: token }
    reader: { tokenFile: reader-token }
${target}policy: { files: [policy.yaml] }
${config}`;
}

async function readEvents(folder: string): Promise<readonly Event[]> {
  const reading = readSegments(segmentFiles(folder).map((file) => segmentSource(folder, file)));
  const events: Event[] = [];
  for (;;) {
    const step = await reading.next();
    if (!step.done) {
      events.push(...step.value.map(({ event }) => event));
      continue;
    }
    // A last line that is not whole is being written.
    const { fault } = step.value;
    if (fault !== undefined && fault.fault.kind !== 'unfinished') throw new Error(JSON.stringify(fault));
    return events.filter(({ type }) => type !== 'exchange.recorded');
  }
}
