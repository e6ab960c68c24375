import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { createMetrics } from '../../src/main/metrics.ts';
import { metricsPage } from './metrics.ts';

const page = readFileSync(new URL('../../docs/reference/metrics.md', import.meta.url), 'utf8');

test('the reference page of metrics is what the code says', () => {
  assert.equal(page, metricsPage(), 'write it anew with `npm run docs`');
});

test('what is served is what the page has, each with its type and meaning', async () => {
  const served = await createMetrics().registry.metrics();
  const helps = [...served.matchAll(/^# HELP (sallyport_\w+) (.+)\n# TYPE \w+ (\w+)$/gm)];
  const rows = [...page.matchAll(/^\| `(sallyport_\w+)` \| (\w+) \| .* \| (.+) \|$/gm)];
  assert.deepEqual(
    rows.map(([, name, type, help]) => [name, help, type]),
    helps.map(([, name, help, type]) => [name, help, type]),
  );
  assert.ok(rows.length > 5);
});
