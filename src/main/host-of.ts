/** An address as a URL on this machine has it; that of all interfaces is reached by loopback. */
export function hostOf(address: string): string {
  if (address === '0.0.0.0' || address === '::') return '127.0.0.1';
  return address.includes(':') ? `[${address}]` : address;
}
