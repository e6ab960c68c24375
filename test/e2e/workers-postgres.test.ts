// Two workers of one gateway on a real PostgreSQL: what holds over all gateways of a database holds over the workers of one, whatever becomes of a worker or of the database.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { systemClock } from '../../src/std/clock.ts';
import { migratePostgres } from '../../src/store/postgres-backend.ts';
import { leftOut } from '../support/left-out.ts';
import { type Postgres, postgresPrograms, startPostgres } from '../support/postgres.ts';
import { type Connection, startWorkersWorld, type WorkersWorld } from '../support/workers-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: ["*"]
roles: [{ role: operator, callers: [{ groups: [admins] }] }]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: [""], resources: [pods], namespaces: [shop] }
  - { id: config, effect: request, verbs: [get, list, watch], apiGroups: [""], resources: [configmaps], namespaces: [shop] }
  - { id: counted, effect: request, verbs: [get], apiGroups: [""], resources: [services], namespaces: [shop], request: { usesMax: 4 } }
`;

const PODS = '/api/v1/namespaces/shop/pods';
const CONFIG = '/api/v1/namespaces/shop/configmaps';
const SERVICE = '/api/v1/namespaces/shop/services/web';

const programs = postgresPrograms();
if (programs === undefined)
  leftOut('the workers of a gateway on PostgreSQL', 'install PostgreSQL 15 (`apt-get install postgresql`)');
else suite(programs);

function suite(at: string): void {
  let folder: string;
  let database: Postgres;
  let world: WorkersWorld;
  let one: Connection;
  let other: Connection;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-workers-'));
    database = await startPostgres(at);
    database.create('store');
    const url = database.url('store');
    await migratePostgres({ url, clock: systemClock, feedLostMs: 10_000 }, undefined);
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    const store = `{ postgres: { urlFile: ${file('url', url)} }, keyFile: ${file('store.key', Buffer.alloc(48, 7).toString('base64'))} }`;
    world = await startWorkersWorld(
      POLICY,
      `store: ${store}\nmasks: { keyFile: ${file('mask.key', '07'.repeat(32))} }\n`,
    );
    [one, other] = await world.each();
  });
  after(async () => {
    await world.stop();
    await database.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const turn = () => new Promise(setImmediate);
  const grant = (token: string, resource: string, verbs: readonly string[]) =>
    world.control('POST', '/api/v1/grants', token, {
      scopes: [{ target: 'target-0', verbs, resources: [resource], namespaces: ['shop'] }],
    });
  const becomes = async (each: Connection, path: string, token: string, status: number) => {
    while ((await each.ask('GET', path, token)).status !== status) await turn();
  };

  test('T60: a grant holds at both, its end ends the streams of both, and so does a kill', async () => {
    const [dev, ada] = [await world.caller('dev-1'), await world.operator()];
    const given = await grant(dev, 'configmaps', ['get', 'list', 'watch']);
    assert.equal(given.status, 201, JSON.stringify(given.body));
    const granted = [];
    const standing = [];
    for (const each of [one, other]) {
      await becomes(each, CONFIG, dev, 200);
      granted.push(await each.watch(`${CONFIG}?watch=1`, dev));
    }
    await world.control('POST', `/api/v1/grants/${given.body.id}/release`, dev, {});
    for (const { text } of granted) assert.match(await text, /the grant ended: it was given back/);
    for (const each of [one, other]) standing.push(await each.watch(`${PODS}?watch=1`, dev));
    const stop = { what: 'caller', value: 'ci:dev-1', reason: 'runs wild' };
    const kill = await world.control('POST', '/api/v1/kills', ada, stop);
    assert.equal(kill.status, 201, JSON.stringify(kill.body));
    for (const { text } of standing) assert.match(await text, /runs wild/);
    for (const each of [one, other]) await becomes(each, PODS, dev, 403);
    await world.control('DELETE', `/api/v1/kills/${kill.body.id}`, ada);
    for (const each of [one, other]) await becomes(each, PODS, dev, 200);
  });

  test('T59: uses are counted once over both while they are asked at once, and the database is restarted', async () => {
    const dev = await world.caller('dev-2');
    const { body } = await grant(dev, 'services', ['get']);
    assert.equal(body.usesMax, 4, JSON.stringify(body));
    let allowed = 0;
    let isOver = false;
    const asking = [one, other].map(async (each) => {
      while (!isOver) {
        if ((await each.ask('GET', SERVICE, dev)).status === 200) allowed++;
        assert.equal((await each.ask('GET', PODS, dev)).status, 200, 'what a standing rule allows goes on');
        await turn();
      }
    });
    while (allowed === 0) await turn();
    await database.restart();
    const state = async () => (await world.control('GET', `/api/v1/grants/${body.id}`, dev)).body.state;
    while ((await state()) !== 'ended') await turn();
    isOver = true;
    await Promise.all(asking);
    assert.ok(allowed <= 4, String(allowed));
    assert.equal((await one.ask('GET', SERVICE, dev)).status, 403);
    assert.equal((await other.ask('GET', SERVICE, dev)).status, 403);
  });

  test('a worker that is killed is replaced by one that knows what holds', async () => {
    const dev = await world.caller('dev-3');
    await grant(dev, 'configmaps', ['get', 'list', 'watch']);
    await becomes(other, CONFIG, dev, 200);
    process.kill(world.pidOf(2), 'SIGKILL');
    await world.served(3);
    while ((await world.ready()) !== 'ready\n') await turn();
    [one, other] = await world.each();
    for (const each of [one, other]) assert.equal((await each.ask('GET', CONFIG, dev)).status, 200);
  });
}
