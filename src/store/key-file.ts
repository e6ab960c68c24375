import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileTrouble } from '../std/file-trouble.ts';
import { SEAL_KEY_BYTES_MIN } from './seal.ts';
import { StoreError } from './store.ts';

/**
 * The key in a file: its bytes as they are, without a line's end. `openssl rand -base64 48` makes one.
 *
 * @throws {StoreError} it cannot be read, or has fewer than 32 bytes
 */
export function readKeyFile(file: string): Uint8Array {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new StoreError(`the key file \`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
  const key = Buffer.from(bytes.toString('latin1').replace(/\r?\n$/, ''), 'latin1');
  if (key.length < SEAL_KEY_BYTES_MIN)
    throw new StoreError(
      `the key file \`${file}\` holds ${key.length} bytes, and ${SEAL_KEY_BYTES_MIN} are needed: \`openssl rand -base64 48\` makes a key`,
    );
  return key;
}

/** The same; where there is no file, one is made with mode 0600. Of two first starts at the same time, both get the key that was first. */
export function openKeyFile(file: string): Uint8Array {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomBytes(8).toString('hex')}`;
  try {
    // Written beside its place and linked there: the file is whole or not there.
    writeFileSync(draft, `${randomBytes(48).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new StoreError(`the key file \`${file}\` cannot be made: ${(error as Error).message}`);
  } finally {
    rmSync(draft, { force: true });
  }
  return readKeyFile(file);
}
