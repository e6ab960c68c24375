/* T32: what a review of oneself is told, over the whole way with the stand-in, which lets the impersonated do everything unless a test says not. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { Agent, request } from 'undici';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: read, effect: allow, verbs: [get, list, watch], apiGroups: ["", apps], resources: [pods, configmaps, secrets, deployments], namespaces: [shop] }
  - { id: nodes, effect: allow, verbs: [get, list], apiGroups: [""], resources: [nodes] }
  - { id: write, effect: allow, verbs: [create, patch, delete], apiGroups: ["", apps], resources: [pods, configmaps, deployments], namespaces: [shop] }
  - { id: lab, effect: allow, verbs: [get], apiGroups: ["*"], resources: ["*"], namespaces: [lab] }
  - { id: look-inside, effect: allow, powers: [exec], namespaces: [shop], exec: { argv: [{ exact: [id] }] } }
  - { id: inside, effect: allow, powers: [exec], namespaces: [inside] }
  - { id: no-web, effect: deny, reason: the site stays, verbs: [delete], apiGroups: [""], resources: [configmaps], resourceNames: [web] }
  - { id: ask-a-person, effect: hold, reason: it is in use, verbs: [delete], apiGroups: [apps], resources: [deployments], namespaces: [shop] }
`;

const REVIEWS = '/apis/authorization.k8s.io/v1';

let world: SmallWorld;
let token: string;

before(async () => {
  world = await startSmallWorld({ policy: POLICY });
  token = await world.token('dev');
  await made('/api/v1/namespaces', { metadata: { name: 'inside' } });
  const pod = (name: string, privileged: boolean) => ({
    metadata: { name },
    spec: { containers: [{ name: 'c', image: 'c:1', securityContext: { privileged } }] },
  });
  await made('/api/v1/namespaces/inside/pods', pod('web', false));
  await made('/api/v1/namespaces/inside/pods', pod('agent', true));
});
after(() => world.stop());

/** An object, made as the cluster's administrator. */
async function made(path: string, object: object): Promise<void> {
  const { url, caPem: ca, adminToken } = world.standin;
  const reply = await request(`${url}${path}`, {
    dispatcher: new Agent({ connect: { ca } }),
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify(object),
  });
  assert.equal(reply.statusCode, 201, await reply.body.text());
}

type Status = Readonly<Record<string, unknown>>;

async function review(kind: string, spec: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Status> {
  const {
    status,
    headers: head,
    body,
  } = await world.ask({
    token,
    method: 'POST',
    uri: `${REVIEWS}/${kind.toLowerCase()}s`,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind, spec }),
  });
  assert.equal(status, 201, body);
  assert.equal(head['content-type'], 'application/json');
  assert.equal(Number(head['content-length']), Buffer.byteLength(body));
  const answer = JSON.parse(body) as { kind: string; spec: unknown; status: Status };
  assert.equal(answer.kind, kind);
  return answer.status;
}

async function canI(attributes: Readonly<Record<string, string>>): Promise<string> {
  const { verb = '', ...what } = attributes;
  const spec =
    what['path'] === undefined
      ? { resourceAttributes: { namespace: 'shop', verb, ...what } }
      : { nonResourceAttributes: { verb, ...what } };
  const { allowed, denied, reason, evaluationError } = await review('SelfSubjectAccessReview', spec);
  const told = [reason, evaluationError].filter((each) => each !== undefined && each !== '');
  return [allowed === true ? 'yes' : denied === true ? 'denied' : 'no', ...told].join(' - ');
}

const ANSWERS: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
  ['what a rule allows', { verb: 'get', resource: 'pods' }, /^yes/],
  ['a subresource is not its resource', { verb: 'get', resource: 'pods', subresource: 'log' }, /^no - no rule of the gateway allows it$/],
  ['another namespace', { verb: 'get', resource: 'pods', namespace: 'default' }, /^no - no rule/],
  ['every namespace', { verb: 'list', resource: 'pods', namespace: '' }, /^no - no rule .*; ask for one namespace: `shop`$/],
  ['a namespace is no part of what is in none', { verb: 'get', resource: 'nodes' }, /^yes/],
  ['a guard', { verb: 'create', group: 'rbac.authorization.k8s.io', resource: 'roles' }, /^denied - the gateway’s guard `rbac` denies it: /],
  ['a Secret, whose values are masked', { verb: 'get', resource: 'secrets' }, /^yes/],
  ['a deny rule', { verb: 'delete', resource: 'configmaps', name: 'web' }, /^denied - the gateway’s rule `p\/no-web` denies it: the site stays$/],
  ['a deny of some name', { verb: 'delete', resource: 'configmaps' }, /^no - .* - incomplete: `p\/no-web` needs the name of the object$/],
  ['another name', { verb: 'delete', resource: 'configmaps', name: 'other' }, /^yes/],
  ['a hold', { verb: 'delete', group: 'apps', resource: 'deployments', name: 'web' }, /^yes - .*held: a person is asked, by the gateway’s rule `p\/ask-a-person`: it is in use$/],
  ['a guard on bodies', { verb: 'create', resource: 'pods' }, /^yes - .*; the gateway’s guards `privileged-pods`, .+ and `traffic` can stop it, for what is sent$/],
  ['k9s asks before a restart', { verb: 'patch', group: 'apps', resource: 'deployments' }, /^no - .* - incomplete: `p\/ask-a-person` needs the object/],
  ['a restart where nobody is asked', { verb: 'patch', resource: 'pods', name: 'web' }, /^yes - .*; the gateway’s guards /],
  ['no guard on this body', { verb: 'create', resource: 'configmaps' }, /^yes/],
  ['an exec, by its command', { verb: 'create', resource: 'pods', subresource: 'exec', name: 'web' }, /^no - .* - incomplete: `p\/look-inside` needs the command and its container$/],
  ['the subresource inside the resource', { verb: 'create', resource: 'pods/exec' }, /^no - .* - incomplete: `p\/look-inside` needs the command and its container$/],
  ['an exec of a pod that is looked up', { verb: 'create', resource: 'pods', subresource: 'exec', name: 'web', namespace: 'inside' }, /^yes - [^;]*$/],
  ['an exec of a pod that is looked up, and privileged', { verb: 'create', resource: 'pods', subresource: 'exec', name: 'agent', namespace: 'inside' }, /^denied - the gateway’s guard `privileged-exec` denies it: /],
  ['an exec of some pod', { verb: 'create', resource: 'pods', subresource: 'exec', namespace: 'inside' }, /^yes - .*; the gateway’s guard `privileged-exec` can stop it, for what is sent$/],
  ['every verb', { verb: '*', resource: 'configmaps' }, /^no - no rule/],
  ['everything', { verb: '*', group: '*', resource: '*' }, /^no - no rule/],
  ['everything, where rules allow all that a wildcard reaches', { verb: 'get', group: '*', resource: '*', namespace: 'lab' }, /^no - .* - incomplete: `p\/lab` needs one resource or path in place of the wildcard$/],
  ['discovery', { verb: 'get', path: '/apis' }, /^yes/],
  ['another path', { verb: 'get', path: '/metrics' }, /^no - no rule/],
]; // biome-ignore format: a table

suite('T32: can-i says what the gateway would', () => {
  for (const [name, attributes, expected] of ANSWERS)
    test(name, async () => assert.match(await canI(attributes), expected));

  test('whatever the client accepts, and in v1 alone where the cluster has no other', async () => {
    const spec = { resourceAttributes: { namespace: 'shop', verb: 'delete', resource: 'secrets' } };
    const accept = 'application/vnd.kubernetes.protobuf,application/json';
    const { allowed } = await review('SelfSubjectAccessReview', spec, { accept, 'accept-encoding': 'gzip' });
    assert.equal(allowed, false);
    const forwarded = world.standin.requests.findLast(({ target }) => target.endsWith('selfsubjectaccessreviews'));
    const headers = forwarded?.rawHeaders.map((each) => each.toLowerCase()) ?? [];
    assert.equal(headers[headers.indexOf('accept') + 1], 'application/json');
    assert.ok(!headers.includes('accept-encoding'));
    assert.equal(headers[headers.indexOf('impersonate-user') + 1], 'dev');
  });

  test('a review that asks nothing is the cluster’s to refuse', async () => {
    const body = JSON.stringify({ apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: {} });
    const headers = { 'content-type': 'application/json' };
    const uri = `${REVIEWS}/selfsubjectaccessreviews`;
    const reply = await world.ask({ token, method: 'POST', uri, headers, body });
    assert.equal(reply.status, 422);
  });
});

test('T32: the list has what both allow for certain, and names what the rest hangs on', async () => {
  const status = await review('SelfSubjectRulesReview', { namespace: 'shop' });
  const rules = status['resourceRules'] as {
    verbs: string[];
    apiGroups: string[];
    resources: string[];
    resourceNames?: string[];
  }[];
  const listed = rules.flatMap(({ verbs, apiGroups, resources, resourceNames = [] }) =>
    `${apiGroups} ${resources} ${resourceNames}: ${[...verbs].sort()}`.replace(' :', ':'),
  );
  assert.deepEqual(listed.filter((line) => !/self/.test(line)).sort(), [
    ' configmaps: create,get,list,watch',
    ' nodes: get,list',
    ' pods: create,delete,get,list,patch,watch',
    ' secrets: get,list,watch',
    'apps deployments: create,get,list,watch',
  ]);
  assert.equal(status['incomplete'], true);
  assert.match(String(status['evaluationError']), /of what is listed, the gateway’s guards .*`privileged-pods`/);
  assert.match(String(status['evaluationError']), /left out: .*`p\/no-web` needs the name of the object/);
});

test('whoami is the cluster’s own answer: the caller as it is impersonated', async () => {
  const { body } = await world.ask({
    token,
    method: 'POST',
    uri: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' }),
  });
  const { username, groups } = (JSON.parse(body) as { status: { userInfo: { username: string; groups: string[] } } })
    .status.userInfo;
  assert.equal(username, 'dev');
  assert.deepEqual(groups, ['ops', 'system:authenticated']);
});
