/* What stands between gateway and API server may take our impersonation away; nothing is sent to a target that is not proven to see the callers. */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { startSmallWorld } from '../support/small-world.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const REVIEW = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const ACCESS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

type Answer = (request: IncomingMessage, response: ServerResponse) => boolean;

/** A world before an upstream that answers as told; `asked` are the requests that came with the forwarding credential. */
async function worldBefore(t: TestContext, answer: Answer, target = '') {
  const asked: string[] = [];
  let impersonatorToken = '';
  const state = { answer };
  const world = await startSmallWorld({
    target,
    front: {
      onRequest(request, response) {
        if (request.headers.authorization === `Bearer ${impersonatorToken}`)
          asked.push(`${request.method} ${request.url} as ${request.headers['impersonate-user']}`);
        return state.answer(request, response);
      },
    },
  });
  t.after(() => world.stop());
  impersonatorToken = world.standin.impersonatorToken;
  const token = await world.token('dev');
  const ask = async (uri = PODS) => {
    const { status, body } = await world.ask({ token, uri });
    return `${status} ${/"SallyportCode","message":"(\w+)"/.exec(body)?.[1] ?? ''}`.trim();
  };
  const readyz = async () => {
    const reply = await fetch(`${world.gateway.privateUrl}/readyz`);
    return { status: reply.status, text: await reply.text() };
  };
  return { world, ask, asked, readyz, state };
}

const reply = (response: ServerResponse, status: number, body: object = {}): true => {
  const text = JSON.stringify(body);
  response
    .writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) })
    .end(text);
  return true;
};
const sees = (username: string): Answer => {
  return ({ url }, response) => url === REVIEW && reply(response, 201, { status: { userInfo: { username } } });
};
const theirs: Answer = () => false;

test('upstream is asked once whom it sees, as a name that is nobody’s, before the first request', async (t) => {
  const { ask, asked } = await worldBefore(t, theirs);
  assert.deepEqual(await Promise.all([ask(), ask(), ask()]), ['200', '200', '200']);
  assert.equal(asked[0], `POST ${REVIEW} as sallyport:probe`);
  assert.equal(asked.filter((each) => each.includes(REVIEW)).length, 1);
});

test('T3: a target that drops our impersonation gets nothing, for that target alone, and the log and /readyz say so', async (t) => {
  const { world, ask, asked, readyz, state } = await worldBefore(t, sees('system:serviceaccount:sallyport:gateway'));
  assert.equal(await ask(), '503 TARGET_UNPROVEN');
  assert.equal(await ask(), '503 TARGET_UNPROVEN');
  assert.deepEqual(asked, [`POST ${REVIEW} as sallyport:probe`]);
  assert.match(world.log(), /asked as `sallyport:probe`, it saw `system:serviceaccount:sallyport:gateway`/);
  const told = await readyz();
  assert.equal(told.status, 200);
  assert.match(told.text, /the target does not see for whom the gateway asks/);
  state.answer = theirs;
  while ((await ask()) !== '200');
  assert.doesNotMatch((await readyz()).text, /does not see/);
});

const UNASKED: readonly (readonly [string, Answer])[] = [
  ['does not answer', ({ url }, response) => url === REVIEW && !!response.destroy()],
  ['fails', ({ url }, response) => url === REVIEW && reply(response, 500)],
  ['answers something else', ({ url }, response) => url === REVIEW && reply(response, 201, { status: {} })],
  ['does not let the probe ask', ({ url }, response) => url === REVIEW && reply(response, 403, { kind: 'Status', details: { kind: 'selfsubjectreviews' } })],
  ['does not let us be the probe', ({ url }, response) => url === REVIEW && reply(response, 403, { kind: 'Status', details: { kind: 'users', name: 'sallyport:probe' } })],
]; // biome-ignore format: a table

for (const [name, answer] of UNASKED) {
  test(`an upstream that ${name} gets nothing`, async (t) => {
    const { ask, asked, readyz } = await worldBefore(t, answer);
    assert.equal(await ask(), '503 TARGET_UNPROVEN');
    assert.ok(asked.every((each) => each.includes(REVIEW)));
    assert.equal((await readyz()).status, 200);
  });
}

for (const [allowed, expected] of [
  [false, '200'],
  [true, '503 TARGET_UNPROVEN'],
] as const) {
  test(`before Kubernetes 1.28 the probe is asked for a right that it must not have; it is ${allowed ? '' : 'not '}allowed`, async (t) => {
    const { ask, asked } = await worldBefore(t, ({ url }, response) => {
      if (url === REVIEW) return reply(response, 404);
      return url === ACCESS && reply(response, 201, { status: { allowed } });
    });
    assert.equal(await ask(), expected);
    assert.equal(asked[1], `POST ${ACCESS} as sallyport:probe`);
  });
}

test('a target that sees the gateway’s own credential is not asked', async (t) => {
  const { ask, asked } = await worldBefore(t, theirs, '    upstreamIdentity: credential\n');
  await ask();
  assert.ok(asked.length > 0 && asked.every((each) => !each.includes(REVIEW)));
});
