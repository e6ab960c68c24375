import assert from 'node:assert/strict';
import test from 'node:test';
import type { Request } from '../model/request.ts';
import { DEFAULT_LIMITS } from './limits.ts';
import { withinLimits } from './within-limits.ts';

const ofLength = (bytes: number) => ({ uri: `/${'a'.repeat(bytes - 1)}` }) as Request;

test('a request target is taken at the bound, and one over is told both numbers and the key', () => {
  withinLimits(ofLength(DEFAULT_LIMITS.uriBytesMax), DEFAULT_LIMITS);
  assert.throws(() => withinLimits(ofLength(DEFAULT_LIMITS.uriBytesMax + 1), DEFAULT_LIMITS), {
    code: 'URI_TOO_LONG',
    message: /^the request target has 32769 bytes and may have 32768 \(`limits\.uriBytesMax`\)/,
  });
});
