// A request that is judged anew, after its object changed, is judged by the rules that are in force by then.

import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { after, before, describe, test } from 'node:test';
import { type RaceWorld, startRaceWorld } from '../support/race-world.ts';

const policy = (effect: 'allow' | 'deny') => `apiVersion: sallyport.dev/v1
kind: Policy
metadata: { name: p }
callers: [{ groups: [ops] }]
targets: [demo]
rules:
  - id: own
    effect: ${effect}
    verbs: [patch]
    apiGroups: [""]
    resources: [configmaps]
    when: 'existing != null && existing.metadata.labels.owner == "dev"'
`;

const uri = '/api/v1/namespaces/race/configmaps/a';

describe('a request that is judged anew', () => {
  let race: RaceWorld;
  before(async () => {
    race = await startRaceWorld(policy('allow'), {});
  });
  after(() => race.stop());

  test('T31: is judged by the rules that are in force then', async () => {
    await race.make(uri, { metadata: { name: 'a', labels: { owner: 'dev' } } });
    const { status, body, attempts } = await race.ask(
      { method: 'PATCH', uri, type: 'application/merge-patch+json', body: { data: { a: '1' } } },
      async () => {
        await race.annotate(uri, 'once');
        await writeFile(race.world.policyFile, policy('deny'));
        await race.world.gateway.lookAtPolicy();
      },
    );
    assert.equal(status, 403, body);
    assert.equal(attempts, 1);
    assert.equal(JSON.parse((await race.direct({ method: 'GET', uri })).body).data, undefined);
  });
});
