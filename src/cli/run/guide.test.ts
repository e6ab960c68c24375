import assert from 'node:assert/strict';
import { test } from 'node:test';
import { summaryLines } from './guide.ts';

const RUN_ENDS_AT = '2026-03-01T12:05:00.000Z';

function line(grantEndsAt: string): string | undefined {
  const reach = { asked: [{ what: 'get pods -n shop', isAllowed: true, reason: '' }], unasked: 0 };
  const outcome = { text: 'get pods -n shop', target: 'prod', reach, grant: { id: 'g1', endsAt: grantEndsAt } };
  const run = { task: '', subject: 'lea', targets: ['prod'], endsAt: RUN_ENDS_AT, isScoped: true, sandbox: '' };
  return summaryLines({ ...run, outcomes: [outcome] })[1];
}

test('a grant of a run is said to end with the run, or before it', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['2026-03-01T12:30:00.000Z', RUN_ENDS_AT],
    ['2026-03-01T12:01:00.000Z', '2026-03-01T12:01:00.000Z'],
  ];
  for (const [ends, told] of rows)
    assert.equal(line(ends), `  may     prod: get pods -n shop (grant g1 until ${told})`);
});
