import { equal, match, throws } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { MaskKey } from './mask-key.ts';

const place = { target: 't', uid: 'u', path: 'data\na', exchange: 'x', compare: 'field' } as const;
const digits = 'abcdefghijklmnopqrstuvwxyz234567';

test('a mask is the fixed prefix and 100 bits of HMAC-SHA-256, whatever the length of key and value', () => {
  for (const keyBytes of [32, 64, 100])
    for (const value of ['', 'x', 'y'.repeat(1_000)]) {
      const key = Buffer.alloc(keyBytes, keyBytes);
      const hmac = createHmac('sha256', key).update('["field","t","u","data\\na"]\n').update(value).digest();
      const bits = [...hmac].map((byte) => byte.toString(2).padStart(8, '0')).join('');
      const expected = Array.from({ length: 20 }, (_, i) => digits[Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2)]);
      const mask = new MaskKey(key).maskOf(place, Buffer.from(value));
      equal(mask, `masked-by-sallyport-${expected.join('')}`);
      match(mask, /^[a-z0-9-]{40}$/);
    }
});

test('a short key is refused', () => {
  throws(() => new MaskKey(Buffer.alloc(31)), RangeError);
});
