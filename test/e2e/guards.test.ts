/* Guards that look something up, end to end before the stand-in: what is stopped never reaches upstream but as a look-up, and what is not does. */
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { type AskOptions, type SmallWorld, startSmallWorld } from '../support/small-world.ts';

const MERGE = { 'content-type': 'application/merge-patch+json' };
const APPLY = { 'content-type': 'application/apply-patch+yaml' };
const JSON_BODY = { 'content-type': 'application/json' };

const patch = (uri: string, body: object, headers: AskOptions['headers'] = MERGE): AskOptions => ({
  ...{ method: 'PATCH', uri, headers: headers ?? MERGE },
  body: JSON.stringify(body),
});
const pod = (spec: object): AskOptions => ({
  ...{ method: 'POST', uri: '/api/v1/namespaces/default/pods', headers: JSON_BODY },
  body: JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'guarded' }, spec }),
});

const ROWS: readonly (readonly [name: string, request: AskOptions, expected: string])[] = [
  ['a label of a namespace', patch('/api/v1/namespaces/default', { metadata: { labels: { team: 'bank' } } }), '403 namespace-labels'],
  [
    'a label by apply',
    patch(
      '/api/v1/namespaces/default?fieldManager=x',
      { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default', labels: { team: 'bank' } } },
      APPLY,
    ),
    '403 namespace-labels',
  ],
  ['an annotation of a namespace', patch('/api/v1/namespaces/default', { metadata: { annotations: { a: 'b' } } }), '200'],
  ['a pod that is given a Secret', pod({ containers: [{ name: 'web', image: 'web:1', envFrom: [{ secretRef: { name: 'x' } }] }] }), '403 secret-mount'],
  ['a pod that is given none', pod({ containers: [{ name: 'web', image: 'web:1' }] }), '201'],
]; // biome-ignore format: a table

suite('guards, end to end', () => {
  let world: SmallWorld;
  before(async () => {
    world = await startSmallWorld();
  });
  after(() => world?.stop());

  for (const [name, request, expected] of ROWS) {
    test(name, async () => {
      const { status, body } = await world.ask({ ...request, token: await world.token('bot') });
      const causes: readonly { readonly reason?: string; readonly message?: string }[] =
        JSON.parse(body).details?.causes ?? [];
      const guard = expected.split(' ')[1];
      assert.equal(status, Number(expected.split(' ')[0]), body);
      if (guard !== undefined)
        assert.ok(
          causes.some(({ message }) => message === guard),
          body,
        );
    });
  }
});
