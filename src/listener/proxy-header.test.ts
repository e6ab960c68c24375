import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fc } from '../../test/support/property.ts';
import { type ProxyHeader, proxyHeader } from './proxy-header.ts';

const SIGNATURE = [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a];
const header = (command: number, family: number, body: readonly number[], length = body.length) =>
  Buffer.from([...SIGNATURE, command, family, length >> 8, length & 0xff, ...body]);

const V4 = [203, 0, 113, 7, 10, 0, 0, 1, 0x9c, 0x40, 0x20, 0xfb];
const V6 = [
  0x20,
  1,
  0x0d,
  0xb8,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  7,
  ...Array<number>(16).fill(1),
  0x9c,
  0x40,
  0x20,
  0xfb,
];
const MAPPED = [
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0,
  0xff,
  0xff,
  203,
  0,
  113,
  7,
  ...Array<number>(16).fill(1),
  0x9c,
  0x40,
  0x20,
  0xfb,
];
const TLV = [0xea, 0x00, 0x02, 0x01, 0x02];

const ROWS: readonly (readonly [what: string, bytes: Buffer, says: ProxyHeader])[] = [
  ['a caller over IPv4', header(0x21, 0x11, V4), { kind: 'header', bytes: 28, peer: '203.0.113.7' }],
  ['a caller over IPv6', header(0x21, 0x21, V6), { kind: 'header', bytes: 52, peer: '2001:db8::7' }],
  ['IPv4 written in IPv6', header(0x21, 0x21, MAPPED), { kind: 'header', bytes: 52, peer: '203.0.113.7' }],
  ['what a balancer adds behind the addresses', header(0x21, 0x11, [...V4, ...TLV]), { kind: 'header', bytes: 33, peer: '203.0.113.7' }],
  ['a balancer that speaks for itself', header(0x20, 0x00, []), { kind: 'header', bytes: 16, peer: undefined }],
  ['one that speaks for itself with addresses', header(0x20, 0x11, V4), { kind: 'header', bytes: 28, peer: undefined }],
  ['a connection whose caller is not known', header(0x21, 0x00, []), { kind: 'header', bytes: 16, peer: undefined }],
  ['version 1', Buffer.from('PROXY TCP4 203.0.113.7 10.0.0.1 1 2\r\n'), { kind: 'refused', why: 'it does not begin with a PROXY header of version 2' }],
  ['TLS without a header', Buffer.from([0x16, 3, 1]), { kind: 'refused', why: 'it does not begin with a PROXY header of version 2' }],
  ['another version', header(0x31, 0x11, V4), { kind: 'refused', why: 'its version and command are 0x31' }],
  ['another command', header(0x22, 0x11, V4), { kind: 'refused', why: 'its version and command are 0x22' }],
  ['UDP', header(0x21, 0x12, V4), { kind: 'refused', why: 'it is of family 0x12, which is no TCP' }],
  ['a socket of the file system', header(0x21, 0x31, Array<number>(216).fill(0)), { kind: 'refused', why: 'it is of family 0x31, which is no TCP' }],
  ['addresses that are cut short', header(0x21, 0x21, V4), { kind: 'refused', why: 'its addresses are cut short' }],
  ['a header that is too long', header(0x21, 0x11, V4, 4097), { kind: 'refused', why: 'its header has 4097 bytes, more than 4096' }],
]; // biome-ignore format: a table

for (const [what, bytes, says] of ROWS) {
  test(`${what}: ${JSON.stringify(says)}`, () => {
    assert.deepEqual(proxyHeader(bytes), says);
    assert.deepEqual(proxyHeader(Buffer.concat([bytes, Buffer.from('behind it')])), says);
  });
}

test('a header that has not come whole is waited for, however it is cut', () => {
  for (const [, bytes, says] of ROWS.filter(([, , { kind }]) => kind === 'header'))
    for (let cut = 0; cut < bytes.length; cut++)
      assert.deepEqual(proxyHeader(bytes.subarray(0, cut)), { kind: 'more' }, says.kind);
});

test('no bytes make it throw, and what is taken is never more than there is', () => {
  const bodies = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.uint8Array({ maxLength: 80 }).map((rest) => Uint8Array.of(...SIGNATURE, ...rest)),
  );
  fc.assert(
    fc.property(bodies, (bytes) => {
      const found = proxyHeader(Buffer.from(bytes));
      if (found.kind === 'header') assert.ok(found.bytes <= bytes.length);
    }),
  );
});
