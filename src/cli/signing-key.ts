import type { KeyObject } from 'node:crypto';
import type { Config } from '../config/load.ts';
import { SigningKeyError, signingKey as signingKeyAt, signingKeyPlace } from '../segments/signing-key.ts';
import { CliError } from './cli-error.ts';

/**
 * The key that signs checkpoints: that of the configuration, or one that is made in the data folder at its first use, with mode 0600.
 *
 * @throws {CliError} others than its owner may read it, it is no Ed25519 key, or it cannot be made
 */
export function signingKey(config: Pick<Config, 'journal' | 'dataFolder'>): KeyObject {
  return orComplain(() => signingKeyAt(signingKeyPlace(config)));
}

/** What `read` returns. @throws {CliError} where it cannot have a key */
export function orComplain<Value>(read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    if (error instanceof SigningKeyError) throw new CliError(error.message);
    throw error;
  }
}
