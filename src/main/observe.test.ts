import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { systemClock } from '../std/clock.ts';
import type { Journal } from '../storage/journal.ts';
import { createMetrics } from './metrics.ts';
import { policyTeller } from './observe.ts';

test('a policy without a rule is a warning: what was meant may have been a folder that was emptied', () => {
  const said: { level: number; msg: string }[] = [];
  const log = pino({ base: null }, { write: (line: string) => said.push(JSON.parse(line)) });
  const journal = { append: () => {} } as unknown as Journal;
  const { onLoaded } = policyTeller(journal, { log, metrics: createMetrics(), clock: systemClock });
  onLoaded({ files: ['a.yaml'], rules: 1, digest: '0' });
  onLoaded({ files: [], rules: 0, digest: '0' });
  assert.deepEqual(
    said.map(({ level, msg }) => [level, msg]),
    [
      [30, 'policy loaded'],
      [30, 'policy loaded'],
      [40, 'no rule is in force: everything is denied'],
    ],
  );
});
