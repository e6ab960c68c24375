import { setImmediate } from 'node:timers/promises';
import type { Store } from '../../src/store/store.ts';

/** What a store hears of others, in order, and the wait for a piece of it. */
export interface StoreListening {
  readonly heard: string[];
  until(what: string, after?: number): Promise<void>;
}

/** Makes a store listen; what it hears can be waited for. */
export async function listening(store: Store): Promise<StoreListening> {
  const heard: string[] = [];
  await store.changes({
    changed: (kind, id) => heard.push(`${kind} ${id}`),
    readAgain: async () => void heard.push('all'),
    lost: () => heard.push('lost'),
  });
  const until = async (what: string, after = 0) => {
    while (!heard.includes(what, after)) await setImmediate();
  };
  return { heard, until };
}
