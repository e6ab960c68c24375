import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AddressRules } from '../connectors/kubernetes/upstream/allowed-address.ts';

/** What the host of a URL is, in words, where the gateway does not connect to it; a name that does not resolve here is told when it is used. */
export async function refusedPlace(url: string, rules: AddressRules): Promise<string | undefined> {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '');
  const found = isIP(host) === 0 ? await lookup(host, { all: true }).catch(() => []) : [{ address: host }];
  for (const { address } of found) {
    const what = rules.refused(address);
    if (what !== undefined) return what;
  }
  return undefined;
}
