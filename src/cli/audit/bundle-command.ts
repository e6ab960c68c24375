import { Command } from 'commander';
import { type JournalOptions, withJournalOptions } from '../journal-files.ts';
import { instant } from '../option-values.ts';
import { makeBundle } from './make-bundle.ts';

interface Options extends JournalOptions {
  readonly since?: number;
  readonly until?: number;
}

/** `sallyport audit bundle`. */
export function bundleCommand(): Command {
  return withJournalOptions(new Command('bundle'))
    .description(
      'gather evidence for an auditor in a new folder: who had access, who approved, what was done, and that it is whole; readable without this program',
    )
    .argument('<folder>', 'where; it must not be there yet')
    .option('--since <when>', 'from an instant on, or for a time (90d); default: all that the journal has', instant)
    .option('--until <when>', 'before an instant; default: now', instant)
    .action(async (folder: string, { since = 0, until = Date.now(), ...where }: Options) => {
      const { holds, sentence } = await makeBundle(folder, { ...where, sinceMs: since, untilMs: until });
      process.stdout.write(`${sentence}\n`);
      process.exitCode = holds ? 0 : 1;
    });
}
