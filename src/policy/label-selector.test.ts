import assert from 'node:assert/strict';
import { test } from 'node:test';
import { selectorMatches } from './label-selector.ts';
import type { LabelSelector } from './rule.ts';

const expression = (
  operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist',
  values?: readonly string[],
): LabelSelector => ({
  matchExpressions: [{ key: 'tier', operator, ...(values === undefined ? {} : { values }) }],
});

/** A selector, labels, and whether they satisfy it, as Kubernetes says. */
const ROWS: readonly (readonly [LabelSelector, Readonly<Record<string, string>>, boolean])[] = [
  [{}, {}, true],
  [{ matchLabels: { tier: 'gold' } }, { tier: 'gold', x: 'y' }, true],
  [{ matchLabels: { tier: 'gold' } }, { tier: 'tin' }, false],
  [{ matchLabels: { constructor: 'x' } }, {}, false],
  [expression('In', ['gold', 'tin']), { tier: 'tin' }, true],
  [expression('In', ['gold']), {}, false],
  [expression('In'), { tier: 'gold' }, false],
  [expression('NotIn', ['gold']), {}, true],
  [expression('NotIn', ['gold']), { tier: 'gold' }, false],
  [expression('Exists'), { tier: '' }, true],
  [expression('Exists'), {}, false],
  [expression('DoesNotExist'), {}, true],
  [expression('DoesNotExist'), { tier: '' }, false],
  [{ matchLabels: { a: 'b' }, ...expression('Exists') }, { a: 'b' }, false],
];

test('a selector is satisfied as Kubernetes says', () => {
  for (const [selector, labels, expected] of ROWS)
    assert.equal(selectorMatches(selector, labels), expected, JSON.stringify([selector, labels]));
});
