import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listCommand } from './list-command.ts';

test('the command finds what the page finds, whatever it is narrowed by', () => {
  assert.equal(listCommand({}), 'sallyport sessions list');
  assert.equal(
    listCommand({ caller: 'ci:bot', target: 'prod', since: '24h' }),
    'sallyport sessions list --subject ci:bot --target prod --since 24h',
  );
  assert.equal(
    listCommand({ decision: 'deny', since: '24h' }),
    'sallyport sessions search --decision deny --since 24h',
  );
  assert.equal(
    listCommand({ text: "delete -x it's", rule: 'prod/read' }),
    "sallyport sessions search --rule prod/read -- delete -x 'it'\\''s'",
  );
});
