import { BlockList, isIP } from 'node:net';

/** Whether it is an address, or a range of them: `10.0.3.7`, `10.0.3.0/28`, `fd00::/64`. */
export function isAddressRange(text: string): boolean {
  const { address, bits, family } = parts(text);
  return family !== 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128) && !address.includes('%');
}

/** A test of addresses for any of these. @throws {Error} one is no address and no range */
export function inRanges(ranges: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const range of ranges) {
    const { address, bits, family } = parts(range);
    list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  }
  return (address) => {
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? 'ipv4' : 'ipv6');
  };
}

function parts(text: string) {
  const [address = '', bits, more] = text.split('/');
  const family = more === undefined ? isIP(address) : 0;
  return { address, family, bits: bits ?? (family === 4 ? '32' : '128') };
}
