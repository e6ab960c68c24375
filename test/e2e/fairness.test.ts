/* One caller, or nobody in particular, asks at full speed: others are served, and neither the journal, the log nor the issuer gets it all. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FAILURE_LIMITS } from '../../src/identity/failed-tokens.ts';
import { LOG_LIMITS } from '../../src/main/log-limit.ts';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const PODS = '/api/v1/namespaces/shop/pods';

async function worldOf(t: TestContext, config = ''): Promise<SmallWorld> {
  const world = await startSmallWorld({ config });
  t.after(() => world.stop());
  return world;
}

/** A world in which reading ConfigMaps takes some milliseconds of conditions. */
function dearWorld({ config = '', length = 30 } = {}): Promise<SmallWorld> {
  const list = `[${Array.from({ length }, (_, i) => i).join(',')}]`;
  return startSmallWorld({
    config,
    policy: `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: plain, effect: allow, verbs: [get, list], apiGroups: [""], resources: [pods] }
  - id: dear
    effect: allow
    verbs: [get]
    apiGroups: [""]
    resources: [configmaps]
    when: "${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))"
`,
  });
}

/** The statuses of so many requests, a hundred under way at once, and how often each came. */
async function flood(count: number, ask: (n: number) => Promise<{ readonly status: number }>) {
  const statuses = new Map<number, number>();
  let next = 0;
  const one = async () => {
    for (let n = next++; n < count; n = next++) {
      const { status } = await ask(n);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: 100 }, one));
  return Object.fromEntries(statuses);
}

async function metric(world: SmallWorld, name: string): Promise<number> {
  const text = await (await fetch(`${world.gateway.privateUrl}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'gm'))];
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}

test('requestsPerCallerBurstMax: a caller that asks too fast is told so, others are served, and the journal has one count of it', async (t) => {
  const world = await worldOf(t, 'limits: { requestsPerCallerPerSecond: 1, requestsPerCallerBurstMax: 50 }\n');
  const [fast, other] = [await world.token('fast'), await world.token('other')];
  const statuses = await flood(200, () => world.ask({ token: fast, uri: PODS }));
  const refused = statuses[429] ?? 0;
  assert.ok(refused > 100 && (statuses[200] ?? 0) >= 5, JSON.stringify(statuses));
  const told = await world.ask({ token: await world.token('other'), uri: PODS });
  assert.equal(told.status, 200);
  for (let i = 0; i < 4; i++) assert.equal((await world.ask({ token: other, uri: PODS })).status, 200);
  const last = await world.ask({ token: fast, uri: PODS });
  if (last.status === 429) {
    assert.equal(last.headers['retry-after'], '1');
    assert.match(last.body, /CALLER_THROTTLED/);
  }
  const all = refused + (last.status === 429 ? 1 : 0);
  assert.equal(await metric(world, 'sallyport_throttled_total'), all);
  await world.gateway.stop('the test reads the journal');
  const events = await world.events();
  const ofFast = events.filter((event) => event.type === 'exchange.begun' && event.caller.subject === 'fast');
  assert.equal(ofFast.length, 201 - all);
  const counts = events.flatMap((event) => (event.type === 'caller.throttled' ? [event] : []));
  assert.deepEqual([...new Set(counts.map(({ caller }) => caller.subject))], ['fast']);
  assert.equal(
    counts.reduce((sum, { requests }) => sum + requests, 0),
    all,
  );
  assert.match(world.log(), /a caller asked faster than it may/);
});

test('conditions that take long count as requests of their caller, whose next ones wait; others are served', async (t) => {
  const world = await dearWorld({
    config: 'limits: { requestsPerCallerPerSecond: 1, requestsPerCallerBurstMax: 30 }\n',
  });
  t.after(() => world.stop());
  const [dear, other] = [await world.token('dear'), await world.token('other')];
  const statuses: number[] = [];
  while (statuses.at(-1) !== 429 && statuses.length < 30) {
    const { status } = await world.ask({ token: dear, uri: '/api/v1/namespaces/shop/configmaps/settings' });
    statuses.push(status);
  }
  assert.equal(statuses.at(-1), 429, statuses.join());
  assert.equal(statuses[0], 200);
  for (let i = 0; i < 20; i++) assert.equal((await world.ask({ token: other, uri: PODS })).status, 200);
});

test('of many dear requests at once one begins after the other, and a small one of another caller goes between', async (t) => {
  const world = await dearWorld({ length: 20 });
  t.after(() => world.stop());
  const [dear, other] = [await world.token('dear'), await world.token('other')];
  const settings = '/api/v1/namespaces/shop/configmaps/settings';
  for (const [token, uri] of [
    [other, PODS],
    [dear, settings],
  ] as const)
    assert.equal((await world.ask({ token, uri })).status, 200);
  const answered: string[] = [];
  const asked = (name: string, token: string, uri: string) =>
    world.ask({ token, uri }).then(({ status }) => answered.push(`${name} ${status}`));
  const many = Array.from({ length: 20 }, () => asked('dear', dear, settings));
  await Promise.all([...many, asked('other', other, PODS)]);
  // On a slow machine some wait for longer than they may.
  assert.deepEqual([...new Set(answered)].filter((each) => each !== 'dear 429').sort(), ['dear 200', 'other 200']);
  assert.ok(answered.indexOf('other 200') < 10, answered.join());
});

test('a flood of tokens that nobody made: it is counted, neither journal nor log has it all, and who is known goes on', async (t) => {
  const world = await worldOf(t);
  const token = await world.token('dev');
  assert.equal((await world.ask({ token, uri: PODS })).status, 200);
  const [header, claims] = token.split('.') as [string, string];
  const count = FAILURE_LIMITS.failuresPerAddressBurstMax * 2;
  const forged = (n: number) => `${header}.${claims}.${Buffer.from(`no signature ${n}`).toString('base64url')}`;
  const statuses = await flood(count, (n) => world.ask({ token: forged(n), uri: PODS }));
  assert.deepEqual(Object.keys(statuses), ['401', '429']);
  assert.equal((await world.ask({ token, uri: PODS })).status, 200);
  assert.equal(await metric(world, 'sallyport_unauthenticated_total'), count);
  await world.gateway.stop('the test reads the journal');
  assert.equal((await world.events()).filter(({ type }) => type === 'exchange.begun').length, 2);
  const lines = world
    .log()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string; leftOut?: Record<string, number> });
  const single = lines.filter(({ msg }) => msg === 'not authenticated').length;
  assert.ok(single >= LOG_LIMITS.linesPerAddressBurstMax && single < count / 2);
  const leftOut = lines.flatMap((line) => Object.values(line.leftOut ?? {}));
  assert.equal(
    leftOut.reduce((sum, many) => sum + many, single),
    count,
  );
});
