// deploy/compose against Compose's own schema, and its services started one by one with the commands and files that it gives them: paths are a temporary folder's, and ports free ones, since
// there is no Docker here. PostgreSQL is the machine's, and the cluster a stand-in.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { type Standin, startStandin } from '../../demo/standin/standin.ts';
import { type Child, startChild } from '../support/child.ts';
import { freePorts } from '../support/free-ports.ts';
import { ask, CLI } from '../support/gateway-process.ts';
import { leftOut } from '../support/left-out.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { root } from '../tidy/tree.ts';
import { composeSchema } from './compose-schema.ts';

const COMPOSE = join(root, 'deploy/compose');
const file = parse(readFileSync(join(COMPOSE, 'compose.yaml'), 'utf8'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
};

interface Service {
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly entrypoint?: readonly string[];
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, unknown>>;
}

describe('compose.yaml', () => {
  test('is what Compose’s own schema takes', async () => {
    const { success, error } = (await composeSchema()).safeParse(file);
    assert.ok(success, JSON.stringify(error?.issues));
  });

  test('every variable that it needs is in env.example, and no other', () => {
    const text = readFileSync(join(COMPOSE, 'compose.yaml'), 'utf8');
    const used = [...text.matchAll(/\$\{([A-Z_]+)/g)].map(([, name]) => name);
    const said = [...readFileSync(join(COMPOSE, 'env.example'), 'utf8').matchAll(/^([A-Z_]+)=/gm)].map(
      ([, name]) => name,
    );
    const known = new Set([...said, 'POSTGRES_IMAGE']);
    assert.deepEqual(
      used.filter((name) => !known.has(name)),
      [],
    );
    assert.deepEqual(
      said.filter((name) => name !== 'COMPOSE_PROJECT_NAME' && !used.includes(name)),
      [],
    );
  });

  test('what is ours is nobody’s, reads its root alone, and mounts files that are there', () => {
    for (const [name, service] of Object.entries(file.services)) {
      if (name === 'postgres') continue;
      assert.deepEqual([service.user, service.read_only, service.cap_drop], ['65532:65532', true, ['ALL']], name);
      for (const volume of service.volumes ?? []) {
        const [from = ''] = volume.split(':');
        if (from.startsWith('./')) assert.ok(statSync(join(COMPOSE, from)), from);
      }
    }
  });
});

const programs = postgresPrograms();
if (programs === undefined) leftOut('the services of Compose, started one by one', 'apt-get install postgresql');
else describe('the services of compose.yaml', () => services(programs));

function services(postgresAt: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-compose-'));
  const data = join(folder, 'data');
  const own = join(folder, 'own');
  const secrets = { AGENT_SECRET: 'agent-secret', PERSON_SECRET: 'person-secret', POSTGRES_PASSWORD: 'p@ss word' };
  const started: Child[] = [];
  let postgres: Postgres;
  let standin: Standin;
  let ports: readonly number[] = [];

  /** A service's words as they are on this machine. */
  const here = (words: readonly string[]) =>
    words.map((word) =>
      word
        .replace('/usr/bin/node', process.execPath)
        .replace('/compose/', `${own}/`)
        .replace('/opt/sallyport/', `${own}/`)
        .replace('/etc/sallyport/', `${own}/`),
    );
  const environment = () => ({ ...process.env, ...secrets, SALLYPORT_FOLDER: data, PORT: String(ports[0]) });
  const commandOf = (name: string): readonly [string, ...string[]] => {
    const { entrypoint, command = [] } = file.services[name] as Service;
    return here(entrypoint ?? [...CLI, ...command]) as [string, ...string[]];
  };
  const once = (name: string) => {
    const [program, ...args] = commandOf(name);
    const { POSTGRES_HOST: _, ...rest } = environment() as NodeJS.ProcessEnv;
    const env = { ...rest, POSTGRES_HOST: new URL(postgres.url('sallyport')).host };
    return spawnSync(program, args, { encoding: 'utf8', env, cwd: own });
  };

  before(async () => {
    mkdirSync(data);
    ports = await freePorts(4);
    [postgres, standin] = await Promise.all([startPostgres(postgresAt), startStandin()]);
    postgres.create('sallyport');
    postgres.psql('sallyport', 'CREATE ROLE sallyport LOGIN SUPERUSER');
    cpSync(COMPOSE, own, { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(own, 'node_modules'));
    writeFileSync(join(own, 'kubeconfig'), kubeconfigOf(standin));
    const [identity, dataPath, control, health] = ports;
    const config = readFileSync(join(COMPOSE, 'sallyport.yaml'), 'utf8')
      .replaceAll('/var/lib/sallyport/', `${data}/`)
      .replaceAll('/etc/sallyport/', `${own}/`)
      .replaceAll('5556', String(identity))
      .replaceAll('8443', String(dataPath))
      .replaceAll('8444', String(control))
      .concat(`private: { port: ${health} }\n`);
    writeFileSync(join(own, 'sallyport.yaml'), config);
    copyFileSync(join(COMPOSE, 'identity.mjs'), join(own, 'identity.mjs'));
  });
  after(async () => {
    for (const child of started) child.kill('SIGKILL');
    await Promise.all([...started.map((child) => child.ended), standin?.close(), postgres?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('keys makes what is secret once, for its owner alone, and leaves it as it is the second time', () => {
    assert.equal(once('keys').status, 0);
    const read = () => ['store', 'masks', 'identity.pem'].map((name) => readFileSync(join(data, 'keys', name), 'utf8'));
    const first = read();
    const again = once('keys');
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(read(), first);
    for (const name of ['store', 'masks', 'identity.pem', 'postgres-url'])
      assert.equal(statSync(join(data, 'keys', name)).mode & 0o777, 0o600, name);
  });

  test('migrate makes the tables', () => {
    const { status, stderr, stdout } = once('migrate');
    assert.equal(status, 0, stderr);
    assert.match(stdout, /^the store went from version 0 to \d+/);
  });

  test('identity gives tokens to whom .env names, gateway takes them, and policy says the rest', async () => {
    const [identity, dataPath, control, health] = ports;
    for (const name of ['identity', 'gateway']) {
      const [program, ...args] = commandOf(name);
      const child = startChild(program, args, { cwd: own, env: environment() as Record<string, string> });
      started.push(child);
      await child.until(name === 'identity' ? /http:\/\/127.0.0.1:\d+/ : /"the gateway serves"/);
    }
    const tokenFor = async (id: string, secret: string) => {
      const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
      const reply = await fetch(`http://127.0.0.1:${identity}/token`, { method: 'POST', body });
      return (await reply.json()) as { readonly access_token?: string; readonly error?: string };
    };
    assert.deepEqual(await tokenFor('agent', 'wrong'), { error: 'invalid_client' });
    assert.deepEqual(await tokenFor('constructor', ''), { error: 'invalid_client' });
    const { access_token: token = '' } = await tokenFor('agent', secrets.AGENT_SECRET);
    const caller = { token, caFile: join(data, 'data/ca.crt') };
    const at = `https://127.0.0.1:${dataPath}/k8s/main/api/v1/namespaces/shop`;
    const pods = await ask(`${at}/pods`, caller);
    assert.equal(pods.status, 200, pods.body);
    const secretsOf = await ask(`${at}/secrets`, caller);
    assert.equal(secretsOf.status, 403);
    const plane = await ask(`https://127.0.0.1:${control}/api/v1/grants`, caller);
    assert.equal(plane.status, 200, plane.body);
    const { status } = spawnSync(process.execPath, healthOf(health as number), { encoding: 'utf8' });
    assert.equal(status, 0, 'the health check of compose.yaml');
  });
}

/** The health check of the gateway, as arguments of Node. */
function healthOf(port: number): readonly string[] {
  const { healthcheck } = file.services['gateway'] as Service & {
    readonly healthcheck: { readonly test: readonly string[] };
  };
  return healthcheck.test.slice(2).map((word) => word.replace('9090', String(port)));
}

function kubeconfigOf({ url, caPem, impersonatorToken }: Standin): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'main',
    clusters: [
      { name: 'main', cluster: { server: url, 'certificate-authority-data': Buffer.from(caPem).toString('base64') } },
    ],
    users: [{ name: 'main', user: { token: impersonatorToken } }],
    contexts: [{ name: 'main', context: { cluster: 'main', user: 'main' } }],
  });
}
