// What was recorded, found by commands that ask the control plane.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
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
    list.map(({ caller, refused }: Record<string, unknown>) => [(caller as { subject: string }).subject, refused]),
    [['ci:dev', 1]],
  );
  const session = list[0].id as string;
  assert.match(await run(['show', session]), /delete +pods +shop\/web +refused +403 .*\n {4}DENIED/);
  const found = JSON.parse(await run(['search', 'pods', '--verb', 'delete', '-o', 'json']));
  assert.deepEqual([found.length, found[0].name], [1, 'web']);
  assert.deepEqual(JSON.parse(await run(['search', '-o', 'json'], 'nobody')), []);
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
