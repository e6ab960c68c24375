// What was recorded, found again at the control plane.

import assert from 'node:assert/strict';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { zstdDecompressSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { verifyJournal } from '../../src/cli/journal.ts';
import type { ExchangeBegun } from '../../src/recording/event.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
roles:
  - { role: auditor, callers: [{ subjects: ["auditor"] }] }
  - { role: auditor, callers: [{ subjects: ["bank-auditor"] }], namespaces: [bank] }
rules:
  - { id: plain, effect: allow, verbs: ["*"], apiGroups: [""], resources: [secrets], resourceNames: [shown], unmask: [{ at: data.password }] }
  - { id: write, effect: allow, verbs: [create, get, list], apiGroups: [""], resources: [secrets], namespaces: [shop] }
  - { id: bare, effect: allow, verbs: [get], apiGroups: [""], resources: [services], record: { bodies: none } }
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods, configmaps] }
`;

let world: SmallWorld;
/** One token for each subject: another token is another session. */
const tokens = new Map<string, string>();
let dispatcher: Agent;

before(async () => {
  world = await startSmallWorld({
    policy: POLICY,
    config: 'console: { port: 0 }\n',
  });
  dispatcher = new Agent({ connect: { ca: world.caPem } });
});
after(async () => {
  await dispatcher.destroy();
  await world.stop();
});

async function tokenOf(subject: string): Promise<string> {
  const token = tokens.get(subject) ?? (await world.token(subject));
  tokens.set(subject, token);
  return token;
}

async function get(
  subject: string,
  path: string,
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
): Promise<{ readonly status: number; readonly body: any }> {
  const token = await tokenOf(subject);
  const headers = { authorization: `Bearer ${token}` };
  const reply = await request(`${world.gateway.consoleUrl}/api/v1${path}`, { dispatcher, headers });
  return { status: reply.statusCode, body: await reply.body.json() };
}

const ask = async (subject: string, uri: string, method: 'GET' | 'DELETE' = 'GET') =>
  world.ask({ token: await tokenOf(subject), uri, method });

test('what callers did is found by them and by auditors, explained, with its lines in the journal', async () => {
  await ask('dev', '/api/v1/namespaces/shop/configmaps/settings');
  await ask('dev', '/api/v1/namespaces/bank/pods/nobody', 'DELETE');
  await ask('other', '/api/v1/namespaces/shop/pods');
  const own = await get('dev', '/sessions');
  assert.equal(own.status, 200, JSON.stringify(own.body));
  assert.deepEqual(
    own.body.items.map(({ caller, target, exchanges, changes, refused }: Record<string, unknown>) => [
      caller,
      target,
      exchanges,
      changes,
      refused,
    ]),
    [[{ subject: 'dev', issuer: 'main', kind: 'autonomous' }, 'demo', 2, 1, 1]],
  );
  const [{ id }] = own.body.items;
  const story = await get('auditor', `/sessions/${id}`);
  assert.deepEqual(
    story.body.items.map((one: Record<string, unknown>) => [
      one.verb,
      one.namespace,
      one.decision,
      one.rule,
      one.outcome,
    ]),
    [
      ['get', 'shop', 'allow', 'p/read', story.body.items[0].outcome],
      ['delete', 'bank', 'deny', undefined, 'refused'],
    ],
  );
  const denied = story.body.items[1].id;
  const whole = await get('auditor', `/exchanges/${denied}`);
  assert.equal(whole.body.answer.effect, 'deny');
  assert.match(whole.body.message, /may not/);
  assert.deepEqual(
    whole.body.journal.map(({ type }: { type: string }) => type),
    ['exchange.begun', 'exchange.ended'],
  );
  const events = await world.events();
  for (const { seq, hash } of whole.body.journal)
    assert.ok(events.some((event) => 'hash' in event && event.hash === hash && 'seq' in event && event.seq === seq));
  assert.equal((await get('other', `/sessions/${id}`)).status, 404);
  assert.equal((await get('other', `/exchanges/${denied}`)).status, 404);
  assert.deepEqual((await get('other', '/sessions?decision=deny')).body.items, []);
  assert.equal((await get('auditor', '/sessions?caller=dev&decision=deny&verb=delete')).body.items.length, 1);
  assert.deepEqual(
    story.body.stories.map(({ by, exchanges }: Record<string, unknown>) => [by, exchanges]),
    [['time', 2]],
  );
  assert.deepEqual(
    story.body.items.map((one: Record<string, unknown>) => one.story),
    [story.body.stories[0].id, story.body.stories[0].id],
  );
  const listed = await get('auditor', '/exchanges?decision=deny&limit=1');
  assert.deepEqual([listed.body.items.map((one: { id: string }) => one.id), listed.body.next], [[denied], denied]);
  assert.deepEqual((await get('other', '/exchanges?decision=deny')).body.items, []);
  const part = await get('bank-auditor', `/sessions/${id}`);
  assert.deepEqual([part.body.exchanges, part.body.items.length], [1, 1], 'a role reaches what is in its namespaces');
  assert.equal((await get('auditor', '/sessions?verbs=get')).status, 400);
});

/** The exchange that a caller began last, once that part of it is kept. */
async function lastOf(subject: string, part: 'request' | 'reply') {
  const begun = (await world.events()).filter(
    (event): event is ExchangeBegun => event.type === 'exchange.begun' && event.caller.subject === subject,
  );
  const id = begun.at(-1)?.exchange;
  const isKept = async () =>
    (await recordedEvents()).some((event) => event.exchange === id && event.part === part && event.end !== undefined);
  // It comes a moment later; a test that never gets it runs into its own time limit.
  while (!(await isKept())) await new Promise(setImmediate);
  return (await get(subject, `/exchanges/${id}`)).body;
}

const password = Buffer.from('c0rrect-h0rse-battery').toString('base64');
const secret = (name: string) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop' }, data: { password } });

test('T55: what was sent and what came back is kept, with masks, whoever was shown more', async () => {
  const headers = { 'content-type': 'application/json' };
  const uri = '/api/v1/namespaces/shop/secrets';
  const posted = await world.ask({
    token: await tokenOf('writer'),
    uri,
    method: 'POST',
    headers,
    body: secret('shown'),
  });
  assert.equal(posted.status, 201, posted.body);
  const made = await lastOf('writer', 'request');
  assert.match(made.request.text, /"password":"[A-Za-z0-9+/=]*"/);
  const read = await world.ask({ token: await tokenOf('reader'), uri: `${uri}/shown` });
  const { reply } = await lastOf('reader', 'reply');
  assert.equal(reply.mediaType, 'application/json');
  assert.equal(reply.isWhole, true);
  const [shown, kept] = [JSON.parse(read.body), JSON.parse(reply.text)];
  assert.equal(shown.data?.password, password, 'the caller is shown it');
  assert.notEqual(kept.data.password, password);
  assert.deepEqual({ ...kept, data: 0 }, { ...shown, data: 0 }, 'all else is as it was shown');
  const packs = await packsOf();
  assert.ok(packs.includes('"kind":"Secret"'));
  assert.ok(!packs.includes(password) && !packs.includes('c0rrect-h0rse'));
  const told = await recordedEvents();
  assert.ok(told.some(({ type, by }) => type === 'recording.read' && by?.subject === 'reader'));
});

test('what stands in a body is found by its words, by who may see it, and no hidden value is', async () => {
  const read = await ask('dev', '/api/v1/namespaces/shop/configmaps/settings');
  const whole = await lastOf('dev', 'reply');
  const word = Object.values(JSON.parse(read.body).data as Record<string, string>)
    .join(' ')
    .match(/[a-z]{5,}/)?.[0] as string;
  assert.ok(whole.reply.text.includes(word) && !whole.path.includes(word));
  const found = async (subject: string, text: string) => {
    const { body } = await get(subject, `/sessions/${whole.session}?text=${encodeURIComponent(text)}`);
    return (body.items ?? []).map(({ id }: { id: string }) => id);
  };
  assert.ok((await found('auditor', word)).includes(whole.id));
  assert.ok((await get('auditor', `/sessions?text=${word}`)).body.items.length > 0);
  assert.deepEqual((await get('other', `/sessions?text=${word}`)).body.items, []);
  for (const hidden of [password, 'c0rrect-h0rse-battery', 'c0rrect'])
    assert.deepEqual((await get('auditor', `/sessions?text=${encodeURIComponent(hidden)}`)).body.items, [], 'T55');
});

test('where a rule says so, nothing of a body is kept', async () => {
  await ask('bare', '/api/v1/namespaces/shop/services/web');
  await ask('dev', '/api/v1/namespaces/shop/configmaps/settings');
  await lastOf('dev', 'reply');
  const begun = (await world.events()).find(
    (event) => event.type === 'exchange.begun' && event.caller.subject === 'bare',
  );
  assert.ok(begun !== undefined && 'exchange' in begun);
  const kept = (await recordedEvents()).filter(
    ({ type, exchange }) => type === 'exchange.recorded' && exchange === begun.exchange,
  );
  assert.deepEqual(kept, []);
});

test('a piece that was changed, or is not there, is found by verify', async () => {
  const folder = join(world.folder, 'data', 'journal');
  const whole = await verifyJournal(folder);
  assert.equal(whole.sentence, '');
  assert.ok(whole.pieces.checked > 0);
  const copy = await mkdtemp(join(tmpdir(), 'sallyport-pieces-'));
  try {
    await cp(folder, copy, {
      recursive: true,
      filter: (path) => !path.includes('catalog.db') && !path.endsWith('lock'),
    });
    const pack = join(copy, 'pieces-00000001.zst');
    const bytes = await readFile(pack);
    bytes[20] = (bytes[20] as number) ^ 1;
    await writeFile(pack, bytes);
    const altered = await verifyJournal(copy);
    assert.equal(altered.holds, false);
    assert.deepEqual([altered.pieces.fault?.pack, altered.pieces.fault?.why], ['pieces-00000001.zst', 'altered']);
    await rm(pack);
    assert.equal((await verifyJournal(copy)).pieces.fault?.why, 'missing');
  } finally {
    await rm(copy, { recursive: true });
  }
});

async function packsOf(): Promise<string> {
  const folder = join(world.folder, 'data', 'journal');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.zst'));
  const packs = await Promise.all(names.map((name) => readFile(join(folder, name))));
  return Buffer.concat(packs.map((pack) => zstdDecompressSync(pack))).toString();
}

// biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects
async function recordedEvents(): Promise<readonly any[]> {
  const folder = join(world.folder, 'data', 'journal');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.flatMap((text) => text.trimEnd().split('\n')).map((line) => JSON.parse(line));
}
