import type { Config } from '../config/load.ts';

/**
 * Why the host at which persons sign in is not the console's alone; undefined where it is, and where nobody signs in. Cookies know hosts and no ports: whatever else
 * is served under the name gets the console's cookie sent, and can set one.
 */
export function sharedHost(config: Pick<Config, 'console' | 'issuers' | 'targets' | 'tls'>): string | undefined {
  const { console: place, issuers, targets, tls } = config;
  if (place === undefined || issuers.every(({ login }) => login === undefined)) return undefined;
  const name = place.url === undefined ? place.hostName : new URL(place.url).hostname;
  if (name === undefined)
    return 'the console has no `hostName`, so it shares an address with whatever else is served there';
  const others = [
    ...tls.hostNames,
    ...targets.flatMap(({ hostNames }) => hostNames),
    ...issuers.map(({ url }) => new URL(url).hostname),
    'localhost',
  ];
  return others.includes(name) ? `\`${name}\` is not a name of the console’s alone` : undefined;
}
