import { ok } from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../../test/support/property.ts';
import { DETECTORS } from '../detect/detectors.ts';
import { isTellingKey } from '../detect/telling-key.ts';
import { PlaceMaker } from '../places/place.ts';
import { MaskRules } from '../rules/mask-rules.ts';
import { Machine } from './machine.ts';

const { words } = new MaskRules().planOf({ apiGroup: '', resource: 'pods', subresource: '' });
const machine = new Machine(words);
const root = new PlaceMaker([]).start();
const host = { pair: () => undefined, looksSecret: () => false, isTellingFlag: () => false };
const holdsWord = (text: string) => {
  const bytes = Buffer.from(text);
  machine.begin([bytes], bytes.length, true, 0, root, host);
  return machine.run.hasWord(machine.bytesAt, machine.bytesAt + bytes.length) === 1;
};

for (const { id, example, isOptIn } of DETECTORS)
  if (isOptIn !== true)
    test(`a word stands in what ${id} finds, however its letters are written in JSON`, () => {
      const text = example.replaceAll(/[«»]/g, '');
      ok(holdsWord(JSON.stringify(text)));
      const escaped = [...text].map((each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
      ok(holdsWord(escaped.join('')));
      ok(holdsWord(JSON.stringify(text).replaceAll('/', '\\/')));
    });

test('a word stands in each name that tells', () => {
  const parts = fc.constantFrom(
    ...[
      'db',
      'API',
      'Key',
      'key',
      'TOKEN',
      'secret',
      'pass',
      'PWD',
      'auth',
      'user',
      'Credential',
      's',
      '_',
      '-',
      'x',
      '1',
    ],
  );
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 5 }), (all) => {
      const name = all.join('');
      if (isTellingKey(name)) ok(holdsWord(name), name);
    }),
    { numRuns: 5_000 },
  );
});
