import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explain } from '../../src/policy/analysis/explain.ts';
import { compileRules } from '../support/compile-rules.ts';
import { fc } from '../support/property.ts';
import { questions, ruleLists } from './arbitraries.ts';

test('each rule that does not match is told with what parts it from the request', () => {
  fc.assert(
    fc.property(ruleLists(12), questions, (rules, question) => {
      const { nearest } = explain(compileRules(rules, { unsafe: new Set() }), question, rules.length);
      for (const { id, differences } of nearest) assert.notEqual(differences.length, 0, id);
    }),
    { numRuns: 600 },
  );
});
