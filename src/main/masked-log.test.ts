import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { patternMasks } from '../../test/support/masking.ts';
import { maskedLog } from './masked-log.ts';

test('T55: what detectors and masks of policy know is in no line of the log, however deep it stands there', () => {
  const said: unknown[] = [];
  const say = (...line: unknown[]) => void said.push(line);
  const log = maskedLog({ info: say, warn: say, error: say });
  const token = `ghp_${'a1B2'.repeat(9)}`;
  const masked = 'ghp_masked-by-sallyport-service-token';
  log.error({ error: `quoted ${token}`, n: 1, none: undefined, in: [{ a: token }, null, true] }, `said ${token}`);
  log.warn(token);
  log.info({ detail: 'blue-123456' }, 'plain');
  log.follow(() => patternMasks('blue-[0-9]{6}').everyDetection());
  log.info({ detail: 'blue-123456' }, 'plain');
  deepEqual(said, [
    [{ error: `quoted ${masked}`, n: 1, none: undefined, in: [{ a: masked }, null, true] }, `said ${masked}`],
    [masked],
    [{ detail: 'blue-123456' }, 'plain'],
    [{ detail: 'masked-by-sallyport-own' }, 'plain'],
  ]);
});
