// `sallyport run` before a real gateway: what its program gets, what it reaches, and that nothing of it is left when the program has ended.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { runChild, startChild } from '../support/child.ts';
import { controlApi } from '../support/control-api.ts';
import { CLI } from '../support/gateway-process.ts';
import { leftOut } from '../support/left-out.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods, configmaps], namespaces: [shop] }
  - { id: scale, effect: request, verbs: [get], apiGroups: [apps], resources: [deployments], namespaces: [shop], request: { forMax: 10m } }
`;

/** A program that tells what it was given and what it reaches. */
const PROGRAM = `
const fs = require('node:fs'), https = require('node:https');
const config = fs.readFileSync(process.env.KUBECONFIG, 'utf8');
const server = /server: (\\S+)/.exec(config)[1];
const token = fs.readFileSync(/tokenFile: (\\S+)/.exec(config)[1], 'utf8');
const ca = fs.readFileSync(process.env.SALLYPORT_CA_FILE);
const ask = (path) => new Promise((done, fail) =>
  https.get(server + path, { ca, headers: { authorization: 'Bearer ' + token } }, (reply) => { reply.resume(); done(reply.statusCode); }).on('error', fail));
(async () => {
  const codes = [];
  for (const path of process.argv.slice(2)) codes.push(await ask(path));
  console.log('RESULT ' + JSON.stringify({ codes, token, env: Object.keys(process.env), guide: fs.readFileSync(process.env.SALLYPORT_GUIDE, 'utf8'), guideFile: process.env.SALLYPORT_GUIDE, namespace: /namespace: (\\S+)/.exec(config)?.[1] }));
  process.exit(17);
})();
`;

const PODS = '/api/v1/namespaces/shop/pods';
const CONFIGMAPS = '/api/v1/namespaces/shop/configmaps';
const DEPLOYMENT = '/apis/apps/v1/namespaces/shop/deployments/web';

let world: SmallWorld;
let people: Awaited<ReturnType<typeof startIssuer>>;
let folder: string;
let dispatcher: Agent;
let ada: string;

before(async () => {
  people = await startIssuer();
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
  folder = mkdtempSync(join(tmpdir(), 'sallyport-run-test-'));
  ada = await people.tokenFor('ada', ['ops']);
  writeFileSync(join(folder, 'token'), ada);
  writeFileSync(join(folder, 'ca.crt'), world.caPem);
  writeFileSync(join(folder, 'program.cjs'), PROGRAM);
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
  await people.close();
  rmSync(folder, { recursive: true });
});

const [program, ...cli] = CLI;

function environment() {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    XDG_RUNTIME_DIR: folder,
    SALLYPORT_SERVER: world.gateway.consoleUrl,
    SALLYPORT_TOKEN_FILE: join(folder, 'token'),
    SALLYPORT_CA_FILE: join(folder, 'ca.crt'),
    MODEL_API_KEY: 'k',
    AWS_PROFILE: 'prod',
  };
}

function run(options: readonly string[], command: readonly string[]) {
  return runChild(program, [...cli, 'run', ...options, '--', ...command], { cwd: folder, env: environment() });
}

const asked = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);
const api = async (path: string) => (await asked(ada, 'GET', path)).body;

test('a program gets less than its giver, what it asks for beyond, and nothing of the giver’s own', async () => {
  const { code, output } = await run(
    [
      '--task',
      'look at web',
      '--scope',
      'get,list pods -n shop',
      '--scope',
      'get deployments.apps -n shop',
      '--scope',
      'delete pods -n shop',
    ],
    [process.execPath, 'program.cjs', PODS, CONFIGMAPS, DEPLOYMENT],
  );
  const { codes, env, guide, guideFile, token, namespace } = JSON.parse(/RESULT (.*)/.exec(output)?.[1] ?? '{}');
  assert.deepEqual([code, codes, namespace], [17, [200, 403, 200], 'shop'], output);
  for (const name of ['MODEL_API_KEY', 'AWS_PROFILE', 'XDG_RUNTIME_DIR']) assert.ok(!env.includes(name), name);
  assert.match(output, /not given to it: AWS_PROFILE, MODEL_API_KEY, SALLYPORT_/);
  assert.match(output, /may {5}demo: list pods -n shop/);
  assert.match(output, /may {5}demo: get deployments\.apps -n shop \(grant \w+ until/);
  assert.match(output, /may not demo: delete pods -n shop: /);
  assert.match(output, /no grant: no `request` rule offers `p:ada` to delete `?pods/);
  assert.match(guide, /"look at web"[\s\S]*may not demo: delete pods/);
  // Nothing is left: no file, no token, no grant.
  assert.ok(!existsSync(guideFile));
  assert.deepEqual(readdirSync(folder).sort(), ['ca.crt', 'program.cjs', 'token']);
  assert.equal((await world.ask({ token, uri: PODS })).status, 401);
  assert.deepEqual((await api('/grants?state=live')).items, []);
  assert.deepEqual((await api('/tokens?state=live')).items, []);
});

test('without a scope it may what its giver may as a program, and a variable that is named stays', async () => {
  const { code, output } = await run(
    ['--env', 'MODEL_API_KEY', '-q'],
    [process.execPath, 'program.cjs', PODS, CONFIGMAPS, DEPLOYMENT],
  );
  const { codes, env } = JSON.parse(/RESULT (.*)/.exec(output)?.[1] ?? '{}');
  assert.deepEqual([code, codes], [17, [200, 200, 403]], output);
  assert.ok(env.includes('MODEL_API_KEY') && !env.includes('AWS_PROFILE'));
  assert.doesNotMatch(output, /not given to it/);
});

test('a program that is not there, a target that is not, and a scope that is none are told, and leave nothing', async () => {
  const absent = await run(['-q'], ['no-such-program']);
  assert.deepEqual(
    [absent.code, /there is no program `no-such-program`/.test(absent.output)],
    [2, true],
    absent.output,
  );
  const target = await run(['--target', 'prod'], ['true']);
  assert.match(target.output, /there is no target `prod`; there is `demo`/);
  const scope = await run(['--scope', 'pods'], ['true']);
  assert.match(scope.output, /--scope `pods` is not of the form `VERB/);
  assert.deepEqual((await api('/tokens?state=live')).items, []);
  assert.deepEqual(readdirSync(folder).sort(), ['ca.crt', 'program.cjs', 'token']);
});

test('a signal goes to the program, and its access ends with it', async () => {
  const child = startChild(
    program,
    [...cli, 'run', '--', process.execPath, '-e', 'console.log("up"); setInterval(() => {}, 1e6)'],
    {
      cwd: folder,
      env: environment(),
    },
  );
  await child.until(/^up$/m);
  assert.equal((await api('/tokens?state=live')).items.length, 1);
  child.kill('SIGTERM');
  assert.equal(await child.ended, 143);
  assert.deepEqual((await api('/tokens?state=live')).items, []);
});

/** A program that looks for a way out, and tells what it found. */
const PRISONER = `
const fs = require('node:fs'), net = require('node:net');
const list = (path) => { try { return fs.readdirSync(path); } catch (error) { return error.code; } };
const write = (path) => { try { fs.writeFileSync(path, 'x'); return 'written'; } catch (error) { return error.code; } };
const reach = (port) => new Promise((done) => { const socket = net.connect(port, '127.0.0.1'); socket.on('connect', () => done('reached')); socket.on('error', (error) => done(error.code)); });
(async () => {
  const environs = list('/proc').filter((name) => /^\\d+$/.test(name)).map((pid) => { try { return fs.readFileSync('/proc/' + pid + '/environ', 'utf8'); } catch { return ''; } }).join('');
  console.log('RESULT ' + JSON.stringify({
    home: list(process.env.HOME), environs, outside: await reach(Number(process.argv[2])), secret: list(process.argv[3]),
    here: write('made-inside'), usr: write('/usr/made-inside'), workspace: write(process.env.KUBECONFIG), sockets: list('/run'),
  }));
})();
`;

const hasSandbox = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', 'true']).status === 0;

if (!hasSandbox)
  leftOut('the sandbox of `sallyport run`', 'bubblewrap that may make user namespaces (Debian: bubblewrap)');
else {
  const inProject = (options: readonly string[], command: readonly string[], more: Record<string, string> = {}) => {
    const project = join(folder, 'project');
    mkdirSync(project, { recursive: true });
    mkdirSync(join(folder, 'home'), { recursive: true });
    writeFileSync(join(folder, 'home', 'precious'), '');
    writeFileSync(join(project, 'program.cjs'), PROGRAM);
    writeFileSync(join(project, 'prisoner.cjs'), PRISONER);
    return runChild(program, [...cli, 'run', '--sandbox', ...options, '--', ...command], {
      cwd: project,
      env: {
        ...environment(),
        HOME: join(folder, 'home'),
        SALLYPORT_SERVER: world.gateway.consoleUrl?.replace('127.0.0.1', 'localhost'),
        ...more,
      },
    });
  };

  test('in a sandbox the program reaches the gateway and its working folder, and nothing else of its giver', async () => {
    const outside = createServer((socket) => socket.end()).listen(0, '127.0.0.1');
    await once(outside, 'listening');
    try {
      const { port } = outside.address() as AddressInfo;
      const { code, output } = await inProject([], [process.execPath, 'prisoner.cjs', String(port), folder], {
        PRECIOUS: 'my-precious',
      });
      const found = JSON.parse(/RESULT (.*)/.exec(output)?.[1] ?? '{}');
      assert.equal(code, 0, output);
      assert.deepEqual(
        [found.home, found.outside, found.here, found.usr, found.workspace],
        [[], 'ECONNREFUSED', 'written', 'EROFS', 'EROFS'],
        output,
      );
      assert.ok(!found.secret.includes('token'), output);
      assert.ok(!found.environs.includes('my-precious') && !found.environs.includes(join(folder, 'token')));
      const reaches = await inProject([], [process.execPath, 'program.cjs', PODS, DEPLOYMENT]);
      assert.equal(reaches.code, 17, reaches.output);
      assert.deepEqual(JSON.parse(/RESULT (.*)/.exec(reaches.output)?.[1] ?? '{}').codes, [200, 403]);
    } finally {
      outside.close();
    }
  });

  test('a signal reaches the program in its sandbox; a folder that holds the home is refused', async () => {
    const child = startChild(
      program,
      [
        ...cli,
        'run',
        '--sandbox',
        '--',
        process.execPath,
        '-e',
        'process.on("SIGTERM", () => process.exit(9)); console.log("up"); setInterval(() => {}, 1e6)',
      ],
      { cwd: join(folder, 'project'), env: environment() },
    );
    await child.until(/^up$/m);
    child.kill('SIGTERM');
    assert.equal(await child.ended, 9);
    const wide = await inProject([], ['true'], { HOME: join(folder, 'project') });
    assert.match(wide.output, /holds your home folder: run it in a project’s folder/);
    assert.equal(wide.code, 2);
  });
}
