import { equal, match, throws } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { MaskKey, type MaskPlace } from './mask-key.ts';

const place = { target: 't', uid: 'u', path: 'data\na', exchange: 'x', compare: 'field' } as const;
const digits = 'abcdefghijklmnopqrstuvwxyz234567';

/** What HMAC gives, by the platform's own. */
function expectedMask(key: Buffer, scope: readonly string[], value: Buffer): string {
  const hmac = createHmac('sha256', key)
    .update(`${JSON.stringify(scope)}\n`)
    .update(value)
    .digest();
  const bits = [...hmac].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  const expected = Array.from({ length: 20 }, (_, i) => digits[Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2)]);
  return `masked-by-sallyport-${expected.join('')}`;
}

test('a mask is the fixed prefix and 100 bits of HMAC-SHA-256, whatever the length of key and value', () => {
  for (const keyBytes of [32, 63, 64, 65, 100]) {
    const key = Buffer.alloc(keyBytes, keyBytes);
    const masks = new MaskKey(key);
    for (const length of [0, 1, 1_000, 65_000, 65_536, 200_000, 7]) {
      const value = Buffer.alloc(length, 'y');
      const mask = masks.maskOf(place, value);
      equal(mask, expectedMask(key, ['field', 't', 'u', 'data\na'], value));
      match(mask, /^[a-z0-9-]{40}$/);
    }
  }
});

test('and it is of its own place, whatever was masked before', () => {
  const key = Buffer.alloc(32, 1);
  const masks = new MaskKey(key);
  const value = Buffer.from([0xff, 0, 0x22]);
  const uid = 'ü"\\\n';
  const scopes: readonly (readonly [Partial<MaskPlace>, readonly string[]])[] = [
    [{}, ['field', 't', 'u', 'data\na']],
    [{ path: '日本\n"' }, ['field', 't', 'u', '日本\n"']],
    [{ uid }, ['field', 't', uid, 'data\na']],
    [{ uid, compare: 'object' }, ['object', 't', uid]],
    [{ uid, compare: 'target' }, ['target', 't']],
    [{ target: 'other', compare: 'target' }, ['target', 'other']],
    [{ uid: undefined }, ['once', 'x', 'data\na']],
    [{ uid: undefined, exchange: 'y', compare: 'target' }, ['once', 'y', 'data\na']],
    [{}, ['field', 't', 'u', 'data\na']],
  ];
  for (const [other, scope] of scopes)
    equal(masks.maskOf({ ...place, ...other }, value), expectedMask(key, scope, value));
});

test('a short key is refused', () => {
  throws(() => new MaskKey(Buffer.alloc(31)), RangeError);
});
