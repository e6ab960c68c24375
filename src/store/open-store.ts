import type { Clock } from '../std/clock.ts';
import type { Backend } from './backend.ts';
import { openKeyFile, readKeyFile } from './key-file.ts';
import { openSqlStore } from './sql-store.ts';
import { openSqlite, openSqliteReader, type StoreFeed } from './sqlite-backend.ts';
import type { Store } from './store.ts';
import { storeKeys } from './store-keys.ts';

/** Where the store is, as the configuration says it. */
export type StorePlace =
  | { readonly kind: 'sqlite'; readonly file: string; readonly keyFile: string; readonly isKeyMade: boolean }
  | { readonly kind: 'postgres'; readonly url: string; readonly keyFile: string };

/** The store to be read while gateways have it. @throws {StoreError} it cannot be, or its key is another's */
export async function openStoreReader(place: StorePlace, clock: Clock): Promise<Store> {
  const options = { clock, feedLostMs: 0, onUnsealed: () => {} };
  if (place.kind === 'postgres') return openStore(place, options);
  const key = readKeyFile(place.keyFile);
  return openSqlStore(await openSqliteReader(place.file), storeKeys(key), options.onUnsealed);
}

interface Options {
  readonly clock: Clock;
  readonly feedLostMs: number;
  /** The way between the workers of one gateway; absent where it is one process. PostgreSQL needs none. */
  readonly feed?: StoreFeed | undefined;
  /** Hears of rows whose seal is not right. */
  readonly onUnsealed: (kind: string, id: string) => void;
}

/**
 * The store of the configuration. What reads PostgreSQL is loaded only where it is one.
 *
 * @throws {StoreError} it cannot be opened, its key is another's, or its tables are not of this program's version
 */
export async function openStore(place: StorePlace, options: Options): Promise<Store> {
  const key = place.kind === 'sqlite' && place.isKeyMade ? openKeyFile(place.keyFile) : readKeyFile(place.keyFile);
  const backend = await openBackend(place, options);
  return openSqlStore(backend, storeKeys(key), options.onUnsealed).catch(async (error: unknown) => {
    await backend.close();
    throw error;
  });
}

async function openBackend(place: StorePlace, { clock, feedLostMs, feed }: Options): Promise<Backend> {
  if (place.kind === 'sqlite')
    return openSqlite(place.file, clock, feed === undefined ? undefined : { feed, feedLostMs });
  const { openPostgres } = await import('./postgres-backend.ts');
  return openPostgres({ url: place.url, clock, feedLostMs });
}
