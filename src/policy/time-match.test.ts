import assert from 'node:assert/strict';
import { test } from 'node:test';
import { localClock } from './time-match.ts';

test('T57: the clock of a zone is made once, however many schedules are read by it, and tells its time', () => {
  const clock = localClock('Europe/Berlin');
  assert.equal(localClock('Europe/Berlin'), clock);
  assert.notEqual(localClock('Asia/Tokyo'), clock);
  // The hour that comes twice, and the one that is left out.
  assert.deepEqual(clock(Date.UTC(2026, 9, 25, 0, 30)), { day: 0, minute: 150 });
  assert.deepEqual(clock(Date.UTC(2026, 9, 25, 1, 30)), { day: 0, minute: 150 });
  assert.deepEqual(clock(Date.UTC(2026, 2, 29, 1, 0)), { day: 0, minute: 180 });
  assert.throws(() => localClock('Europe/Nowhere'), RangeError);
});
