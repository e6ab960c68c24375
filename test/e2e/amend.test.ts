import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get], apiGroups: [""], resources: [configmaps] }
  - id: try-deletes
    effect: allow
    verbs: [delete]
    apiGroups: [""]
    resources: [configmaps]
    amend: [{ forceDryRun: true }]
  - id: label-what-is-made
    effect: allow
    verbs: [create, patch]
    apiGroups: [""]
    resources: [configmaps]
    amend:
      - label: { key: made-by, value: sallyport }
      - remove: { path: /data/unwanted }
  - id: short-lists
    effect: allow
    verbs: [list]
    apiGroups: [""]
    resources: [configmaps]
    amend: [{ query: { key: limit, max: 2 } }]
`;

let world: SmallWorld;
let token: string;
const uri = '/api/v1/namespaces/shop/configmaps';

before(async () => {
  world = await startSmallWorld({ policy: POLICY });
  token = await world.token('dev');
});
after(() => world.stop());

function make(name: string): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  const body = JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name },
    data: { wanted: 'a', unwanted: 'b' },
  });
  return world.ask({ token, method: 'POST', uri, headers: { 'content-type': 'application/json' }, body });
}

test('labels are added and fields removed before anything is stored, and the caller is told', async () => {
  const { status, body, headers } = await make('one');
  assert.equal(status, 201, body);
  const object = JSON.parse(body);
  assert.equal(object.metadata.labels['made-by'], 'sallyport');
  assert.deepEqual(object.data, { wanted: 'a' });
  assert.match(String(headers['warning']), /label made-by added/);
});

test('T59: a patch that would drop what a rule adds is refused', async () => {
  await make('three');
  const headers = { 'content-type': 'application/strategic-merge-patch+json' };
  const patch = (metadata: object) =>
    world.ask({ token, method: 'PATCH', uri: `${uri}/three`, headers, body: JSON.stringify({ metadata }) });
  assert.equal((await patch({ labels: { other: 'a' } })).status, 200);
  for (const metadata of [{ labels: { $patch: 'delete' } }, { $patch: 'replace' }, { $retainKeys: ['name'] }]) {
    const { status, body } = await patch(metadata);
    assert.equal(status, 400, body);
    assert.match(body, /BODY_UNREADABLE/);
  }
  assert.equal(JSON.parse((await world.ask({ token, uri: `${uri}/three` })).body).metadata.labels.other, 'a');
});

test('a delete becomes a dry run: it is answered and nothing is gone', async () => {
  await make('two');
  const deleted = await world.ask({ token, method: 'DELETE', uri: `${uri}/two` });
  assert.equal(deleted.status, 200, deleted.body);
  assert.equal((await world.ask({ token, uri: `${uri}/two` })).status, 200);
});

for (const [query, expected] of [
  ['', 2],
  ['?limit=1', 1],
  ['?limit=50', 2],
  ['?limit=0', 2],
  ['?limit=x', 2],
] as const) {
  test(`a list${query} is capped at its limit`, async () => {
    const { body } = await world.ask({ token, uri: uri + query });
    assert.equal((JSON.parse(body).items ?? []).length, expected, body);
  });
}

test('the journal has what was asked and what was forwarded', async () => {
  const events = await world.events();
  const permitted = events.find(
    (event) => event.type === 'exchange.permitted' && event.amended?.operation.verb === 'delete',
  );
  assert.ok(permitted?.type === 'exchange.permitted');
  assert.deepEqual(permitted.amended?.operation.query, [['dryRun', 'All']]);
  const begun = events.find((event) => event.type === 'exchange.begun' && event.exchange === permitted.exchange);
  assert.ok(begun?.type === 'exchange.begun');
  assert.deepEqual(begun.operation?.query, []);
});
