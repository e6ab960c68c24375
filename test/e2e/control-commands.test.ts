// The commands of the control plane, as programs of their own before a real gateway.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { runChild } from '../support/child.ts';
import { type CommandWorld, startCommandWorld } from '../support/command-world.ts';
import { CLI } from '../support/gateway-process.ts';
import type { SmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: operator, callers: [{ groups: [admins] }] }
rules:
  - { id: config, effect: request, verbs: [get, list, watch], apiGroups: [""], resources: [configmaps], namespaces: [shop] }
`;

let commands: CommandWorld;
let world: SmallWorld;

before(async () => {
  commands = await startCommandWorld({ policy: POLICY }, { ada: ['admins'] });
  world = commands.world;
});
after(() => commands.stop());

const sallyport: CommandWorld['run'] = (args, more) => commands.run(args, more);
const json: CommandWorld['json'] = (args, more) => commands.json(args, more);
const operator = () => commands.as('ada');
const GET = '/api/v1/namespaces/shop/configmaps/settings';
const get = async () => world.ask({ token: await world.token('dev'), uri: GET });

test('a list with nothing on it says so in a sentence', async () => {
  const said: Readonly<Record<string, string>> = {
    who: 'nobody is in now',
    'grants list': 'you have no grant',
    'grants list --all --state live': 'no caller that your role reaches has a live grant',
    'approvals list --state pending': 'you may see no pending question',
    'approvals report': 'no rule has asked a question yet',
    'approvals delegations': 'you have handed nothing on, and were handed nothing',
    'notices list': 'no notice was given up',
    'notices list --waiting --since 1h': 'no notice of this time waits to be sent',
    'grants list --since 1h': 'you have no grant of this time',
    'approvals list --own --since 2026-01-31T12:00:00Z': 'you ask no question of this time',
    'kill list': 'nothing is stopped',
    'context list': 'no control plane is named; `sallyport context set NAME --server URL --token-file FILE` names one',
    'sessions list': 'no session is recorded',
    'sessions list --subject nobody': 'no session is recorded of what is asked for',
    'sessions search nothing': 'no exchange is recorded of what is asked for',
  };
  for (const [line, sentence] of Object.entries(said)) {
    const { code, output } = await sallyport(line.split(' '), operator());
    assert.deepEqual([line, code, output], [line, 0, `${sentence}\n`]);
  }
  for (const list of [
    'grants list',
    'approvals list',
    'notices list',
    'kill list',
    'who',
    'approvals report',
    'context list',
  ])
    assert.deepEqual([list, await json(list.split(' '), operator())], [list, { items: [], next: null }]);
  const explained = await sallyport(['explain', 'last'], operator());
  assert.deepEqual([explained.code, /has refused you nothing/.test(explained.output)], [1, true], explained.output);
  assert.equal((await sallyport(['explain', '01arz3ndektsv4rrffq69g5fav'], operator())).code, 1);
});

test('what was refused is asked for with what it printed, used, listed, and given back', async () => {
  const refused = JSON.parse((await get()).body) as { message: string };
  const explained = await sallyport(['explain', 'last']);
  assert.match(explained.output, /^command +sallyport grants request .*--name settings/m);
  const printed = `Error from server (Forbidden): ${refused.message}\n`;
  const grant = await json(['grants', 'request', '--from-refusal', printed, '--reason', 'a task']);
  assert.equal(grant.state, 'live');
  assert.deepEqual(grant.scopes[0].resourceNames, ['settings']);
  assert.notEqual((await get()).status, 403);
  assert.equal((await json(['grants', 'show', grant.id])).reason, 'a task');
  const list = await json(['grants', 'list', '--state', 'live']);
  assert.deepEqual(
    list.items.map(({ id }: { id: string }) => id),
    [grant.id],
  );
  assert.deepEqual(
    (await json(['grants', 'list', '--since', '1h'])).items.map(({ id }: { id: string }) => id),
    [grant.id],
  );
  assert.deepEqual(await json(['grants', 'list', '--since', '2100-01-01']), { items: [], next: null });
  assert.equal((await json(['grants', 'release', grant.id])).endedBy, 'release');
  assert.equal((await get()).status, 403);
});

test('a no is exit code 1 in a sentence, and a mistake of the call is 2', async () => {
  const no = await sallyport(['grants', 'request', '--target', 'demo', '--verb', 'delete', '--resource', 'pods']);
  assert.equal(no.code, 1, no.output);
  assert.match(no.output, /^sallyport: no `request` rule offers `ci:dev` to delete pods .*\(GRANT_NOT_OFFERED\)/);
  assert.equal((await sallyport(['grants', 'request', '--from-refusal', 'nothing'])).code, 2);
  assert.equal((await sallyport(['kill', 'list'])).code, 1);
  writeFileSync(join(world.folder, 'no-token'), 'e30.e30.e30');
  const unknown = await sallyport(['grants', 'list'], { SALLYPORT_TOKEN_FILE: join(world.folder, 'no-token') });
  assert.deepEqual([unknown.code, /TOKEN_INVALID/.test(unknown.output)], [2, true], unknown.output);
  const mistyped = await sallyport(['grants', 'request', '--body', '{"scope":[]}']);
  assert.deepEqual([mistyped.code, /REQUEST_MALFORMED/.test(mistyped.output)], [2, true], mistyped.output);
  assert.equal((await sallyport(['grants', 'list'], { SALLYPORT_SERVER: 'https://127.0.0.1:1' })).code, 2);
});

test('an operator sees who is in, revokes, stops and lifts', async () => {
  const asked = [
    'grants',
    'request',
    '--target',
    'demo',
    '--namespace',
    'shop',
    '--verb',
    'get',
    '--resource',
    'configmaps',
  ];
  const { id } = await json(asked);
  assert.deepEqual((await json(['who'], operator())).items, []);
  assert.equal((await json(['grants', 'revoke', id, '--reason', 'enough'], operator())).endedBy, 'revocation');
  const kill = await json(['kill', 'caller', 'ci:dev', '--reason', 'runs wild'], operator());
  assert.deepEqual([kill.isKept, kill.notReached], [true, []]);
  assert.match((await get()).body, /an operator has stopped caller `ci:dev`: runs wild/);
  assert.equal((await json(['kill', 'list'], operator())).items.length, 1);
  assert.equal((await json(['kill', 'lift', kill.id], operator())).state, 'lifted');
  const server = commands.env.SALLYPORT_SERVER as string;
  const both = await json(['kill', 'session', 'none', '--reason', 'everywhere', '--at', server], operator());
  assert.deepEqual([both.items.map(({ what }: { what: string }) => what), both.next], [['session', 'session'], null]);
  assert.doesNotMatch((await get()).body, /an operator has stopped/);
});

test('how the gateway is, part by part, is told to who looks after it', async () => {
  const said = await sallyport(['status'], operator());
  assert.equal(said.code, 0, said.output);
  assert.match(said.output, /^journal +ok +all to line \d+ is on the disk/m);
  assert.match(said.output, /^index +ok +has all of the journal, to line \d+$/m);
  assert.match(said.output, /^store +ok +answers$/m);
  assert.match(said.output, /^policy +ok +1 rule is in force$/m);
  assert.match(said.output, /^certificate +ok +ends on \d{4}-\d\d-\d\d, in \d+ days$/m);
  assert.match(said.output, /^issuer \S+ +ok +\d+ keys?, fetched /m);
  const whole = await json(['status'], operator());
  assert.deepEqual([whole.reasons, whole.unsafe], [[], []]);
  const no = await sallyport(['status']);
  assert.deepEqual([no.code, /ROLE_REQUIRED/.test(no.output)], [1, true], no.output);
});

test('a context stands for the variables', async () => {
  const {
    SALLYPORT_SERVER: server,
    SALLYPORT_TOKEN_FILE: token,
    SALLYPORT_CA_FILE: ca,
    XDG_CONFIG_HOME,
  } = commands.env as Record<string, string>;
  const set = ['context', 'set', 'here', '--server', server as string, '--token-file', token as string];
  assert.equal((await sallyport([...set, '--ca-file', ca as string])).code, 0);
  const [program, ...first] = CLI;
  const bare = await runChild(program, [...first, 'grants', 'list'], { env: { XDG_CONFIG_HOME } });
  assert.equal(bare.code, 0, bare.output);
  assert.match((await sallyport(['context', 'list'])).output, /^\* +here/m);
  assert.deepEqual(await json(['context', 'list']), {
    items: [{ id: 'here', state: 'current', server, tokenFile: token, caFile: ca }],
    next: null,
  });
});

test('a backup that is taken while the gateway runs is restored into an empty store: grants that lived are ended', async () => {
  const asked = [
    'grants',
    'request',
    '--target',
    'demo',
    '--namespace',
    'shop',
    '--verb',
    'list',
    '--resource',
    'configmaps',
  ];
  const { id } = await json(asked);
  const at = (name: string) => join(world.folder, name);
  const backup = await sallyport(['store', 'backup', 'store.backup', '--config', world.configFile]);
  assert.equal(backup.code, 0, backup.output);
  const config = readFileSync(world.configFile, 'utf8').replace('dataFolder: data', 'dataFolder: restored');
  writeFileSync(at('restored.yaml'), config);
  const restored = await sallyport(['store', 'restore', 'store.backup', '--config', at('restored.yaml')]);
  assert.equal(restored.code, 0, restored.output);
  const again = await sallyport(['store', 'restore', 'store.backup', '--config', at('restored.yaml')]);
  assert.match(again.output, /the store is not empty/);
  assert.equal((await sallyport(['store', 'backup', 'second', '--config', at('restored.yaml')])).code, 0);
  const rows = readFileSync(at('second'), 'utf8').trimEnd().split('\n').slice(1);
  const row = rows.map((line) => JSON.parse(line)).find((each) => each.id === id);
  assert.deepEqual([row.state, row.body.endedBy], ['ended', 'restore']);
});
