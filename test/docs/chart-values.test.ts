import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { chartValuesSchema } from './chart-values.ts';

test('the schema of the chart’s values has the gateway’s own configuration in it', () => {
  const file = readFileSync(new URL('../../deploy/chart/values.schema.json', import.meta.url), 'utf8');
  assert.equal(file, chartValuesSchema(), 'write it anew with `npm run docs`');
});
