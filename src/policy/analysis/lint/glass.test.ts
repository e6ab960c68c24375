import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleOf } from '../../../../test/support/rule.ts';
import { DEFAULT_HOLD } from '../../../model/hold-terms.ts';
import { lintGlass } from './glass.ts';

test('a rule that somebody goes through alone is warned of where nobody is told', () => {
  const rules = [
    ruleOf({ id: 'p/a', effect: 'hold', hold: { ...DEFAULT_HOLD, breakGlass: [{ groups: ['on-call'] }] } }),
    ruleOf({ id: 'p/b', effect: 'hold', hold: DEFAULT_HOLD }),
  ];
  const named = (on: readonly string[]) => lintGlass(rules, [{ on, to: ['ops'] }]).map(({ rule }) => rule.id);
  assert.deepEqual(named(['approval.*']), ['p/a']);
  assert.deepEqual(named(['glass.*']), []);
  assert.deepEqual(lintGlass(rules, []).length, 1);
});
