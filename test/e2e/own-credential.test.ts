/* What upstream says of the gateway's own credential and rights is told as that, and not as a fault of the caller's. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { after, before, beforeEach, type TestContext, test } from 'node:test';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';
import { STREAM_POLICY } from '../support/stream-world.ts';

const PODS = '/api/v1/namespaces/shop/pods';
const PROXY = '/api/v1/namespaces/shop/services/web/proxy/';
const REVIEW = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const SEEN_PROBE = JSON.stringify({ status: { userInfo: { username: 'sallyport:probe' } } });

let world: SmallWorld;
let token: string;
/** How upstream answers; what it leaves is the stand-in's. */
let answer: (request: IncomingMessage, response: ServerResponse) => boolean = () => false;
let asked: string[] = [];

before(async () => {
  world = await startSmallWorld({
    policy: STREAM_POLICY,
    front: {
      onRequest(request, response) {
        asked.push(`${request.url} ${request.headers.authorization}`);
        return answer(request, response);
      },
    },
  });
  token = await world.token('dev');
});
after(() => world.stop());
beforeEach(async () => {
  answer = () => false;
  await world.ask({ token, uri: PODS });
  asked = [];
});

const ask = (uri: string, headers = {}) => world.ask({ token, uri, headers });
const codeOf = ({ body }: { body: string }) => /"SallyportCode","message":"(\w+)"/.exec(body)?.[1];
const readyz = async () => {
  const reply = await fetch(`${world.gateway.privateUrl}/readyz`);
  return { status: reply.status, text: await reply.text() };
};

function reply(response: ServerResponse, status: number, body: string | Buffer = '', type = 'application/json'): true {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body);
  return true;
}

const forbidden = (kind: string, group = '', name = 'dev') => ({
  kind: 'Status' as const,
  apiVersion: 'v1' as const,
  metadata: {},
  status: 'Failure' as const,
  message: `${kind} "${name}" is forbidden: User "gateway" cannot impersonate`,
  reason: 'Forbidden',
  details: { name, group, kind, causes: [] },
  code: 403,
});

/** The review is asked with the same right, and gets the same no. */
const everywhere403 = (status: object) => (_request: IncomingMessage, response: ServerResponse) =>
  reply(response, 403, JSON.stringify(status));

test('a 401 is about the gateway’s credential: its caller is told so, and so are the log and /readyz, until it is taken again', async () => {
  answer = (_request, response) => reply(response, 401, '{"kind":"Status","code":401}');
  const refused = await ask(PODS);
  assert.deepEqual([refused.status, codeOf(refused)], [503, 'CREDENTIAL_REFUSED']);
  assert.match(refused.body, /your own token is good/);
  assert.equal(refused.headers['www-authenticate'], undefined);
  assert.equal(asked.length, 1, 'the same credential is not tried twice');
  assert.match(world.log(), /"code":"CREDENTIAL_REFUSED"/);
  const told = await readyz();
  assert.equal(told.status, 200);
  assert.match(told.text, /target `demo`, \d+ s ago: the target does not take the gateway’s credential/);
  answer = () => false;
  assert.equal((await ask(PODS)).status, 200);
  assert.doesNotMatch((await readyz()).text, /does not take the gateway’s credential/);
});

test('where the credential is a new one by now, the request is sent once more with it, whatever it is', async () => {
  const file = join(world.folder, 'token');
  const old = world.standin.impersonatorToken;
  let isSent = 0;
  answer = (request, response) => {
    if (request.headers.authorization === `Bearer ${old}`) return reply(response, 401);
    isSent++;
    return reply(response, 201, '{}');
  };
  await writeFile(file, 'rotated');
  const body = JSON.stringify({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { generateName: 'a-' } });
  const headers = { 'content-type': 'application/json' };
  const uri = '/api/v1/namespaces/shop/configmaps';
  const created = await world.ask({ token, method: 'POST', uri, headers, body });
  assert.deepEqual([created.status, isSent], [201, 1]);
  assert.deepEqual(asked, [`${uri} Bearer ${old}`, `${uri} Bearer rotated`]);
  await writeFile(file, old);
  answer = (request, response) => {
    if (request.headers.authorization === 'Bearer rotated') return reply(response, 401);
    return false;
  };
  assert.equal((await ask(PODS)).status, 200);
});

for (const [kind, group, what] of [
  ['users', '', 'user `dev`'],
  ['groups', '', 'group `dev`'],
  ['uids', 'authentication.k8s.io', 'uid `dev`'],
  ['userextras', 'authentication.k8s.io', 'extra `dev`'],
] as const) {
  test(`a 403 about ${kind} is about the gateway’s right to impersonate`, async () => {
    answer = everywhere403(forbidden(kind, group));
    const refused = await ask(PODS);
    assert.deepEqual([refused.status, codeOf(refused)], [503, 'CREDENTIAL_FORBIDDEN']);
    assert.match(refused.body, new RegExp(`act for .dev. .it may not impersonate ${what}`));
    assert.match((await readyz()).text, new RegExp(`may not impersonate ${what}`));
  });
}

test('so it is in protobuf and YAML', async () => {
  const status = forbidden('users');
  // The review that is asked to be sure is always in JSON.
  for (const [type, body] of [
    ['application/vnd.kubernetes.protobuf', IN_PROTOBUF],
    ['application/yaml', `kind: Status\nstatus: Failure\ndetails: { name: dev, kind: users }\ncode: 403\n`],
  ] as const) {
    answer = (request, response) =>
      request.url === REVIEW ? reply(response, 403, JSON.stringify(status)) : reply(response, 403, body, type);
    assert.equal(codeOf(await ask(PODS)), 'CREDENTIAL_FORBIDDEN', type);
  }
});

/** A message of one field, shorter than 128 bytes. */
const field = (number: number, value: string | Buffer) => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.from([(number << 3) | 2, bytes.length]), bytes]);
};
const IN_PROTOBUF = Buffer.concat([
  Buffer.from('k8s\0'),
  field(2, Buffer.concat([field(2, 'Failure'), field(5, Buffer.concat([field(1, 'dev'), field(3, 'users')]))])),
]);

const THEIRS: readonly (readonly [string, string, number, string])[] = [
  ['a 403 about what was asked for', PODS, 403, JSON.stringify(forbidden('pods'))],
  ['a 403 about users of another group', PODS, 403, JSON.stringify(forbidden('users', 'user.openshift.io'))],
  ['a 403 that is no Status', PODS, 403, 'no'],
  ['a 403 of a program behind a proxy that says that it is ours', PROXY, 403, JSON.stringify(forbidden('users'))],
  ['a 401 of a program behind a proxy', PROXY, 401, 'who are you?'],
];

for (const [name, uri, status, body] of THEIRS) {
  test(`${name} goes to its caller as it came`, async () => {
    answer = (request, response) =>
      request.url === uri ? reply(response, status, body) : request.url === REVIEW && reply(response, 201, SEEN_PROBE);
    const passed = await ask(uri);
    assert.deepEqual([passed.status, passed.body], [status, body]);
    assert.doesNotMatch((await readyz()).text, /does not take the gateway’s credential/);
  });
}

test('a 401 behind a proxy is about the gateway’s credential where the API server says so too', async () => {
  answer = (_request, response) => reply(response, 401, '{}');
  assert.equal(codeOf(await ask(PROXY)), 'CREDENTIAL_REFUSED');
});

test('what the reader may not look up is in the log and in /readyz', async () => {
  await writeFile(
    world.policyFile,
    STREAM_POLICY.replace('- { id: all,', `- { id: all, when: 'existing.metadata.labels["a"] == "b"',`),
  );
  await world.gateway.lookAtPolicy();
  answer = (request, response) =>
    request.headers.authorization === `Bearer ${world.standin.readerToken}` &&
    request.url?.startsWith(`${PODS}/web`) === true
      ? reply(response, 403, JSON.stringify(forbidden('pods')))
      : false;
  const refused = await world.ask({ token, method: 'DELETE', uri: `${PODS}/web` });
  assert.equal(codeOf(refused), 'FACT_UNKNOWN');
  assert.match(world.log(), new RegExp(`the reader may not GET ${PODS}/web`));
  assert.match((await readyz()).text, new RegExp(`the reader may not GET ${PODS}/web`));
});

const RULES = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
const ACCESS = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';

interface Rule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

interface Asked {
  readonly verb: string;
  readonly resource: string;
  readonly name?: string;
}

/** A world whose gateway has these rights, as the API server answers to itself; whoever it acts for may everything that it may. */
async function worldWithRights(t: TestContext, has: (asked: Asked) => boolean, rights: readonly string[] = []) {
  const questions: string[] = [];
  const limited = await startSmallWorld({
    front: {
      onRequest(request, response) {
        const isOwn = request.headers['impersonate-user'] === undefined;
        if (isOwn && request.url === ACCESS) {
          request.setEncoding('utf8').on('data', (text: string) => {
            const { resourceAttributes: asked } = JSON.parse(text).spec as { resourceAttributes: Asked };
            questions.push(`${asked.verb} ${asked.resource} ${asked.name ?? ''}`.trim());
            reply(response, 201, JSON.stringify({ status: { allowed: has(asked) } }));
          });
          return true;
        }
        if (request.url === RULES) {
          const mine = { verbs: rights, apiGroups: [''], resources: ['pods'] };
          const all = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };
          const resourceRules = isOwn ? [mine] : [all];
          return reply(response, 201, JSON.stringify({ status: { resourceRules, nonResourceRules: [] } }));
        }
        // As constrained impersonation says no: about what was asked for.
        if (isOwn || request.url !== PODS) return false;
        return reply(response, 403, JSON.stringify(forbidden('pods')));
      },
    },
  });
  t.after(() => limited.stop());
  const own = await limited.token('dev', ['ops']);
  const canI = async (verb: string) => {
    const spec = { resourceAttributes: { verb, resource: 'pods', namespace: 'shop' } };
    const body = JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec });
    const headers = { 'content-type': 'application/json' };
    const answered = await limited.ask({ token: own, method: 'POST', uri: ACCESS, headers, body });
    const { allowed, reason } = JSON.parse(answered.body).status as { allowed: boolean; reason?: string };
    return { allowed, reason };
  };
  const rules = async () => {
    const body = JSON.stringify({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace: 'shop' },
    });
    const headers = { 'content-type': 'application/json' };
    const answered = await limited.ask({ token: own, method: 'POST', uri: RULES, headers, body });
    const status = JSON.parse(answered.body).status as { resourceRules: Rule[]; evaluationError: string };
    const ofPods = status.resourceRules.filter(({ resources }) =>
      resources.some((each) => each === 'pods' || each === '*'),
    );
    return { verbs: ofPods.flatMap(({ verbs }) => verbs).sort(), told: status.evaluationError };
  };
  return { list: () => limited.ask({ token: own, uri: PODS }), canI, rules, questions };
}

test('T67: by the old right without names a 403 is the caller’s, and it is asked once', async (t) => {
  const { list, canI, questions } = await worldWithRights(t, ({ verb }) => verb === 'impersonate');
  assert.equal((await list()).status, 403);
  assert.equal((await list()).status, 403);
  assert.equal((await canI('list')).allowed, true);
  assert.deepEqual(questions.sort(), ['impersonate groups', 'impersonate users']);
});

test('T67: where no right lets the gateway do it in the caller’s name, it is the gateway’s, and can-i says no', async (t) => {
  const rights = ['impersonate-on:user-info:get'];
  const { list, canI } = await worldWithRights(t, ({ verb }) => rights.includes(verb));
  const refused = await list();
  assert.deepEqual([refused.status, codeOf(refused)], [503, 'CREDENTIAL_FORBIDDEN']);
  assert.match(refused.body, /may neither `impersonate` it nor `impersonate-on:user-info:list` this/);
  const { allowed, reason } = await canI('list');
  assert.deepEqual(
    [allowed, reason],
    [false, 'the gateway itself may neither `impersonate` it nor `impersonate-on:user-info:list` this'],
  );
  assert.equal((await canI('get')).allowed, true);
});

test('T67: the list of can-i leaves out what no right lets the gateway do in the caller’s name', async (t) => {
  const rights = ['impersonate:user-info', 'impersonate-on:user-info:get'];
  const few = await worldWithRights(t, ({ verb }) => rights.includes(verb), rights);
  const { verbs, told } = await few.rules();
  assert.deepEqual(verbs, ['get']);
  assert.match(told, /left out: what the gateway itself may not do in your name/);
  const all = await worldWithRights(t, ({ verb }) => verb === 'impersonate', ['impersonate']);
  const whole = await all.rules();
  assert.ok(
    ['list', '*'].some((verb) => whole.verbs.includes(verb)),
    whole.verbs.join(),
  );
  assert.doesNotMatch(whole.told, /the gateway itself/);
});

test('T67: where a right is there, a 403 is the caller’s: for this verb, or for this name', async (t) => {
  const byVerb = await worldWithRights(t, ({ verb }) => verb === 'impersonate-on:user-info:list');
  assert.equal((await byVerb.list()).status, 403);
  const named = ['dev', 'ops'];
  const byName = await worldWithRights(t, ({ verb, name = '' }) => verb === 'impersonate' && named.includes(name));
  assert.equal((await byName.list()).status, 403);
  named.pop();
  assert.equal(codeOf(await byName.list()), 'CREDENTIAL_FORBIDDEN');
});
