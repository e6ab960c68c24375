// `workers: 2`: several processes that are one gateway to whoever asks, watches, grants and stops; and what becomes of it when one of them, or what keeps them, is killed.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeLoopbackCertificate } from '../../demo/standin/certificate.ts';
import { journalsIn } from '../../src/segments/worker-journals.ts';
import { hasGroup, runChild } from '../support/child.ts';
import { CLI, makeSite, type Running } from '../support/gateway-process.ts';
import { journalOf } from '../support/journal-of.ts';
import { servedName } from '../support/served-name.ts';
import { type Connection, startWorkersWorld, type WorkersWorld } from '../support/workers-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: ["*"]
roles: [{ role: operator, callers: [{ groups: [admins] }] }, { role: auditor, callers: [{ groups: [admins] }] }]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: [""], resources: [pods], namespaces: [shop] }
  - { id: make, effect: allow, verbs: [create, delete], apiGroups: [""], resources: [configmaps], namespaces: [shop] }
  - { id: config, effect: request, verbs: [get, list, watch], apiGroups: [""], resources: [configmaps], namespaces: [shop] }
  - { id: few, effect: allow, verbs: [get], apiGroups: [""], resources: [services], namespaces: [shop] }
  - { id: held, effect: hold, verbs: [create], apiGroups: [""], resources: [configmaps], namespaces: [default], hold: { approvers: [{ groups: [admins] }] } }
budgets:
  - { id: made, of: changes, max: 6, per: 1h, over: deny, callers: [{ subjects: ["ci:spender"] }] }
`;

const PODS = '/api/v1/namespaces/shop/pods';
const CONFIG = '/api/v1/namespaces/shop/configmaps';
const [program, ...cli] = CLI;

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } });
const turn = () => new Promise(setImmediate);

async function verified(world: WorkersWorld) {
  const { code, output } = await runChild(program, [...cli, 'journal', 'verify', '--config', world.site.configFile]);
  return { code, output };
}

describe('two workers', () => {
  let world: WorkersWorld;
  let one: Connection;
  let other: Connection;
  before(async () => {
    world = await startWorkersWorld(POLICY, 'limits: { stopTimeoutMs: 200, heldPerCallerMax: 2 }\n');
    [one, other] = await world.each();
  });
  after(() => world.stop());

  test('they serve one port, connections in turn, and answer as one', async () => {
    const dev = await world.caller('dev');
    const connections: Connection[] = [];
    for (let i = 0; i < 20; i++) {
      connections.push(world.connect());
      assert.equal((await connections.at(-1)?.ask('GET', PODS, dev))?.status, 200);
    }
    const counts = [
      ...(await world.metrics()).matchAll(/^sallyport_exchanges_total\{.*code="200".*worker="(\d)"\} (\d+)$/gm),
    ];
    assert.deepEqual(
      counts.map(([, worker, count]) => [worker, count]),
      [
        ['1', '10'],
        ['2', '10'],
      ],
    );
    assert.equal(await world.ready(), 'ready\n');
    await Promise.all(connections.map((connection) => connection.close()));
  });

  test('T60: a grant that is asked of the one holds at the other, and its end ends a stream there', async () => {
    const dev = await world.caller('granted');
    for (const each of [one, other]) assert.equal((await each.ask('GET', CONFIG, dev)).status, 403);
    const asked = {
      scopes: [{ target: 'target-0', verbs: ['list', 'watch'], resources: ['configmaps'], namespaces: ['shop'] }],
    };
    const grant = await world.control('POST', '/api/v1/grants', dev, asked);
    assert.equal(grant.status, 201, JSON.stringify(grant.body));
    const streams = [];
    for (const each of [one, other]) {
      while ((await each.ask('GET', CONFIG, dev)).status === 403) await turn();
      streams.push(await each.watch(`${CONFIG}?watch=1`, dev));
    }
    const who = await world.control('GET', '/api/v1/who', await world.operator());
    const streaming = who.body.items.filter(({ subject }: { subject: string }) => subject === 'ci:granted');
    assert.deepEqual(
      streaming.map(({ streams: count }: { streams: number }) => count),
      [1, 1],
      JSON.stringify(who.body),
    );
    const ended = await world.control('POST', `/api/v1/grants/${grant.body.id}/release`, dev, {});
    assert.equal(ended.body.endedBy, 'release', JSON.stringify(ended.body));
    for (const { text } of streams) assert.match(await text, /the grant ended: it was given back/);
  });

  test('T60: a kill stops a caller at both, and what is under way; lifted, both serve it again', async () => {
    const [dev, ada] = [await world.caller('stopped'), await world.operator()];
    const streams = [];
    for (const each of [one, other]) streams.push(await each.watch(`${PODS}?watch=1`, dev));
    const kill = await world.control('POST', '/api/v1/kills', ada, {
      what: 'caller',
      value: 'ci:stopped',
      reason: 'odd',
    });
    assert.equal(kill.status, 201, JSON.stringify(kill.body));
    for (const { text } of streams) assert.match(await text, /odd/);
    for (const each of [one, other])
      assert.equal((await each.ask('GET', PODS, dev)).body.details.causes[0].message, 'KILLED');
    await world.control('DELETE', `/api/v1/kills/${kill.body.id}`, ada);
    for (const each of [one, other]) while ((await each.ask('GET', PODS, dev)).status !== 200) await turn();
  });

  test('the console shows what each has recorded and refused, and ends one stream wherever it is', async () => {
    const [dev, ada] = [await world.caller('seen'), await world.operator()];
    for (const each of [one, other]) {
      assert.equal((await each.ask('GET', PODS, dev)).status, 200);
      assert.equal((await each.ask('GET', '/api/v1/namespaces/shop/secrets', dev)).status, 403);
    }
    const refused = await world.control('GET', '/api/v1/refusals', dev);
    assert.equal(refused.body.items?.length, 2, JSON.stringify(refused.body));
    const sessions = await world.control('GET', '/api/v1/sessions?caller=ci:seen', ada);
    assert.equal(sessions.body.items?.length, 2, JSON.stringify(sessions.body));
    const { text } = await other.watch(`${PODS}?watch=1`, dev);
    const exchanges: { id: string; verb: string; outcome: string }[] = [];
    for (const { id } of sessions.body.items)
      exchanges.push(...(await world.control('GET', `/api/v1/sessions/${id}`, ada)).body.items);
    const [watch, ...more] = exchanges.filter(({ verb }) => verb === 'watch');
    assert.deepEqual([exchanges.length, watch?.outcome, more], [5, 'open', []]);
    const end = await world.control('POST', `/api/v1/exchanges/${watch?.id}/end`, ada, { reason: 'enough' });
    assert.deepEqual(end.body, { id: watch?.id, wasOpen: true });
    assert.match(await text, /an operator ended this: enough/);
    const { parts } = (await world.control('GET', '/api/v1/gateway', ada)).body;
    for (const part of ['journal', 'index'])
      assert.deepEqual(
        parts.filter((each: { part: string }) => each.part === part).map((each: { worker: number }) => each.worker),
        [1, 2],
        JSON.stringify(parts),
      );
  });

  test('a budget holds over both', async () => {
    const dev = await world.caller('spender');
    const made: number[] = [];
    for (let i = 0; i < 10; i++) {
      const each = [one, other][i % 2] as Connection;
      made.push((await each.ask('POST', CONFIG, dev, configMap(`spent-${i}`))).status);
    }
    assert.ok(made.filter((status) => status === 201).length <= 6, made.join());
    assert.ok(made.includes(201) && made.includes(403), made.join());
  });

  test('what waits for a person counts over both, and who answers is told what its caller did at either', async () => {
    const [dev, ada] = [await world.caller('asker'), await world.operator()];
    const make = (each: Connection, name: string) =>
      each.ask('POST', '/api/v1/namespaces/default/configmaps', dev, configMap(name));
    // One that was refused as such a change is, and is in the recordings.
    assert.equal((await other.ask('DELETE', '/api/v1/namespaces/default/configmaps/none', dev)).status, 403);
    const before = '/api/v1/sessions?caller=ci:asker';
    while ((await world.control('GET', before, ada)).body.items.length === 0) await turn();
    const waiting = ['a', 'b'].map((name) => make(other, name));
    const asked = async () => {
      const { body } = await world.control('GET', '/api/v1/approvals?state=pending', ada);
      return body.items as { id: string; digest: string; preview: string }[];
    };
    let questions = await asked();
    while (!questions.every(({ preview }, _, { length }) => length === 2 && preview === 'shown'))
      questions = await asked();
    // What one worker had told the other before is known there when both have answered twice.
    for (let i = 0; i < 2; i++) await world.metrics();
    const { status, body } = await make(one, 'c');
    assert.deepEqual([status, body.details.causes[0].message], [429, 'TOO_MANY_REQUESTS'], JSON.stringify(body));
    for (const { id, digest } of questions) {
      const { before: told } = (await world.control('GET', `/api/v1/approvals/${id}`, ada)).body.shown;
      assert.equal(told.session?.refused, 1, JSON.stringify(told));
      assert.equal(told.session.last.at(-1), 'delete configmaps `none`: refused 403 (DENIED_BY_SILENCE)');
      const said = await world.control('POST', `/api/v1/approvals/${id}/reject`, ada, { digest });
      assert.equal(said.status, 200, JSON.stringify(said.body));
    }
    // On a slow machine they were told to come again before.
    for (const { status: said } of await Promise.all(waiting)) assert.ok([403, 429].includes(said), String(said));
  });

  test('a changed policy is in force at both', async () => {
    const dev = await world.caller('later');
    writeFileSync(world.site.policyFile, POLICY.replace('resources: [services]', 'resources: [endpoints]'));
    world.running.child.kill('SIGHUP');
    const path = '/api/v1/namespaces/shop/endpoints/web';
    for (const each of [one, other]) while ((await each.ask('GET', path, dev)).status === 403) await turn();
  });

  test('a worker that is killed under load is replaced; nothing that was answered is missing, and all journals hold', async () => {
    const dev = await world.caller('loaded');
    const asked: string[] = [];
    let isOver = false;
    const load = async (prefix: string) => {
      for (let i = 0; !isOver; i++) {
        const connection = world.connect();
        const name = `${prefix}-${i}`;
        // What breaks off with its worker was not answered, and may have run.
        const { status } = await connection.ask('DELETE', `${CONFIG}/${name}`, dev).catch(() => ({ status: 0 }));
        if (status === 404) asked.push(name);
        await connection.close();
      }
    };
    const loads = ['a', 'b', 'c', 'd'].map(load);
    for (const [i, worker] of [2, 1].entries()) {
      while (asked.length < 20 * (i + 1)) await turn();
      process.kill(world.pidOf(worker), 'SIGKILL');
      await world.served(3 + i);
      while ((await world.ready()) !== 'ready\n') await turn();
    }
    isOver = true;
    await Promise.all(loads);
    const recorded = new Set<string>();
    for (const folder of journalsIn(world.journal))
      for (const event of await journalOf(folder))
        if (event.type === 'exchange.begun' && event.operation?.verb === 'delete') recorded.add(event.operation.name);
    assert.deepEqual(
      asked.filter((name) => !recorded.has(name)),
      [],
    );
    const { code, output } = await verified(world);
    assert.equal(code, 0, output);
    assert.match(output, /all 2 journals hold/);
    const again = await world.control('GET', '/api/v1/sessions?caller=ci:loaded', await world.operator());
    assert.ok(again.body.items?.length >= 2, JSON.stringify(again.body));
  });

  test('told to stop, each stops in order, and the gateway ends with 0', async () => {
    const dev = await world.caller('last');
    [one, other] = await world.each();
    const streams = [await one.watch(`${PODS}?watch=1`, dev), await other.watch(`${PODS}?watch=1`, dev)];
    world.running.child.kill('SIGTERM');
    assert.equal(await world.running.child.ended, 0, world.running.child.said());
    await Promise.all(streams.map(({ text }) => text));
    for (const folder of journalsIn(world.journal)) {
      const events = await journalOf(folder);
      const last = events.at(-1);
      assert.deepEqual(last?.type === 'gateway.stopped' && last.reason, 'SIGTERM', folder);
    }
    assert.equal((await verified(world)).code, 0);
    const listed = await runChild(program, [
      ...cli,
      'sessions',
      'list',
      '-o',
      'json',
      '--config',
      world.site.configFile,
    ]);
    const { items } = JSON.parse(listed.output) as { items: { caller: { subject: string } }[] };
    assert.equal(items.filter(({ caller }) => caller.subject === 'ci:last').length, 2);
  });
});

test('the rate of a caller holds over both workers', async () => {
  const world = await startWorkersWorld(
    POLICY,
    'limits: { requestsPerCallerPerSecond: 1, requestsPerCallerBurstMax: 10 }\n',
  );
  try {
    const dev = await world.caller('fast');
    const connections = Array.from({ length: 40 }, () => world.connect());
    const startedMs = performance.now();
    const answers = await Promise.all(connections.map((connection) => connection.ask('GET', PODS, dev)));
    const elapsedSeconds = (performance.now() - startedMs) / 1_000;
    const served = answers.filter(({ status }) => status === 200).length;
    // What masks took of the processor counts too, so it may be some fewer.
    assert.ok(served >= 1 && served <= 10 + Math.ceil(elapsedSeconds), `${served} in ${elapsedSeconds} s`);
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200, 429]));
  } finally {
    await world.stop();
  }
});

test('a worker alone is told to stop: it ends in order and is replaced, and who asks again on a new connection, as Go does, loses nothing', async () => {
  const world = await startWorkersWorld(POLICY, 'limits: { drainMs: 500 }\n');
  try {
    const dev = await world.caller('dev');
    let isOver = false;
    const statuses = new Set<number>();
    /** Whether the connection may be used again. An idle one may be closed just when it is used: that request was not taken. */
    const askOn = async (connection: Connection): Promise<boolean> => {
      const reply = await connection.ask('GET', PODS, dev).catch(() => undefined);
      if (reply !== undefined) statuses.add(reply.status);
      return reply !== undefined && reply.headers.connection !== 'close';
    };
    const load = async () => {
      while (!isOver) {
        const connection = world.connect();
        let isGood = true;
        for (let i = 0; i < 5 && isGood; i++) isGood = await askOn(connection);
        await connection.close();
        const again = world.connect();
        // Nobody was told that it may have run: it is asked once more, and answered.
        if (!isGood) statuses.add((await again.ask('GET', PODS, dev)).status);
        await again.close();
      }
    };
    const loads = [load(), load(), load()];
    for (const [i, worker] of [1, 2].entries()) {
      process.kill(world.pidOf(worker), 'SIGTERM');
      await world.served(3 + i);
    }
    isOver = true;
    await Promise.all(loads);
    assert.deepEqual([...statuses], [200]);
    assert.equal((await verified(world)).code, 0);
  } finally {
    await world.stop();
  }
});

test('when what keeps the workers is killed, they end by themselves, and the next gateway starts', async () => {
  const world = await startWorkersWorld(POLICY, 'limits: { stopTimeoutMs: 200 }\n');
  try {
    const dev = await world.caller('dev');
    const [one] = await world.each();
    const stream = await one.watch(`${PODS}?watch=1`, dev);
    world.running.child.kill('SIGKILL');
    await stream.text;
    while (hasGroup(world.running.child.pid)) await turn();
    for (const folder of journalsIn(world.journal)) {
      const last = (await journalOf(folder)).at(-1);
      assert.match(last?.type === 'gateway.stopped' ? last.reason : '', /the process that keeps the workers has ended/);
    }
    await world.site.start();
  } finally {
    await world.stop();
  }
});

test('a changed certificate is shown by every worker, and by one that is started anew, whatever has become of the configuration’s file', async () => {
  const site = await makeSite({
    config: 'workers: 2\nconsole: { port: 0 }\ntls: { certificateFile: tls.crt, keyFile: tls.key }\n',
  });
  const place = async (name: string) => {
    const { certPem, keyPem } = await makeLoopbackCertificate(name, Date.now());
    writeFileSync(join(site.folder, 'tls.crt'), certPem);
    writeFileSync(join(site.folder, 'tls.key'), keyPem);
  };
  try {
    await place('first');
    const { child, url, consoleUrl } = (await site.start()) as Running & { readonly consoleUrl: string };
    /** Connections come to the workers in turn. */
    const shown = async () => [await servedName(url), await servedName(url), await servedName(consoleUrl)];
    assert.deepEqual(await shown(), ['first', 'first', 'first']);
    await place('second');
    for (const worker of [1, 2])
      await child.until(new RegExp(`"worker":${worker},"msg":"a changed certificate is in force"`));
    assert.deepEqual(await shown(), ['second', 'second', 'second']);
    writeFileSync(site.configFile, 'workers: none\n');
    const [, pid] = await child.until(/"worker":2,"pid":(\d+),"msg":"a worker serves"/);
    process.kill(Number(pid), 'SIGKILL');
    await child.until(/(?:"a worker serves"[\s\S]*){3}/);
    assert.deepEqual(await shown(), ['second', 'second', 'second']);
    await place('third');
    while ((await shown()).some((name) => name !== 'third')) await turn();
  } finally {
    await site.stop();
  }
});

test('a worker that cannot start ends the gateway with its own sentence', async () => {
  const world = await startWorkersWorld(POLICY);
  try {
    const { code, output } = await runChild(program, [...cli, 'gateway', '--config', world.site.configFile]);
    assert.match(output, /^sallyport: another gateway has the store `.*store\.db`/m);
    assert.equal(code, 2);
    writeFileSync(join(world.site.folder, 'policy.yaml'), 'rules: no\n');
    world.running.child.kill('SIGKILL');
    while (hasGroup(world.running.child.pid)) await turn();
    const again = await runChild(program, [...cli, 'gateway', '--config', world.site.configFile]);
    assert.match(again.output, /^sallyport: .*policy\.yaml/m);
    assert.equal(again.code, 2);
  } finally {
    await world.stop();
  }
});
