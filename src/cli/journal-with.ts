import { type JournalOptions, journalsOf } from './journal-files.ts';
import { readJournal } from './read-journal.ts';

/**
 * The folder of the journal that has a session or an exchange, of those of several workers; the first one where none has it, so that whoever reads it says so.
 *
 * @throws {CliError} a journal cannot be read
 */
export async function journalWith(options: JournalOptions, id: string): Promise<string> {
  const folders = await journalsOf(options);
  const [first = ''] = folders;
  if (folders.length === 1) return first;
  for (const folder of folders) {
    let isThere = false;
    await readJournal(folder, (event) => {
      isThere ||= event.type === 'exchange.begun' && (event.session === id || event.exchange === id);
    });
    if (isThere) return folder;
  }
  return first;
}
