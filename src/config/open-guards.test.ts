import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openGuards } from './open-guards.ts';

test('a guard is opened for everybody, or for some, and told in one line', () => {
  const { unsafe, openings, told } = openGuards({
    unsafe: {
      openGuards: [
        'host-path',
        { id: 'rbac' },
        { id: 'deletions', callers: [{ everyone: true }, { groups: ['leads'] }], targets: ['lab'] },
        { id: 'traffic', namespaces: ['shop-*', { selector: { matchLabels: { team: 'shop' } } }] },
      ],
    },
  });
  assert.deepEqual([...unsafe], ['host-path', 'rbac']);
  assert.deepEqual(openings, [
    { id: 'deletions', callers: [{}, { groups: ['leads'] }], targets: ['lab'] },
    { id: 'traffic', namespaces: [{ name: 'shop-*' }, { selector: { matchLabels: { team: 'shop' } } }] },
  ]);
  assert.equal(told[0], 'host-path');
  assert.equal(told[1], 'rbac');
  assert.equal(told[2], 'deletions {"callers":[{"everyone":true},{"groups":["leads"]}],"targets":["lab"]}');
});
