import { StoreError } from '../store/store.ts';
import { storeUnavailable } from './store-unavailable.ts';

/**
 * What the store answers.
 *
 * @param sentence what the caller is told where it does not
 * @throws {Refusal} STORE_UNAVAILABLE
 */
export async function fromStore<Result>(sentence: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof StoreError ? storeUnavailable(sentence, error) : error;
  }
}
