import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ruleWords } from './rule-words.ts';

const RULE = {
  id: 'shop/read',
  effect: 'allow',
  isObserved: false,
  file: 'policy/shop.yaml',
  line: 4,
  reason: '',
  callers: ['in SRE'],
  targets: ['prod'],
  verbs: ['get'],
  apiGroups: [''],
  resources: ['pods'],
  resourceNames: [],
  nonResourceURLs: [],
  conditions: [],
  gives: [],
  uses: 0,
} as const;

test('a rule is found by any of its words, whatever their case, and by that nobody used it', () => {
  const said = ruleWords({
    ...RULE,
    callers: [...RULE.callers],
    targets: ['prod'],
    verbs: ['get'],
    apiGroups: [''],
    resources: ['pods'],
    resourceNames: [],
    nonResourceURLs: [],
    conditions: [],
    gives: [],
  });
  for (const word of ['shop/read', 'in sre', 'prod', 'pods', 'never used']) assert.ok(said.includes(word), word);
  assert.ok(!said.includes('shop.yaml'));
});
