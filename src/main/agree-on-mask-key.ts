import { type Store, StoreError } from '../store/store.ts';
import { ConfigError } from './config-error.ts';
import type { MaskKeys } from './mask-keys.ts';

/** What the row of the key holds: fingerprints, which tell nothing of keys. */
interface KeyRow {
  readonly fingerprint: string;
  readonly retired: readonly string[];
}

const id = 'mask-key';

/**
 * Holds the gateways of one store to one key of masks, by its fingerprint: masks of two keys would compare with nothing, and one gateway could not put back what
 * another has shown. A gateway that knows the key of the others as retired has the newer one, and its becomes that of all.
 *
 * @throws {ConfigError} others have another key, or have retired this one
 */
export async function agreeOnMaskKey(store: Pick<Store, 'exclusively'>, { key, retired }: MaskKeys): Promise<void> {
  const own: KeyRow = { fingerprint: key.fingerprint, retired: retired.map(({ fingerprint }) => fingerprint) };
  const refused = await store
    .exclusively(id, async (rows) => {
      const row = await rows.get('mask-key', id);
      const theirs = row?.body as KeyRow | undefined;
      if (theirs?.fingerprint === own.fingerprint) return undefined;
      if (theirs?.retired.includes(own.fingerprint) === true)
        return 'is one that they have retired: give this gateway the new one';
      if (theirs !== undefined && !own.retired.includes(theirs.fingerprint))
        return 'is another than theirs: share `masks.keyFile`, or name the old key under `masks.retiredKeyFiles` where this is a new one';
      await rows.put({ kind: 'mask-key', id, version: row?.version ?? 0, owner: '', state: 'live', body: own });
      return undefined;
    })
    .catch((error: unknown) => {
      throw error instanceof StoreError ? new ConfigError(error.message) : error;
    });
  if (refused !== undefined)
    throw new ConfigError(
      `other gateways have this store, and the key of masks here (fingerprint ${own.fingerprint}) ${refused}`,
    );
}
