import { equal, match, throws } from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { MaskKey, type MaskPlace } from './mask-key.ts';

const place = { target: 't', uid: 'u', path: 'data\na', exchange: 'x', compare: 'field' } as const;
const digits = 'abcdefghijklmnopqrstuvwxyz234567';

/** How far it compares, the target, whose it is, where it stands. */
type Scope = readonly [far: string, target: string, whose: string, path: string];

/** What HMAC gives, by the platform's own. */
function expectedMask(key: Buffer, [far, target, whose, path]: Scope, value: Buffer): string {
  const ofTarget = createHmac('sha256', key).update(`masks of ${target}`).digest();
  const length = (text: string) => new Uint8Array(Uint32Array.of(Buffer.byteLength(text)).buffer);
  const hmac = createHmac('sha256', ofTarget)
    .update(far)
    .update(length(whose))
    .update(length(path))
    .update(whose + path)
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
      equal(mask, expectedMask(key, ['f', 't', 'u', 'data\na'], value));
      match(mask, /^[a-z0-9-]{40}$/);
    }
  }
});

test('and it is of its own place, whatever was masked before', () => {
  const key = Buffer.alloc(32, 1);
  const masks = new MaskKey(key);
  const value = Buffer.from([0xff, 0, 0x22]);
  const uid = 'ü"\\\n';
  const scopes: readonly (readonly [Partial<MaskPlace>, Scope])[] = [
    [{}, ['f', 't', 'u', 'data\na']],
    [{ path: '日本\n"' }, ['f', 't', 'u', '日本\n"']],
    [{ uid }, ['f', 't', uid, 'data\na']],
    [{ uid, compare: 'object' }, ['o', 't', uid, '']],
    [{ uid, compare: 'target' }, ['t', 't', '', '']],
    [{ target: 'other', compare: 'target' }, ['t', 'other', '', '']],
    [{ uid: undefined }, ['x', 't', 'x', 'data\na']],
    [{ uid: undefined, exchange: 'y', compare: 'target' }, ['x', 't', 'y', 'data\na']],
    [{}, ['f', 't', 'u', 'data\na']],
  ];
  for (const [other, scope] of scopes)
    equal(masks.maskOf({ ...place, ...other }, value), expectedMask(key, scope, value));
});

test('a short key is refused', () => {
  throws(() => new MaskKey(Buffer.alloc(31)), RangeError);
});
