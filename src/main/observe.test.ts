import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pino } from 'pino';
import { patternMasks } from '../../test/support/masking.ts';
import { Refusal } from '../model/refusal.ts';
import type { RawRequest } from '../model/request.ts';
import { systemClock } from '../std/clock.ts';
import type { Journal } from '../storage/journal.ts';
import { LogLimit } from './log-limit.ts';
import { createMetrics } from './metrics.ts';
import { observerOf, policyTeller } from './observe.ts';
import { TargetTroubles } from './target-troubles.ts';

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

test('T55: the log tells why a request was refused without what a mask of policy knows', () => {
  const lines: string[] = [];
  const log = pino({ base: null }, { write: (line: string) => lines.push(line) });
  const told = { log, metrics: createMetrics(), clock: systemClock };
  const masks = patternMasks('blue-[0-9]{6}');
  const observer = observerOf(told, new LogLimit(), new TargetTroubles(systemClock), () => masks);
  const refusal = new Refusal('TOKEN_INVALID', 'no', { detail: 'it said blue-123456' });
  const raw = { id: 'x', peer: '10.0.0.1', headers: [] } as unknown as RawRequest;
  observer.unauthenticated('TOKEN_INVALID', refusal, raw);
  observer.failed('a', new Refusal('INTERNAL', 'blue-123456', { detail: 'behind blue-654321' }), raw);
  assert.equal(lines.length, 2);
  assert.match(lines.join(), /it said masked-by-sallyport-own/);
  assert.doesNotMatch(lines.join(), /123456|654321/);
});
