// A held request before two gateways, processes of their own, on one real PostgreSQL: whichever is answered, and whichever dies, it runs once or not at all; the same on
// the stand-in and on a real API server.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Agent, request } from 'undici';
import { startIssuer } from '../../demo/issuer.ts';
import { leftOut } from './left-out.ts';
import { postgresPrograms } from './postgres.ts';
import type { RaceCluster } from './race-world.ts';
import { type SharedGateway, type SharedWorld, startSharedWorld } from './shared-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods, configmaps] }
  - { id: make, effect: allow, verbs: [create], apiGroups: [""], resources: [configmaps] }
  - { id: held, effect: hold, verbs: [delete], apiGroups: [""], resources: [configmaps], hold: { approvers: [{ groups: [leads] }] } }
  - { id: held-make, effect: hold, verbs: [create], apiGroups: [""], resources: [configmaps], namespaces: [held-twice], hold: { approvers: [{ groups: [leads] }] } }
`;

/** The suite, on the cluster that `start` gives. */
export function heldSeveralSuite(where: string, start: () => Promise<RaceCluster>): void {
  const programs = postgresPrograms();
  if (programs === undefined)
    leftOut(`held requests before several gateways, ${where}`, 'install PostgreSQL 15 (`apt-get install postgresql`)');
  else describe(`held requests before several gateways, ${where}`, () => suite(programs, start));
}

interface Asked {
  readonly id: string;
  readonly digest: string;
  readonly preview: string;
  readonly shown: { readonly operation: string };
}

/** The gateways, who asks, and who answers. */
class Held {
  readonly world: SharedWorld;
  readonly token: string;
  readonly lead: string;
  readonly mate: string;
  readonly #stop: () => Promise<void>;

  private constructor(
    world: SharedWorld,
    [token, lead, mate]: readonly [string, string, string],
    stop: () => Promise<void>,
  ) {
    this.world = world;
    this.token = token;
    this.lead = lead;
    this.mate = mate;
    this.#stop = stop;
  }

  static async start(folder: string, startCluster: () => Promise<RaceCluster>): Promise<Held> {
    const people = await startIssuer();
    const { cluster, adminToken, stop } = await startCluster();
    const world = await startSharedWorld(folder, { policy: POLICY, people, cluster });
    const { url, caPem } = cluster ?? world.standin;
    await makeNamespaces(url, caPem, adminToken ?? world.standin.adminToken);
    const token = await world.issuer.tokenFor('dev', ['ops']);
    const [lead, mate] = [await people.tokenFor('lea', ['leads']), await people.tokenFor('max', ['leads'])];
    return new Held(world, [token, lead, mate], async () => {
      await world.stop();
      await people.close();
      stop?.();
    });
  }

  stop(): Promise<void> {
    return this.#stop();
  }

  async make(gateway: SharedGateway, name: string): Promise<void> {
    const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: {} };
    const made = await this.world.ask(gateway, this.token, 'POST', ONCE, body);
    assert.equal(made.status, 201, JSON.stringify(made.body));
  }

  /** The question about an object that waits, once what it would do is in it. */
  async question(gateway: SharedGateway, name: string) {
    for (;;) {
      const found = (await this.#pending(gateway)).find(
        ({ shown, preview }) => preview !== 'looking' && shown.operation.includes(`\`${name}\``),
      );
      if (found !== undefined) return found;
    }
  }

  /** Those that wait, once so many do and what each would do is in it. */
  async waiting(gateway: SharedGateway, count: number): Promise<readonly Asked[]> {
    for (;;) {
      const items = await this.#pending(gateway);
      if (items.length === count && items.every(({ preview }) => preview !== 'looking')) return items;
    }
  }

  approve(gateway: SharedGateway, { id, digest }: Asked, who = this.lead) {
    return this.world.ask(gateway, who, 'POST', `/api/v1/approvals/${id}/approve`, { digest });
  }

  /** Says no to whatever is still asked, until all of this is over. */
  async settled<Result>(gateway: SharedGateway, work: Promise<Result>): Promise<Result> {
    let isOver = false;
    const over = work.finally(() => {
      isOver = true;
    });
    while (!isOver)
      for (const { id, digest } of await this.#pending(gateway))
        await this.world.ask(gateway, this.lead, 'POST', `/api/v1/approvals/${id}/reject`, { digest });
    return over;
  }

  async #pending(gateway: SharedGateway): Promise<readonly Asked[]> {
    return (await this.world.ask(gateway, this.lead, 'GET', '/api/v1/approvals?state=pending')).body.items;
  }
}

const ONCE = '/api/v1/namespaces/held-once/configmaps';
const TWICE = '/api/v1/namespaces/held-twice/configmaps';
const at = (name: string) => `${ONCE}/${name}`;

function suite(folder: string, startCluster: () => Promise<RaceCluster>): void {
  let held: Held;
  before(async () => {
    held = await Held.start(folder, startCluster);
  });
  after(() => held.stop());
  twiceAtOnce(() => held);
  answeredElsewhere(() => held);
}

function twiceAtOnce(started: () => Held): void {
  test('T59: two persons say yes at once at two gateways to what is tried at both, 200 times: each runs once', async () => {
    const held = started();
    const [one, other] = await Promise.all([held.world.start(), held.world.start()]);
    const [times, atOnce] = [200, 20];
    for (let from = 0; from < times; from += atOnce) {
      const tries = Array.from({ length: atOnce }, (_, at) => {
        const metadata = { generateName: `t${from + at}-` };
        const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata };
        return Promise.all([one, other].map((gateway) => held.world.ask(gateway, held.token, 'POST', TWICE, body)));
      });
      const asked = await held.waiting(other, atOnce);
      const said = await Promise.all(
        asked.map((each) => Promise.all([held.approve(one, each), held.approve(other, each, held.mate)])),
      );
      for (const answers of said) assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      // A try that came too late to join asks anew, and nobody says yes to that.
      for (const answers of await held.settled(one, Promise.all(tries)))
        assert.equal(answers.filter(({ status }) => status === 201).length, 1, JSON.stringify(answers));
    }
    const { body } = await held.world.ask(one, held.token, 'GET', `${TWICE}?limit=1000`);
    const made = body.items.flatMap(
      ({ metadata: { generateName } }: { metadata: { generateName?: string } }) => generateName ?? [],
    );
    assert.deepEqual([made.length, new Set(made).size], [times, times]);
  });
}

function answeredElsewhere(started: () => Held): void {
  test('what waits at one gateway is answered at the other, and runs at once', async () => {
    const held = started();
    const [one, other] = await Promise.all([held.world.start(), held.world.start()]);
    await held.make(one, 'answered');
    const waiting = held.world.ask(one, held.token, 'DELETE', at('answered'));
    const asked = await held.question(other, 'answered');
    assert.equal((await held.approve(other, asked)).status, 200);
    assert.equal((await waiting).status, 200);
    const again = await held.world.ask(other, held.lead, 'GET', `/api/v1/approvals/${asked.id}`);
    assert.equal(again.body.state, 'approved');
  });

  test('T59, T75: a gateway is killed while it holds: the next try joins the same question elsewhere, and its yes is used once', async () => {
    const held = started();
    const [one, other] = await Promise.all([held.world.start(), held.world.start()]);
    await held.make(one, 'killed');
    const waiting = held.world.ask(one, held.token, 'DELETE', at('killed')).catch((error: Error) => error);
    const asked = await held.question(other, 'killed');
    one.child.kill('SIGKILL');
    await one.child.ended;
    assert.ok((await waiting) instanceof Error);
    const retried = held.world.ask(other, held.token, 'DELETE', at('killed'));
    // It attends the question from now on; who answers sees the same one.
    assert.equal((await held.approve(other, asked)).status, 200);
    assert.equal((await retried).status, 200);
    for (;;) {
      const { body } = await held.world.ask(other, held.lead, 'GET', `/api/v1/approvals/${asked.id}`);
      assert.equal(body.state, 'approved');
      if (body.exchange === 'forwarded') continue;
      assert.deepEqual([body.exchange, body.status], ['answered', 200]);
      break;
    }
    const left = await held.world.ask(other, held.token, 'GET', ONCE);
    assert.ok(!left.body.items.some(({ metadata }: { metadata: { name: string } }) => metadata.name === 'killed'));
  });

  test('T75: a gateway is killed after the yes and before its caller came back: the yes waits for the caller, and is good at the other', async () => {
    const held = started();
    const [one, other] = await Promise.all([held.world.start(), held.world.start()]);
    await held.make(one, 'claimed');
    const told = await held.world.ask(one, held.token, 'DELETE', `${at('claimed')}?timeout=1s`);
    assert.equal(told.status, 429);
    const asked = await held.question(one, 'claimed');
    assert.equal((await held.approve(one, asked)).status, 200);
    one.child.kill('SIGKILL');
    await one.child.ended;
    assert.equal((await held.world.ask(other, held.token, 'DELETE', `${at('claimed')}?timeout=1s`)).status, 200);
    const second = await held.world.ask(other, held.token, 'DELETE', `${at('claimed')}?timeout=1s`);
    assert.notEqual(second.status, 200, 'used once');
  });
}

async function makeNamespaces(url: string, ca: string, token: string): Promise<void> {
  const dispatcher = new Agent({ connect: { ca } });
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  for (const name of ['held-once', 'held-twice']) {
    const body = JSON.stringify({ metadata: { name } });
    const reply = await request(`${url}/api/v1/namespaces`, { method: 'POST', dispatcher, headers, body });
    assert.equal(reply.statusCode, 201, await reply.body.text());
  }
  await dispatcher.close();
}
