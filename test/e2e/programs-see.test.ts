// What programs of one person see of what that person and their other programs asked, in every list of the control plane: their own alone.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Agent } from 'undici';
import { type Issuer, startIssuer } from '../../demo/issuer.ts';
import { controlApi } from '../support/control-api.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get], apiGroups: [""], resources: [pods] }
  - { id: asked, effect: request, verbs: [get], apiGroups: [""], resources: [services], request: { livePerCallerMax: 9 } }
  - { id: held, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], hold: { approvers: [{ groups: [leads] }] } }
`;

let world: SmallWorld;
let dispatcher: Agent;
let people: Issuer;
before(async () => {
  people = await startIssuer();
  world = await startSmallWorld({ policy: POLICY, config: 'console: { port: 0 }\n', people: people.url });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
  await people.close();
});

const api = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);

const scope = { target: 'demo', verbs: ['get'], apiGroups: [''], resources: ['services'], namespaces: ['shop'] };

/** What a caller does that lists tell of; each does it on objects of its own name. */
async function act(token: string, name: string): Promise<void> {
  const at = (resource: string) => `/api/v1/namespaces/shop/${resource}/${name}`;
  await world.ask({ token, uri: at('pods') });
  assert.equal((await world.ask({ token, uri: at('secrets') })).status, 403);
  const asked = await api(token, 'POST', '/grants', { scopes: [{ ...scope, resourceNames: [name] }], reason: name });
  assert.equal(asked.status, 201, JSON.stringify(asked.body));
  const headers = { 'user-agent': 'python-requests/2.32' };
  assert.equal((await world.ask({ token, method: 'DELETE', uri: at('configmaps'), headers })).status, 403);
}

type Item = Readonly<Record<string, unknown>>;

/** Whose a list is, by the names in it. */
async function namesIn(token: string, path: string, nameOf: (item: Item) => string): Promise<string> {
  const { status, body } = await api(token, 'GET', path);
  assert.equal(status, 200, `${path}: ${JSON.stringify(body)}`);
  const names = (body.items as readonly Item[]).map(nameOf).filter((name) => name !== '');
  return [...new Set(names)].sort().join(' ');
}

const NAME = /\b(own|a|b|run)\b/;
const said = (item: Item) =>
  NAME.exec(JSON.stringify({ ...item, id: '', exchange: '' }).replace(/"[^"]*(id|at)":"[^"]*"/gi, ''))?.[0] ?? '';

test('T55: a program of somebody’s sees what it asked itself in every list, and nothing that they, or another program of theirs, asked', async () => {
  const acting = (sub?: string) =>
    people.tokenFor('ada', ['ops'], sub === undefined ? {} : { claims: { act: { sub } } });
  const given = await api(await acting(), 'POST', '/tokens', { task: 'run', targets: ['demo'], for: '10m' });
  assert.equal(given.status, 201, JSON.stringify(given.body));
  const tokens = { own: await acting(), a: await acting('a'), b: await acting('b'), run: String(given.body.token) };
  for (const [name, token] of Object.entries(tokens)) await act(token, name);
  const lists: readonly (readonly [string, (item: Item) => string])[] = [
    ['/exchanges?limit=100', (item) => String(item.name)],
    ['/refusals', (item) => /\b(own|a|b|run)`? /.exec(String(item.message))?.[1] ?? ''],
    ['/grants?limit=100', (item) => String(item.reason)],
    ['/approvals?limit=100', said],
  ];
  for (const [path, nameOf] of lists) {
    for (const name of ['a', 'b', 'run'] as const)
      assert.equal(await namesIn(tokens[name], path, nameOf), name, `${path} of ${name}`);
    assert.equal(await namesIn(tokens.own, path, nameOf), 'a b own run', `${path} of whom they act for`);
  }
});
