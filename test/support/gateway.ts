// The gateway as its users run it: a process of its own in front of a real cluster, with an issuer of the test's and the kubeconfig that
// `sallyport kubeconfig` writes.

import { execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { parse, stringify } from 'yaml';
import { GUARD_IDS } from '../../src/policy/guards/table.ts';
import type { Cluster } from './cluster.ts';
import { freePorts } from './free-ports.ts';
import { CALLER } from './test-cluster.ts';

const CLI = join(import.meta.dirname, '..', '..', 'src', 'main', 'cli.ts');
/** The Kubernetes user that the gateway itself is to the cluster; nobody else uses its certificate. */
export const UPSTREAM_USER = 'gateway@example.test';

const ISSUER = 'https://issuer.test';
const PEOPLE = 'https://people.test';
/** What callers' subjects begin with where there is a control plane, and so persons beside them. */
export const MACHINES = 'machine:';
/** The group of operators. */
export const OPERATORS = 'operators';
const START_MS_MAX = 120_000;

/** A gateway that runs. */
export interface GatewayInFront {
  /** The caller's kubeconfig, as `sallyport kubeconfig` wrote it. */
  readonly kubeconfig: string;
  /** The same where the command was given no URL: with the cluster's own port in place of its path. */
  readonly pathlessKubeconfig: string;
  /** The same with a credential plugin. */
  pluginKubeconfig(version: 'v1' | 'v1beta1'): string;
  /** The data path's origin, without a final slash. */
  readonly url: string;
  /** What signed its certificate. */
  readonly caFile: string;
  readonly journalFolder: string;
  /** Where the control plane is; there where `console` was asked for. */
  readonly consoleUrl: string;
  /** All that it keeps. */
  readonly dataFolder: string;
  /** Its metrics as they are now. */
  metrics(): Promise<string>;
  /** The port that leads to the cluster alone. */
  readonly targetPort: number;
  /** What it said so far, on both of its outputs. */
  log(): string;
  /** A token of the issuer that `as` names: a caller of the caller's groups, or a person who is an operator. */
  token(as: 'caller' | 'operator', subject: string, endsInSeconds: number): Promise<string>;
  /** Where the caller's kubeconfigs find its token. */
  readonly tokenFile: string;
  /** Stops it in order, and starts it anew where it was. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

/** What a test wants otherwise. */
export interface GatewayOptions {
  /** The address to listen on, which the certificate also names; loopback by default. */
  readonly address?: string;
  /** Issuers in place of the caller's, in the configuration's form. */
  readonly issuers?: readonly unknown[];
  /** Documents in place of the policy that lets the caller do everything. */
  readonly policy?: readonly unknown[];
  /** Masks beside it. */
  readonly masks?: readonly object[];
  /** Built-in guards to open; all by default, so that a client is told what it is told directly. */
  readonly openGuards?: readonly string[];
  /** As under `unsafe:` of the configuration; default: all masks are open for everyone. */
  readonly openMasks?: readonly { readonly id: string; readonly callers: readonly object[] }[];
  /** Namespaces whose Secrets are looked up before a log; none by default. */
  readonly podSecrets?: readonly string[];
  /** Whether there is a control plane, with operators. */
  readonly console?: true;
  /** The file of a key under which objects are kept as they were before a change. */
  readonly preImageKeyFile?: string;
  /** More of `limits`. */
  readonly limits?: Readonly<Record<string, number | string>>;
}

type Ports = [number, number, number, number];

/** Everything, for the caller's group: policies are tested elsewhere, here nothing may stand in a client's way. */
export const EVERYTHING = {
  apiVersion: 'sallyport.dev/v1',
  kind: 'Policy',
  metadata: { name: 'everything' },
  targets: ['*'],
  callers: [{ groups: [...CALLER.groups] }],
  roles: [{ role: 'operator', callers: [{ groups: [OPERATORS] }] }],
  rules: [
    { id: 'resources', effect: 'allow', verbs: ['*'], apiGroups: ['*'], resources: ['*', 'secrets'], helm: true },
    { id: 'paths', effect: 'allow', verbs: ['*'], nonResourceURLs: ['*'] },
    {
      id: 'streams',
      effect: 'allow',
      powers: ['exec', 'attach', 'portforward', 'ephemeralcontainers', 'services-proxy'],
    },
  ],
};

const masksAlone = { apiVersion: 'sallyport.dev/v1', kind: 'Policy', metadata: { name: 'masks' }, targets: ['*'] };

const allMasks = [{ id: '*', callers: [{ everyone: true }] }];

/** Starts a gateway whose one target, `main`, is the cluster, reached with a certificate that may do everything; resolves when it is ready. */
export async function startGatewayInFront(cluster: Cluster, options: GatewayOptions = {}): Promise<GatewayInFront> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-gateway-'));
  const [port, privatePort, targetPort, consolePort] = (await freePorts(4)) as Ports;
  const address = options.address ?? '127.0.0.1';
  const at = (name: string) => join(folder, name);
  const masks = (options.masks ?? []).length === 0 ? [] : [{ ...masksAlone, masks: options.masks }];
  const documents = [...(options.policy ?? [EVERYTHING]), ...masks];
  const yaml = documents.map((one) => stringify(one, { aliasDuplicateObjects: false }));
  writeFileSync(at('policy.yaml'), yaml.join('---\n'));
  const token = await tokens(at('keys.json'));
  writeFileSync(at('token'), await token('caller', CALLER.user, 7200), { mode: 0o600 });
  const config = configOf(cluster, options, at, { address, port, privatePort, targetPort, consolePort });
  writeFileSync(at('sallyport.yaml'), stringify(config));

  const said = () => readFileSync(at('log'), 'utf8');
  const start = () => {
    const log = openSync(at('log'), 'a');
    const child = spawn(process.execPath, [CLI, 'gateway', '--config', at('sallyport.yaml')], {
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
    return { child, ended };
  };
  let running = start();
  const clear = () => {
    running.child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', clear);
  const untilReady = () => ready(privatePort, () => running.child.exitCode !== null, said);
  const end = () => {
    running.child.kill('SIGTERM');
    return running.ended;
  };
  await untilReady();

  const url = `https://${address}:${port}`;
  const text = writeKubeconfig(at, 'kubeconfig', ['--server', url]);
  writeKubeconfig(at, 'pathless', []);
  return {
    kubeconfig: at('kubeconfig'),
    pathlessKubeconfig: at('pathless'),
    pluginKubeconfig(version) {
      writeKubeconfig(at, `plugin-${version}`, ['--server', url, '--exec-api', version]);
      return at(`plugin-${version}`);
    },
    url,
    caFile: parse(text).clusters[0].cluster['certificate-authority'],
    journalFolder: at('data/journal'),
    consoleUrl: `https://127.0.0.1:${consolePort}`,
    dataFolder: at('data'),
    metrics: async () => (await fetch(`http://127.0.0.1:${privatePort}/metrics`)).text(),
    targetPort,
    log: said,
    token,
    tokenFile: at('token'),
    async restart() {
      await end();
      running = start();
      await untilReady();
    },
    async stop() {
      await end();
      process.off('exit', clear);
      clear();
    },
  };
}

/** The configuration's document; `at` is the folder for what it names. */
function configOf(
  cluster: Cluster,
  options: GatewayOptions,
  at: (name: string) => string,
  where: Readonly<Record<'port' | 'privatePort' | 'targetPort' | 'consolePort', number>> & { readonly address: string },
): unknown {
  const { address, port, privatePort, targetPort, consolePort } = where;
  const keys = () => ({ file: at('keys.json') }); // no two of one, which YAML would write as an alias
  const issuer = (name: string, url: string) => ({ name, url, audiences: ['sallyport'], keys: keys() });
  const machines = { ...issuer('test', ISSUER), subject: { prefix: MACHINES } };
  const people = { ...issuer('people', PEOPLE), kind: 'person', subject: { prefix: 'person:' } };
  return {
    apiVersion: 'sallyport.dev/v1',
    kind: 'Gateway',
    dataFolder: at('data'),
    listen: { address, port },
    private: { port: privatePort },
    tls: { hostNames: [address] },
    issuers: options.issuers ?? (options.console ? [machines, people] : [issuer('test', ISSUER)]),
    ...(options.console ? { console: { port: consolePort } } : {}),
    ...(options.preImageKeyFile === undefined ? {} : { journal: { preImageKeyFile: options.preImageKeyFile } }),
    targets: [
      {
        name: 'main',
        kubeconfig: {
          file: cluster.certificateKubeconfig(at('upstream.kubeconfig'), UPSTREAM_USER, ['system:masters']),
        },
        port: targetPort,
        ...(options.podSecrets === undefined ? {} : { podSecrets: options.podSecrets }),
      },
    ],
    policy: { files: [at('policy.yaml')] },
    limits: { requestsPerCallerMax: 1000, ...options.limits },
    unsafe: { openGuards: options.openGuards ?? [...GUARD_IDS], openMasks: options.openMasks ?? allMasks },
  };
}

/** Has the program write the caller's kubeconfig, and gives its text. */
function writeKubeconfig(at: (name: string) => string, output: string, flags: readonly string[]): string {
  const source = ['--config', at('sallyport.yaml'), '--target', 'main', '--token-file', at('token'), ...flags];
  execFileSync(process.execPath, [CLI, 'kubeconfig', ...source, '--output', at(output)]);
  return readFileSync(at(output), 'utf8');
}

async function ready(privatePort: number, hasEnded: () => boolean, said: () => string): Promise<void> {
  for (const endMs = Date.now() + START_MS_MAX; Date.now() < endMs && !hasEnded(); ) {
    const response = await fetch(`http://127.0.0.1:${privatePort}/readyz`).catch(() => undefined);
    if (response?.ok) return;
    await pause(50);
  }
  throw new Error(`the gateway did not become ready:\n${said()}`);
}

/** Makes tokens whose issuers' public key goes to `keysFile`. */
async function tokens(keysFile: string): Promise<GatewayInFront['token']> {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  writeFileSync(
    keysFile,
    JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'test', alg: 'ES256', use: 'sig' }] }),
  );
  return (as, subject, endsInSeconds) =>
    new SignJWT({ groups: as === 'caller' ? [...CALLER.groups] : [OPERATORS] })
      .setProtectedHeader({ alg: 'ES256', kid: 'test' })
      .setIssuer(as === 'caller' ? ISSUER : PEOPLE)
      .setSubject(subject)
      .setAudience('sallyport')
      .setIssuedAt()
      .setExpirationTime(Math.floor(Date.now() / 1000) + endsInSeconds)
      .sign(privateKey);
}
