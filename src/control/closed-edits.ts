/* The edits of a yes as they are kept: closed for their own question, so that those of another do not open in their place. */
import type { Approval } from '../approval/approval.ts';
import type { Amendment } from '../model/amendment.ts';
import { StoreError } from '../store/store.ts';
import type { Vault } from '../store/vault.ts';
import { storeUnavailable } from './store-unavailable.ts';

/** Edits as they may be kept. */
export function closeEdits(vault: Vault, approval: string, edits: readonly Amendment[]): string {
  return vault.close(Buffer.from(JSON.stringify(edits)), placeOf(approval));
}

/** The edits that a question's yes makes; none: it makes none. @throws {Refusal} STORE_UNAVAILABLE they do not open */
export function openEdits(vault: Vault, { id, edits }: Pick<Approval, 'id' | 'edits'>): readonly Amendment[] {
  if (edits === undefined) return [];
  try {
    return JSON.parse(Buffer.from(vault.open(edits, placeOf(id))).toString()) as readonly Amendment[];
  } catch (error) {
    if (error instanceof StoreError) throw storeUnavailable('the edits of the yes do not open', error);
    throw error;
  }
}

function placeOf(approval: string): string {
  return `edits of approval ${approval}`;
}
