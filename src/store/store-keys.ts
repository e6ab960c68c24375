import { createSeal, type Seal } from './seal.ts';
import { createVault, type Vault } from './vault.ts';

/** What is made from the gateways’ own key. */
export interface StoreKeys {
  readonly seal: Seal;
  readonly vault: Vault;
}

/** The seal and the vault of a store under its key. */
export function storeKeys(key: Uint8Array): StoreKeys {
  return { seal: createSeal(key), vault: createVault(key) };
}
