/* Masks that policy adds, and places that a rule opens, on their way through the whole gateway. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { after, before, test } from 'node:test';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const MAPS = '/api/v1/namespaces/shop/configmaps';
const canary = 'c4n4ry-of-the-t3st';
const map = JSON.stringify({
  kind: 'ConfigMap',
  metadata: { name: 'app', uid: 'u-1', labels: { team: canary } },
  data: { url: canary, other: 'stays', customer: 'ACME-12345678' },
});

const policy = (more: string) => `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ everyone: true }]
targets: ['*']
rules:
  - { id: all, effect: allow, verbs: ['*'], apiGroups: ['*'], resources: ['*'], powers: [exec] }
  - id: one-value
    effect: allow
    callers: [{ subjects: [reader] }]
    verbs: [get]
    apiGroups: ['']
    resources: [configmaps]
    resourceNames: [app]
    unmask: [{ at: data.url }]
masks:
  - { id: urls, resources: [configmaps], keys: [url], callers: [{ subjects: [dev, reader] }] }
  - { id: team, labels: [team], callers: [{ subjects: [dev, reader] }] }
${more}`;
const PATTERN = "  - { id: customers, pattern: 'ACME-[0-9]{8}', callers: [{ subjects: [dev] }] }\n";

let world: SmallWorld;
let answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;

before(async () => {
  world = await startSmallWorld({
    policy: policy(PATTERN),
    front: { onRequest: (request, response) => answer(request, response) },
  });
});
after(() => world.stop());

function upstreamAnswers(path: string, body: string, type = 'application/json') {
  const asked: IncomingMessage[] = [];
  answer = (request, response) => {
    if (!request.url?.startsWith(path)) return false;
    asked.push(request);
    response.writeHead(200, { 'content-type': type }).end(body);
    return true;
  };
  return asked;
}

const get = async (subject: string, uri: string, headers: Readonly<Record<string, string>> = {}) =>
  world.ask({ token: await world.token(subject), uri, headers });

test('masks of policy speak to the callers that they name, in objects, lists, watches and logs', async () => {
  for (const [uri, body, type] of [
    [`${MAPS}/app`, map, 'application/json'],
    [MAPS, `{"kind":"ConfigMapList","items":[${map}]}`, 'application/json'],
    [`${MAPS}?watch=true`, `{"type":"ADDED","object":${map}}\n`, 'application/json'],
  ] as const) {
    upstreamAnswers(uri, body, type);
    const masked = (await get('dev', uri)).body;
    assert.ok(!masked.includes(canary) && !masked.includes('ACME-12345678') && masked.includes('"stays"'), masked);
    assert.equal((await get('other', uri)).body, body);
  }
  upstreamAnswers('/api/v1/namespaces/shop/pods/web/log', 'for ACME-12345678\n', 'text/plain');
  assert.equal(
    (await get('dev', '/api/v1/namespaces/shop/pods/web/log')).body,
    'for ACME-masked-by-sallyport-customers\n',
  );
});

test('tables are not asked for where a cell could hold what is masked at its place', async () => {
  const table = 'application/json;as=Table;v=v1;g=meta.k8s.io';
  const asked = upstreamAnswers(MAPS, '{"items":[]}');
  await get('dev', MAPS, { accept: `${table},application/json` });
  await get('other', MAPS, { accept: `${table},application/json` });
  assert.deepEqual(
    asked.map(({ headers }) => headers.accept),
    ['application/json', `${table},application/json`],
  );
  const refused = await get('dev', MAPS, { accept: table });
  assert.deepEqual([refused.status, asked.length], [406, 2]);
});

test('a rule shows one place of one object to one caller; the intent is in the journal first, with the number of values and none of them', async () => {
  upstreamAnswers(`${MAPS}/app`, map);
  const reply = await get('reader', `${MAPS}/app`);
  const object = JSON.parse(reply.body) as {
    data: Record<string, string>;
    metadata: { labels: Record<string, string> };
  };
  assert.equal(object.data['url'], canary);
  assert.match(object.metadata.labels['team'] ?? '', /^masked-by-sallyport-/);
  upstreamAnswers(MAPS, `{"items":[${map}]}`);
  assert.ok(!(await get('reader', MAPS)).body.includes(canary));
  const events = await world.events();
  const permitted = events.filter((event) => event.type === 'exchange.permitted' && event.unmask !== undefined);
  assert.deepEqual(
    permitted.map((event) => 'unmask' in event && event.unmask),
    [['data.url']],
  );
  const ended = events.find((event) => event.type === 'exchange.ended' && event.output?.shown !== undefined);
  assert.deepEqual(ended?.type === 'exchange.ended' && ended.output, { masked: 1, neutralised: 0, shown: 1 });
  assert.ok(!JSON.stringify(events).includes(canary) && !world.log().includes(canary));
});

test('T73: nobody selects by a masked label, or tests a masked key, for whom it is masked', async () => {
  const asked = upstreamAnswers(MAPS, '{"items":[]}');
  const refused = await get('dev', `${MAPS}?labelSelector=team%3Dred`);
  assert.equal(refused.status, 422);
  assert.match(refused.body, /nobody may ask what is masked: a selector by the label `team`/);
  assert.equal(asked.length, 0);
  assert.equal((await get('other', `${MAPS}?labelSelector=team%3Dred`)).status, 200);
});

test('a changed policy changes the masks with the rules', async () => {
  const { writeFile } = await import('node:fs/promises');
  upstreamAnswers(`${MAPS}/app`, map);
  assert.ok(!(await get('dev', `${MAPS}/app`)).body.includes('ACME-12345678'));
  await writeFile(world.policyFile, policy(''));
  await world.gateway.lookAtPolicy();
  assert.ok((await get('dev', `${MAPS}/app`)).body.includes('ACME-12345678'));
});
