// Who is told of a held request, on the whole way: by a signed webhook, from a queue that outlives what does not answer, and with no secret in it.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { signatureOf } from '../../src/control/notices/webhook.ts';
import { runChild } from '../support/child.ts';
import { controlApi } from '../support/control-api.ts';
import { CLI } from '../support/gateway-process.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const SECRET = 'correct-horse-battery-staple';
const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles: [{ role: operator, callers: [{ groups: [operators] }] }]
rules:
  - id: held
    effect: hold
    verbs: [update, patch, delete]
    apiGroups: [""]
    resources: [secrets, configmaps]
    hold: { approvers: [{ groups: [leads] }] }
notify:
  - { on: ["approval.*"], match: { targets: [demo], namespaces: [shop] }, to: [hook, hook] }
  - { on: [approval.asked], match: { targets: [other] }, to: [hook] }
  - { on: [kill.changed], to: [broken] }
`;

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
type Json = any;

interface Told {
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

const told: Told[] = [];
let heard: (() => void) | undefined;
const hook = createServer((asked, response) => {
  let text = '';
  asked.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  asked.on('end', () => {
    response.writeHead(asked.url === '/broken' ? 410 : 204).end();
    if (asked.url === '/broken') return;
    told.push({ headers: asked.headers, text });
    heard?.();
  });
});

let world: SmallWorld;
let people: Awaited<ReturnType<typeof startIssuer>>;
let dispatcher: Agent;

before(async () => {
  people = await startIssuer();
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
  const secretFile = join(import.meta.dirname, '../../package.json');
  world = await startSmallWorld({
    policy: POLICY,
    people: people.url,
    config: `console: { port: 0 }
notifiers:
  - { name: hook, webhook: { url: "${url}/hook", secretFile: ${JSON.stringify(secretFile)} } }
  - { name: broken, webhook: { url: "${url}/broken" } }
`,
  });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
  await people.close();
  hook.close();
});

const asked = controlApi(
  () => world.gateway.consoleUrl,
  () => dispatcher,
);
const api = async (who: string, method: 'GET' | 'POST', path: string, body?: unknown) =>
  (await asked(who, method, path, body)).body;

/** The next that is told. */
async function next(): Promise<Json> {
  for (;;) {
    const first = told.shift();
    if (first !== undefined) return { ...first, body: JSON.parse(first.text) };
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  }
}

test('who is named is told once that a request waits, what was answered, and what became of it; never a secret', async () => {
  const [token, lead] = [await world.token('dev'), await people.tokenFor('lea', ['leads'])];
  const waiting = world.ask({
    token,
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/secrets/database',
    headers: {
      'content-type': 'application/merge-patch+json',
      'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234',
    },
    body: JSON.stringify({ stringData: { password: SECRET, other: `${SECRET}-2` } }),
  });
  const asked = await next();
  assert.deepEqual(
    [asked.body.type, asked.body.data.target, asked.body.data.isOver],
    ['approval.asked', 'demo', false],
  );
  assert.match(asked.body.data.title, /ci:dev asks to patch secrets `database`/);
  assert.match(asked.body.data.link, /^https:\/\/[^/]+\/approvals\/[a-z0-9]+$/);
  const { about: id } = asked.body.data;
  // An answer is to what was shown, by its digest: what it would do is in it from the next look on.
  let looked = await api(lead, 'GET', `/approvals/${id}`);
  while (looked.preview === 'looking') looked = await api(lead, 'GET', `/approvals/${id}`);
  await api(lead, 'POST', `/approvals/${id}/approve`, { digest: looked.digest, reason: 'agreed' });
  const [yes, ran] = [await next(), await next()];
  await waiting;
  assert.match(yes.body.data.title, /^approved by p:lea/);
  assert.match(ran.body.data.facts.join(), /it ran, and the target answered 200/);
  for (const { text, headers } of [asked, yes, ran]) {
    for (const value of [SECRET, Buffer.from(SECRET).toString('base64')]) assert.ok(!text.includes(value));
    const [of, at] = [String(headers['webhook-id']), String(headers['webhook-timestamp'])];
    const { readFileSync } = await import('node:fs');
    const secret = readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8');
    assert.equal(headers['webhook-signature'], signatureOf(secret, of, at, text));
  }
  assert.equal(new Set([asked, yes, ran].map(({ headers }) => headers['webhook-id'])).size, 3);
  assert.deepEqual(told, [], 'nobody is told twice');
});

/** `sallyport notices`, as who has this token. */
function command(token: string, ...args: readonly string[]) {
  writeFileSync(join(world.folder, 'operator'), token);
  const [program, ...cli] = CLI;
  const env = {
    XDG_CONFIG_HOME: join(world.folder, 'config'),
    SALLYPORT_SERVER: world.gateway.consoleUrl as string,
    SALLYPORT_TOKEN_FILE: join(world.folder, 'operator'),
    SALLYPORT_CA_FILE: join(world.folder, 'data/ca.crt'),
  };
  return runChild(program, [...cli, 'notices', ...args], { env, cwd: world.folder });
}

test('what cannot be told is seen by an operator, and nobody else; the gateway goes on', async () => {
  const operator = await people.tokenFor('otto', ['operators']);
  await api(operator, 'POST', '/kills', { what: 'caller', value: 'ci:other', reason: 'a test' });
  let items: Json[] = [];
  while (items.length === 0) ({ items } = await api(operator, 'GET', '/notices?state=dead'));
  assert.deepEqual(
    items.map(({ notifier, kind, failure }) => [notifier, kind, failure]),
    [['broken', 'kill.changed', 'it answered 410']],
  );
  const listed = await command(operator, 'list');
  assert.match(listed.output, /broken .*it answered 410/, listed.output);
  const again = await command(operator, 'retry', items[0].id);
  assert.match(again.output, /waiting/, again.output);
  assert.equal((await api(await world.token('dev'), 'GET', '/notices')).code, 'ROLE_REQUIRED');
});

test('a policy that tells somebody of whom the configuration does not know is taken, and tells nobody', async () => {
  await writeFile(world.policyFile, POLICY.replaceAll('hook', 'nobody'));
  await world.gateway.lookAtPolicy();
  const lead = await people.tokenFor('lea', ['leads']);
  const waiting = world.ask({
    token: await world.token('dev'),
    method: 'DELETE',
    uri: '/api/v1/namespaces/shop/configmaps/settings',
    headers: { 'user-agent': 'kubectl/v1.35.4 (linux/amd64) kubernetes/abc1234' },
  });
  let open: Json[] = [];
  while (open.length === 0) {
    const { items } = await api(lead, 'GET', '/approvals?state=pending');
    open = items.filter(({ preview }: Json) => preview !== 'looking');
  }
  await api(lead, 'POST', `/approvals/${open[0].id}/reject`, { digest: open[0].digest });
  assert.equal((await waiting).status, 403);
  assert.deepEqual(told, []);
});
