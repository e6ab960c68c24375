import { join } from 'node:path';

/** Where the catalog of a journal is kept: beside its segments. */
export function catalogFile(journalFolder: string): string {
  return join(journalFolder, 'catalog.db');
}
