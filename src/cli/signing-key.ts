import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { CliError } from './cli-error.ts';

/**
 * The key that signs checkpoints: that of the configuration, or one that is made in the data folder at its first use, with mode 0600.
 *
 * @throws {CliError} others than its owner may read it, it is no Ed25519 key, or it cannot be made
 */
export function signingKey({ journal, dataFolder }: Pick<Config, 'journal' | 'dataFolder'>): KeyObject {
  const file = journal.signingKeyFile ?? join(dataFolder, 'journal-signing.key');
  return read(file) ?? (journal.signingKeyFile === undefined ? made(file) : missing(file));
}

function read(file: string): KeyObject | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if ((found.mode & 0o077) !== 0) throw new CliError(`${file}: others than its owner may read it: \`chmod 600\` it`);
  try {
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  throw new CliError(`${file}: it holds no private Ed25519 key in PEM`);
}

/** Written beside its place and linked there, which fails where another was first: the file is whole or not there. */
function made(file: string): KeyObject {
  const draft = `${file}.${process.pid}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    writeFileSync(draft, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx', flush: true });
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new CliError(`${file}: the key cannot be made: ${(error as NodeJS.ErrnoException).code}`);
  } finally {
    rmSync(draft, { force: true });
  }
  return read(file) ?? missing(file);
}

function missing(file: string): never {
  throw new CliError(`${file}: there is no such file; \`openssl genpkey -algorithm ed25519\` makes a key`);
}
