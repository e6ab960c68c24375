import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KnownProtocol, knownProtocol } from './known-protocol.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const text = (said: string) => Buffer.from(said, 'latin1');
const NOTHING = Buffer.alloc(0);

/** First bytes as programs send them. */
const SAID: readonly (readonly [KnownProtocol | undefined, Buffer, Buffer])[] = [
  ['tls', hex('16 03 01 02 00 01 00 01 fc 03 03'), NOTHING],
  ['http', text('GET /healthz HTTP/1.1\r\nHost: a'), NOTHING],
  ['http2', text('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), NOTHING],
  ['ssh', text('SSH-2.0-OpenSSH_9.9\r\n'), NOTHING],
  ['ssh', NOTHING, text('SSH-2.0-dropbear\r\n')],
  ['postgresql', hex('00 00 00 08 04 d2 16 2f'), NOTHING],
  ['postgresql', hex('00 00 00 54 00 03 00 00 75 73 65 72'), NOTHING],
  ['redis', text('*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n'), NOTHING],
  ['mysql', NOTHING, hex('4a 00 00 00 0a 38 2e 34 2e 33 00')],
  ['mongodb', hex('3f 01 00 00 01 00 00 00 00 00 00 00 d4 07 00 00'), NOTHING],
  [undefined, text('hello\r\n'), text('hello\r\n')],
  [undefined, text('GETTING on'), NOTHING],
  [undefined, NOTHING, NOTHING],
];

test('a protocol is known by the first bytes that its programs send, and what is not known has no name', () => {
  for (const [name, caller, other] of SAID) assert.equal(knownProtocol(caller, other), name, `${caller} ${other}`);
});
