import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { days, folderFor, PLACED, writeSealed } from '../../../test/support/placed-journal.ts';
import { openPlaces } from './open-places.ts';

test('a fault that cannot be told, as where the journal takes no event, ends nothing: it is told at the next look', async (t) => {
  const [folder, far] = [folderFor(t), folderFor(t)];
  await writeSealed(folder, days(2));
  // Not the key that signed it, which is a fault of each segment.
  const other = createPublicKey(generateKeyPairSync('ed25519').privateKey);
  const [failures, told]: [string[], string[]] = [[], []];
  let isBroken = true;
  const places = openPlaces({
    folder,
    places: [{ name: 'far', folder: far }],
    rules: () => [PLACED],
    environment: {},
    publicKey: String(other.export({ format: 'pem', type: 'spki' })),
    onFailure: (why) => failures.push(why),
    onFault({ file }) {
      if (isBroken) throw new Error('the journal is broken');
      told.push(file);
    },
    everyMs: 2 ** 30,
  });
  await places.look();
  await places.look();
  assert.deepEqual([failures, places.failure(), told], [['the journal is broken'], 'the journal is broken', []]);
  isBroken = false;
  await places.look();
  await places.look();
  assert.equal(places.failure(), undefined);
  assert.deepEqual(told, [...new Set(told)]);
  assert.equal(places.faults().length, told.length);
  assert.ok(told.length > 0);
  await places.close();
});
