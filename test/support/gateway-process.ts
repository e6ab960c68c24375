// The gateway as a process of its own before stand-ins, all on loopback: for what only a process shows (signals, exit codes, files that change).

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { type Standin, startStandin } from '../../demo/standin/standin.ts';
import { type Child, startChild } from './child.ts';

/** The program as it stands in the source tree. */
export const CLI: readonly [string, ...string[]] = [
  process.execPath,
  join(import.meta.dirname, '../../src/main/cli.ts'),
];

/** The files of a gateway in a temporary folder, and what it stands before. */
export interface Site {
  readonly folder: string;
  readonly configFile: string;
  readonly policyFile: string;
  readonly issuer: Issuer;
  readonly standins: readonly Standin[];
  token(subject?: string): Promise<string>;
  /** Starts a gateway there, and resolves when it serves. */
  start(command?: readonly [string, ...string[]]): Promise<Running>;
  stop(): Promise<void>;
}

/** A gateway that serves. */
export interface Running {
  readonly child: Child;
  readonly url: string;
  readonly privateUrl: string;
  /** Ports of targets that have one of their own. */
  readonly targetPorts: Readonly<Record<string, number>>;
}

/** More of the configuration: keys of each target, one a stand-in, and keys of the document, all as YAML. */
export interface SiteOptions {
  readonly targets?: readonly string[];
  readonly config?: string;
}

export const READ_ONLY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: ["*"]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: [""], resources: [pods, configmaps] }
`;

/** A site whose policy is `READ_ONLY`. */
export async function makeSite({ targets = [''], config = '' }: SiteOptions = {}): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-site-'));
  const issuer = await startIssuer();
  const standins = await Promise.all(targets.map(() => startStandin()));
  const at = (name: string) => join(folder, name);
  const entries = standins.map((standin, i) => {
    writeFileSync(at(`ca-${i}.crt`), standin.caPem);
    writeFileSync(at(`token-${i}`), standin.impersonatorToken);
    writeFileSync(at(`reader-${i}`), standin.readerToken);
    return `  - name: target-${i}
    server: { url: "${standin.url}", caFile: ca-${i}.crt, tokenFile: token-${i} }
    reader: { tokenFile: reader-${i} }
${targets[i]}`;
  });
  writeFileSync(at('policy.yaml'), READ_ONLY);
  writeFileSync(
    at('sallyport.yaml'),
    `apiVersion: sallyport.dev/v1
kind: Gateway
dataFolder: data
listen: { port: 0 }
private: { port: 0 }
issuers:
  - { name: main, url: "${issuer.url}", audiences: [sallyport] }
targets:
${entries.join('')}policy: { files: [policy.yaml] }
${config}`,
  );
  const started: Child[] = [];
  return {
    folder,
    configFile: at('sallyport.yaml'),
    policyFile: at('policy.yaml'),
    issuer,
    standins,
    token: (subject = 'dev') => issuer.tokenFor(subject, ['ops']),
    async start([program, ...args] = CLI) {
      const child = startChild(program, [...args, 'gateway', '--config', at('sallyport.yaml')], { cwd: folder });
      started.push(child);
      const [line] = await child.until(/.*"the gateway serves".*/);
      return { child, ...(JSON.parse(line) as Omit<Running, 'child'>) };
    },
    async stop() {
      for (const child of started) child.kill('SIGKILL');
      await Promise.all(started.map((child) => child.ended));
      await Promise.all([issuer.close(), ...standins.map((standin) => standin.close())]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** One request, its reply read whole: a GET, or a POST of `json`. */
export async function ask(
  url: string,
  options: { readonly token?: string; readonly caFile?: string; readonly host?: string; readonly json?: object } = {},
): Promise<{ readonly status: number; readonly body: string }> {
  const ca = options.caFile === undefined ? {} : { ca: readFileSync(options.caFile, 'utf8') };
  const name = options.host === undefined ? {} : { servername: options.host };
  const dispatcher = new Agent({ connect: { ...ca, ...name } });
  try {
    const headers = {
      ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
      ...(options.host === undefined ? {} : { host: options.host }),
      ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
    };
    const sent = options.json === undefined ? {} : { method: 'POST' as const, body: JSON.stringify(options.json) };
    const { statusCode, body } = await request(url, { dispatcher, headers, ...sent });
    return { status: statusCode, body: await body.text() };
  } finally {
    await dispatcher.close();
  }
}
