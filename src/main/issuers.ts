import type { Config } from '../config/load.ts';
import type { Issuer } from '../identity/issuer.ts';

/** The issuers of the configuration. */
export function issuersOf(config: Config): readonly Issuer[] {
  return config.issuers.map(({ caFile, keys, login: _, ...issuer }) => ({
    ...issuer,
    keys: keysOf(keys),
    caFile,
  }));
}

function keysOf(keys: Config['issuers'][number]['keys']): Issuer['keys'] {
  if (keys?.file !== undefined) return { from: 'file', file: keys.file };
  if (keys?.url !== undefined) return { from: 'url', url: keys.url };
  return { from: 'discovery' };
}
