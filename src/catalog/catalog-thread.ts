/* The thread that keeps the catalog of a gateway's journal: it takes what the journal gets, and answers questions. See ask-catalog.ts. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Catalog } from '../recording/found.ts';
import { JournalCatalog } from './journal-catalog.ts';

/** What the thread is told of its journal. */
export interface CatalogPlace {
  readonly folder: string;
  readonly file: string;
}

/** A question, and its answer. */
export interface CatalogAsked {
  readonly id: number;
  readonly name: keyof Catalog | 'takenTo';
  readonly values: readonly unknown[];
}

export type CatalogAnswer =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly failure: string }
  | { readonly failure: string };

/** How often the journal is looked at. */
const LOOK_MS = 1_000;

/** Limit: how long a question waits for what the journal has got meanwhile; a catalog that is made anew answers from what it has. */
const CATCH_UP_MS = 2_000;

const port = parentPort;
if (port !== null) {
  const { folder, file } = workerData as CatalogPlace;
  const catalog = new JournalCatalog(folder, file);
  const say = (answer: CatalogAnswer) => port.postMessage(answer);
  const look = () => catalog.catchUp().catch((error: Error) => say({ failure: error.message }));
  void look();
  const timer = setInterval(look, LOOK_MS);
  port.on('message', async (asked: CatalogAsked | 'close') => {
    if (asked === 'close') {
      clearInterval(timer);
      catalog.close();
      port.close();
      return;
    }
    try {
      await Promise.race([look(), new Promise((resolve) => setTimeout(resolve, CATCH_UP_MS).unref())]);
      const answer = catalog[asked.name] as (...values: readonly unknown[]) => Promise<unknown>;
      say({ id: asked.id, value: await answer.apply(catalog, [...asked.values]) });
    } catch (error) {
      say({ id: asked.id, failure: (error as Error).message });
    }
  });
}
