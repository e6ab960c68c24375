import { existsSync, statSync } from 'node:fs';
import { catalogFile } from '../../catalog/catalog-file.ts';
import { JournalCatalog } from '../../catalog/journal-catalog.ts';
import type { Viewer } from '../../recording/found.ts';

/** Whoever may read the files. */
export const WHOEVER_READS: Viewer = { own: undefined, reach: [{}] };

/**
 * The index beside a journal, with all that the journal has; undefined where there is none, and where another user keeps it: what this one wrote, the gateway could not write.
 *
 * A journal that was brought from elsewhere has none, and gets none: nothing is written to evidence. `journal reindex` makes one.
 */
export async function openIndex(folder: string): Promise<JournalCatalog | undefined> {
  const file = catalogFile(folder);
  if (!existsSync(file) || statSync(file).uid !== process.getuid?.()) return undefined;
  const catalog = new JournalCatalog(folder, file);
  await catalog.catchUp();
  return catalog;
}
