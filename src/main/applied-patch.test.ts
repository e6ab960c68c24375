import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { unifiedPatch } from '../cli/policy/unified-patch.ts';
import { appliedPatch } from './applied-patch.ts';

const line = fc.constantFrom('', 'a', 'b', '- x: 1', '--- a/other', '+++', '@@ -1 +1 @@', '-', '+ ');
const text = fc.array(line, { maxLength: 30 }).map((lines) => `${lines.join('\n')}\n`);

test('a patch of a text makes the text that it was made for, whatever the lines are', () => {
  fc.assert(
    fc.property(text, text, (before, after) => {
      assert.equal(appliedPatch('p/a.yaml', before, unifiedPatch('p/a.yaml', before, after)), after);
    }),
    { numRuns: 2_000 },
  );
});

test('a patch of a million lines is made', () => {
  const after = '\n'.repeat(1024 * 1024);
  assert.equal(appliedPatch('a.yaml', 'x\n', unifiedPatch('a.yaml', 'x\n', after)), after);
});

test('a file of which the patch does not speak stays', () => {
  const patch = unifiedPatch('a.yaml', 'x\n', 'y\n') + unifiedPatch('b.yaml', 'x\n', 'z\n');
  assert.deepEqual(
    ['a.yaml', 'b.yaml', 'c.yaml'].map((file) => appliedPatch(file, 'x\n', patch)),
    ['y\n', 'z\n', 'x\n'],
  );
});
