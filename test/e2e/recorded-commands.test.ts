// What was recorded, found by commands that ask the control plane.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { after, before, test } from 'node:test';
import { WebSocket } from 'ws';
import { startChild } from '../support/child.ts';
import { type CommandWorld, startCommandWorld } from '../support/command-world.ts';
import { CLI } from '../support/gateway-process.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: auditor, callers: [{ groups: [auditors] }] }
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods, configmaps] }
  - { id: exec, effect: allow, verbs: [get, create], apiGroups: [""], resources: [pods/exec] }
`;

let commands: CommandWorld;
before(async () => {
  commands = await startCommandWorld({ policy: POLICY }, { auditor: ['auditors'], nobody: [] });
});
after(() => commands.stop());

test('sessions are listed, shown and searched at the control plane, as far as one may see, and followed', async () => {
  const { world } = commands;
  // One token: one session.
  const token = await world.token('dev');
  await world.ask({ token, uri: '/api/v1/namespaces/shop/configmaps/settings' });
  await world.ask({ token, uri: '/api/v1/namespaces/shop/pods/web', method: 'DELETE' });
  // Elsewhere than where the gateway has its configuration, so that no journal is here.
  const { env, as } = commands;
  const [program, ...entry] = CLI;
  const start = (args: readonly string[], name: string) =>
    startChild(program, [...entry, 'sessions', ...args], { env: { ...env, ...as(name) }, cwd: '/' });
  const run = async (args: readonly string[], name = 'auditor') => {
    const child = start(args, name);
    const code = await child.ended;
    assert.equal(code, 0, child.said());
    return child.said();
  };
  const list = JSON.parse(await run(['list', '-o', 'json']));
  assert.deepEqual(
    list.items.map(({ caller, refused }: Record<string, unknown>) => [
      (caller as { subject: string }).subject,
      refused,
    ]),
    [['ci:dev', 1]],
  );
  assert.equal(list.next, null);
  const session = list.items[0].id as string;
  assert.match(await run(['show', session]), /delete +pods +shop\/web +refused +403 .*\n {4}DENIED/);
  const found = JSON.parse(await run(['search', 'pods', '--verb', 'delete', '-o', 'json']));
  assert.deepEqual([found.items.length, found.items[0].name, found.next], [1, 'web', null]);
  assert.deepEqual(JSON.parse(await run(['search', '-o', 'json'], 'nobody')), { items: [], next: null });
  const [sessions, exchanges] = [start(['list', '-f'], 'auditor'), start(['show', session, '-f'], 'auditor')];
  await Promise.all([sessions.until(new RegExp(session)), exchanges.until(/DENIED/)]);
  let isFollowed = false;
  const followed = Promise.all([sessions.until(/\n.*\n.* ci:dev /), exchanges.until(/shop\/followed/)]);
  void followed.then(() => {
    isFollowed = true;
  });
  // Again until both hear: what happens before they are connected is told to nobody.
  while (!isFollowed) {
    await world.ask({ token, uri: '/api/v1/namespaces/shop/pods/followed' });
    await world.ask({ token: await world.token('dev'), uri: '/api/v1/namespaces/shop/pods/elsewhere' });
  }
  await followed;
  for (const child of [sessions, exchanges]) {
    child.kill('SIGTERM');
    await child.ended;
  }
});

/** Runs a command in a pod, to its end, as `kubectl exec` does. */
async function exec(token: string, pod: string, command: readonly string[], more: string): Promise<void> {
  const { gateway, caPem } = commands.world;
  const argv = command.map((word) => `command=${encodeURIComponent(word)}`).join('&');
  const url = `${gateway.url}/k8s/demo/api/v1/namespaces/shop/pods/${pod}/exec?${argv}&stdout=true${more}`;
  const headers = { authorization: `Bearer ${token}` };
  const socket = new WebSocket(url.replace(/^https/, 'wss'), 'v5.channel.k8s.io', { ca: caPem, headers });
  socket.on('message', () => {});
  await once(socket, 'close');
}

test('what a terminal showed is played, and a session exported, at the control plane, as far as one may see', async () => {
  const { world, env, as } = commands;
  const token = readFileSync(env.SALLYPORT_TOKEN_FILE as string, 'utf8');
  const { body } = await world.ask({ token, uri: '/api/v1/namespaces/shop/pods?labelSelector=app%3Dweb' });
  const pod = JSON.parse(body).items[0].metadata.name as string;
  await exec(token, pod, ['echo', 'it is up'], '&tty=true');
  const [program, ...entry] = CLI;
  const run = async (args: readonly string[], name = 'auditor') => {
    const child = startChild(program, [...entry, 'sessions', ...args], { env: { ...env, ...as(name) }, cwd: '/' });
    return { code: await child.ended, said: child.said() };
  };
  const listed = async () => {
    const { code, said } = await run(['search', 'echo', '--subject', 'ci:dev', '-o', 'json']);
    assert.equal(code, 0, said);
    return JSON.parse(said).items;
  };
  let [exchange] = await listed();
  // What is kept is in the catalog a moment later.
  while (exchange?.recording === undefined || exchange.outcome === 'open') [exchange] = await listed();
  const played = await run(['replay', exchange.id, '--text']);
  assert.deepEqual(
    [played.code, /it is up/.test(played.said), /ended with exit code 0/.test(played.said)],
    [0, true, true],
    played.said,
  );
  const cast = (await run(['export', exchange.session, '--format', 'asciicast'])).said.trimEnd().split('\n');
  assert.equal(JSON.parse(cast[0] as string).version, 3);
  assert.ok(
    cast.some((line) => line.includes('it is up')),
    cast.join(),
  );
  assert.deepEqual(cast, (await run(['export', exchange.id, '--format', 'asciicast'])).said.trimEnd().split('\n'));
  const lines = (await run(['export', exchange.session])).said
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    lines.filter(({ type }) => type === 'exchange.begun').map(({ operation }) => operation.verb),
    ['list', exchange.verb],
  );
  assert.ok(lines.every(({ hash }) => /^[0-9a-f]{64}$/.test(hash)));
  const audit = (await run(['export', exchange.session, '--format', 'audit'])).said.trimEnd().split('\n');
  assert.ok(
    audit.every((line) => JSON.parse(line).apiVersion === 'audit.k8s.io/v1'),
    audit.join(),
  );
  for (const args of [
    ['replay', exchange.id],
    ['export', exchange.session, '--format', 'asciicast'],
  ]) {
    const { code, said } = await run(args, 'nobody');
    assert.deepEqual(
      [code === 0, /there is no such exchange that you may see \(NOT_FOUND\)/.test(said)],
      [false, true],
      said,
    );
  }
  // One's own are played without a role; the journal's lines, which say more than callers are told, need one.
  assert.match((await run(['replay', exchange.id, '--text'], 'dev')).said, /it is up/);
  const refused = await run(['export', exchange.session], 'dev');
  assert.deepEqual([refused.code === 0, /\(ROLE_REQUIRED\)/.test(refused.said)], [false, true], refused.said);
  // The same as from the files themselves, where the order is the journal's.
  const ocsf = ['export', exchange.session, '--format', 'ocsf'];
  const [there, here] = [await run(ocsf), await run([...ocsf, '--config', world.configFile])];
  assert.deepEqual([there.code, here.code], [0, 0], there.said + here.said);
  const recordsOf = (said: string) => said.trimEnd().split('\n').sort();
  assert.deepEqual(recordsOf(there.said), recordsOf(here.said));
  for (const line of recordsOf(there.said)) {
    const { metadata } = JSON.parse(line);
    assert.deepEqual([metadata.version, metadata.log_provider], ['1.8.0', hostname()]);
  }
  const proven = await run(['export', exchange.session, '--format', 'proven']);
  assert.match(proven.said, /`proven` is made of a journal’s files/);
});
