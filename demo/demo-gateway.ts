import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { formatFinding } from '../src/config/finding.ts';
import { loadConfig } from '../src/config/load.ts';
import { startGateway } from '../src/main/start-gateway.ts';
import { GUARD_IDS } from '../src/policy/guards/table.ts';
import type { Issuer } from './issuer.ts';
import type { Scene } from './scene.ts';

interface Parts {
  readonly issuer: Issuer;
  /** Whom held requests are put to: a person of an issuer of persons. Subjects of both issuers then begin with what tells them apart. */
  readonly approver?: { readonly issuer: Issuer; readonly subject: string; readonly groups: readonly string[] };
  readonly subject: string;
  /** What all subjects of the issuer begin with. */
  readonly prefix?: string;
  readonly groups: readonly string[];
  /** The entry under `targets`, as YAML. */
  readonly target: string;
  readonly policy: string;
}

/** Writes configuration, policy, token and kubeconfig into the folder, and starts a gateway from them, as a person would. */
export async function startDemoGateway(
  folder: string,
  parts: Parts,
): Promise<Omit<Scene, 'clusterName' | 'targetName' | 'steps'>> {
  await mkdir(join(folder, 'policy'), { recursive: true, mode: 0o700 });
  const configFile = join(folder, 'sallyport.yaml');
  const policyFile = join(folder, 'policy', 'demo.yaml');
  const kubeconfigFile = join(folder, 'kubeconfig.yaml');
  const tokenFile = join(folder, 'caller-token');
  await writeFile(policyFile, parts.policy);
  await writeFile(configFile, configText(parts));
  await writeFile(tokenFile, await parts.issuer.tokenFor(parts.subject.slice(parts.prefix?.length), parts.groups), {
    mode: 0o600,
  });
  const approver = parts.approver === undefined ? undefined : await approverToken(folder, parts.approver);
  const secret = randomBytes(24).toString('base64url');
  await writeFile(join(folder, 'console-secret'), secret, { mode: 0o600 });
  const loaded = loadConfig(configFile, { guards: GUARD_IDS });
  if ('findings' in loaded) throw new Error(loaded.findings.map(formatFinding).join('\n'));
  const log = pino(
    { base: null, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: join(folder, 'gateway.log'), sync: true }),
  );
  const gateway = await startGateway(loaded.config, log);
  writeKubeconfig({ configFile, tokenFile, kubeconfigFile, server: gateway.url });
  if (parts.approver !== undefined) letSignIn(parts.approver, secret, gateway.consoleUrl as string);
  const control = {
    SALLYPORT_SERVER: gateway.consoleUrl as string,
    SALLYPORT_TOKEN_FILE: tokenFile,
    SALLYPORT_CA_FILE: join(folder, 'data', 'ca.crt'),
  };
  return {
    gatewayUrl: gateway.url,
    subject: parts.subject,
    kubeconfigFile,
    configFile,
    policyFile,
    control,
    ...(approver === undefined
      ? {}
      : { approver: { ...control, SALLYPORT_TOKEN_FILE: approver }, person: parts.approver?.subject as string }),
    stop: () => gateway.stop('the demo ends'),
  };
}

/** What the console is to the provider of persons. */
const CLIENT_ID = 'sallyport-console';

/** Lets the person sign in to the console with a browser: its address is known only now. */
function letSignIn({ issuer, subject, groups }: NonNullable<Parts['approver']>, secret: string, url: string): void {
  const persons = [{ subject, groups, about: 'answers what programs ask' }];
  issuer.allowSignIn({ clientId: CLIENT_ID, secret, persons, redirectUri: `${url}/sign-in/callback` });
}

/** The file of a person's token. */
async function approverToken(
  folder: string,
  { issuer, subject, groups }: NonNullable<Parts['approver']>,
): Promise<string> {
  const file = join(folder, 'approver-token');
  await writeFile(file, await issuer.tokenFor(subject, groups), { mode: 0o600 });
  return file;
}

function configText({ issuer, prefix = '', approver, target }: Parts): string {
  const people =
    approver === undefined
      ? ''
      : `  - { name: people, url: "${approver.issuer.url}", audiences: [sallyport], kind: person, subject: { prefix: "person:" }, login: { clientId: ${CLIENT_ID}, clientSecretFile: console-secret } }\n`;
  return `apiVersion: sallyport.dev/v1
kind: Gateway
dataFolder: data
listen: { port: 0 }
private: { port: 0 }
console: { port: 0, hostName: localhost }
issuers:
  - name: demo
    url: "${issuer.url}"
    audiences: [sallyport]
    subject: { prefix: "${prefix}" }
${people}targets:
${target}policy:
  files: [policy]
`;
}

const CLI = fileURLToPath(new URL('../src/main/cli.ts', import.meta.url));

function writeKubeconfig(files: {
  configFile: string;
  tokenFile: string;
  kubeconfigFile: string;
  server: string;
}): void {
  const args = [
    'kubeconfig',
    '--config',
    files.configFile,
    '--server',
    files.server,
    '--token-file',
    files.tokenFile,
    '--output',
    files.kubeconfigFile,
  ];
  const { status, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' });
  if (status !== 0) throw new Error(`sallyport kubeconfig failed: ${stderr}`);
}
