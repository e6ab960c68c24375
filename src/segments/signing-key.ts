import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Where the key is that signs a journal. */
export interface SigningKeyPlace {
  readonly file: string;
  /** Whether it is made where it is not there. */
  readonly isOwn: boolean;
}

/** The key cannot be had, and what to do. */
export class SigningKeyError extends Error {
  override readonly name = 'SigningKeyError';
}

/** The place that the configuration names, or one in the data folder. */
export function signingKeyPlace({
  journal,
  dataFolder,
}: {
  readonly journal: { readonly signingKeyFile?: string | undefined };
  readonly dataFolder: string;
}): SigningKeyPlace {
  const file = journal.signingKeyFile;
  return { file: file ?? join(dataFolder, 'journal-signing.key'), isOwn: file === undefined };
}

/**
 * The key that signs checkpoints and seals: the configuration's, or one that is made in the data folder at its first use, with mode 0600.
 *
 * @throws {SigningKeyError} others than its owner may read it, it is no Ed25519 key, it is not there, or it cannot be made
 */
export function signingKey({ file, isOwn }: SigningKeyPlace): KeyObject {
  const found = readSigningKey(file);
  if (found !== undefined) return found;
  if (isOwn) makeSigningKey(file);
  return (
    readSigningKey(file) ?? fail(`${file}: there is no such file; \`openssl genpkey -algorithm ed25519\` makes a key`)
  );
}

/** The key in a file; undefined where there is no such file. @throws {SigningKeyError} */
export function readSigningKey(file: string): KeyObject | undefined {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found === undefined) return undefined;
  if ((found.mode & 0o077) !== 0) fail(`${file}: others than its owner may read it: \`chmod 600\` it`);
  try {
    const key = createPrivateKey(readFileSync(file));
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Said below.
  }
  return fail(`${file}: it holds no private Ed25519 key in PEM`);
}

/** Makes a key: written beside its place and linked there, which changes nothing where one is: the file is whole or not there. @throws {SigningKeyError} */
export function makeSigningKey(file: string): void {
  const draft = `${file}.${process.pid}`;
  const { privateKey } = generateKeyPairSync('ed25519');
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, privateKey.export({ format: 'pem', type: 'pkcs8' }), { mode: 0o600, flag: 'wx', flush: true });
    linkSync(draft, file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EEXIST') fail(`${file}: the key cannot be made: ${code}`);
  } finally {
    rmSync(draft, { force: true });
  }
}

function fail(message: string): never {
  throw new SigningKeyError(message);
}
