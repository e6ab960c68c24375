/*
 * The header that a load balancer puts before a connection which it passes on, to say whose it is: PROXY protocol, version 2, in binary. Version 1 is a line of text, and is not taken: its end has to be looked for
 * in what anybody may send.
 *
 * Source: https://www.haproxy.org/download/2.9/doc/proxy-protocol.txt, section 2.2
 */

/** Limit: bytes behind the fixed part: two addresses, and what a balancer adds in its own types. */
const BYTES_MAX = 4096;

const SIGNATURE = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const FIXED_BYTES = 16;

/** What stands at the beginning of a connection. */
export type ProxyHeader =
  | { readonly kind: 'more' }
  | { readonly kind: 'refused'; readonly why: string }
  /** `peer` is undefined where the balancer speaks for itself, as in its checks of health. */
  | { readonly kind: 'header'; readonly bytes: number; readonly peer: string | undefined };

const refused = (why: string): ProxyHeader => ({ kind: 'refused', why });

/** The header at the beginning of `bytes`; refused as soon as it can be none. What it does not know is refused, never guessed at. */
export function proxyHeader(bytes: Buffer): ProxyHeader {
  const begun = Math.min(bytes.length, SIGNATURE.length);
  if (!bytes.subarray(0, begun).equals(SIGNATURE.subarray(0, begun)))
    return refused('it does not begin with a PROXY header of version 2');
  if (bytes.length < FIXED_BYTES) return { kind: 'more' };
  const [command, family, length] = [bytes.readUInt8(12), bytes.readUInt8(13), bytes.readUInt16BE(14)];
  if (command !== 0x20 && command !== 0x21) return refused(`its version and command are 0x${command.toString(16)}`);
  if (length > BYTES_MAX) return refused(`its header has ${length} bytes, more than ${BYTES_MAX}`);
  if (bytes.length < FIXED_BYTES + length) return { kind: 'more' };
  const header = (peer: string | undefined): ProxyHeader => ({ kind: 'header', bytes: FIXED_BYTES + length, peer });
  if (command === 0x20) return header(undefined);
  switch (family) {
    case 0x00:
      return header(undefined);
    case 0x11:
      return length < 12 ? refused('its addresses are cut short') : header(bytes.subarray(16, 20).join('.'));
    case 0x21:
      return length < 36 ? refused('its addresses are cut short') : header(ipv6(bytes.subarray(16, 32)));
    default:
      return refused(`it is of family 0x${family.toString(16)}, which is no TCP`);
  }
}

/** One text for one address: what is IPv4 inside is written so. */
function ipv6(bytes: Buffer): string {
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes.readUInt16BE(10) === 0xffff;
  if (isMapped) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}
