/* Creating without the verb `create`: by apply, and by an update of a kind that an update makes. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const POLICY = `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - { id: change, effect: allow, verbs: [get, update, patch], apiGroups: [""], resources: [configmaps], namespaces: [shop] }
  - { id: all, effect: allow, verbs: ["*"], apiGroups: [""], resources: [configmaps], namespaces: [default] }
  - { id: none-new, effect: deny, verbs: [create], apiGroups: [""], resources: [configmaps], resourceNames: [forbidden] }
`;

let world: SmallWorld;
let token: string;

before(async () => {
  world = await startSmallWorld({ policy: POLICY });
  token = await world.token('dev');
});
after(() => world.stop());

async function apply(namespace: string, name: string): Promise<string> {
  const { status, body } = await world.ask({
    token,
    method: 'PATCH',
    uri: `/api/v1/namespaces/${namespace}/configmaps/${name}?fieldManager=test&force=true`,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'b' } }),
  });
  return `${status} ${/DENIED_BY_[A-Z]+/.exec(body)?.[0] ?? ''}`.trim();
}

test('T16: an apply that would create is a create: silence denies it, and so does a rule', async () => {
  const names = (found: readonly { readonly target: string }[]) =>
    found.filter(({ target }) => target.includes('fieldManager'));
  assert.equal(await apply('shop', 'new'), '403 DENIED_BY_SILENCE');
  assert.equal(await apply('default', 'forbidden'), '403 DENIED_BY_RULE');
  assert.deepEqual(names(world.standin.requests), [], 'nothing of it was forwarded');
});

test('an apply of what is there is a patch, and who may create may apply anything', async () => {
  assert.equal(await apply('default', 'new'), '201');
  assert.equal(await apply('shop', 'settings'), '200');
});

test('T16: an update of what is not there is a create', async () => {
  const put = (name: string) =>
    world.ask({
      token,
      method: 'PUT',
      uri: `/api/v1/namespaces/shop/configmaps/${name}`,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ metadata: { name } }),
    });
  assert.equal((await put('new')).status, 403);
  assert.equal((await put('settings')).status, 200);
});
