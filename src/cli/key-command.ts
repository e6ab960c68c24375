import { appendFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { verifierKey } from '../recording/checkpoint.ts';
import { KEY_NOTES_FILE, keyNote } from '../recording/key-notes.ts';
import { makeSigningKey, readSigningKey, signingKeyPlace } from '../segments/signing-key.ts';
import { originIn } from './checkpoint-command.ts';
import { CliError } from './cli-error.ts';
import { journalsOf } from './journal-files.ts';
import { readConfig } from './read-config.ts';
import { orComplain, signingKey } from './signing-key.ts';

interface Options {
  readonly config: string;
  readonly rotate: boolean;
  readonly next?: string;
}

/** `sallyport journal key`. */
export function keyCommand(): Command {
  return new Command('key')
    .description(
      'print the public key that seals and checkpoints are signed with, for who verifies; or let another follow',
    )
    .option('--config <file>', 'the gateway’s configuration, which names journal and key', 'sallyport.yaml')
    .option(
      '--rotate',
      'let a new key follow this one, signed by both; a running gateway signs with it from then on',
      false,
    )
    .option(
      '--next <file>',
      'with a `journal.signingKeyFile`: the private key that follows; put it in its place afterwards',
    )
    .action(async ({ config, rotate, next }: Options) => {
      const read = readConfig(config);
      const folders = await journalsOf({ config });
      const origin = await originIn(folders[0] ?? '');
      const key = signingKey(read);
      if (!rotate) {
        if (next !== undefined) throw new CliError('--next goes with --rotate');
        process.stdout.write(`${verifierKey(origin, key)}\n`);
        return;
      }
      const place = signingKeyPlace(read);
      if (place.isOwn === (next !== undefined))
        throw new CliError(
          place.isOwn
            ? 'the gateway made its key itself, and makes the one that follows: leave --next out'
            : 'the configuration names the key: name the file of the one that follows with --next',
        );
      const file = next ?? `${place.file}.next`;
      if (place.isOwn) orComplain(() => makeSigningKey(file));
      const following = orComplain(() => readSigningKey(file));
      if (following === undefined) throw new CliError(`${file}: there is no such file`);
      // Each worker's journal is signed in a name of its own.
      for (const folder of folders)
        appendFileSync(join(folder, KEY_NOTES_FILE), `${keyNote(await originIn(folder), key, following)}\n`, {
          mode: 0o600,
          flush: true,
        });
      // What signed before is not kept: whoever takes the key later cannot sign what was.
      if (place.isOwn) renameSync(file, place.file);
      process.stdout.write(`${verifierKey(origin, following)}\n`);
      if (!place.isOwn) process.stderr.write(`put ${file} in the place of ${place.file}, and destroy what was there\n`);
    });
}
