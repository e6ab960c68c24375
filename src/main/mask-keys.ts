/*
 * The keys of masks: the one under which they are made, and those under which they were. A key that is rotated away stays beside the new one, so that masks which callers
 * still hold are known for what they are.
 */
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Config } from '../config/load.ts';
import { MaskKey, maskKeyBytes } from '../masking/form/mask-key.ts';
import { ConfigError } from './config-error.ts';

/** What the configuration says of keys. */
type KeyConfig = Pick<Config, 'dataFolder' | 'masks'>;

/** The key under which masks are made, and those that are retired. */
export interface MaskKeys {
  readonly key: MaskKey;
  readonly retired: readonly MaskKey[];
}

/**
 * The key of `masks.keyFile`, else the one in `dataFolder`, which is made at first start with mode 0600; with the keys of `masks.retiredKeyFiles`, and those that
 * `sallyport mask rotate-key` has put beside it.
 *
 * @throws {ConfigError} one cannot be read, or is not 64 hex digits
 */
export function openMaskKeys(config: KeyConfig): MaskKeys {
  const file = config.masks.keyFile ?? made(config.dataFolder);
  const key = readMaskKey(file);
  const all = [...config.masks.retiredKeyFiles, ...retiredBeside(file)].map(readMaskKey);
  const retired = new Map(all.map((one) => [one.fingerprint, one]));
  retired.delete(key.fingerprint);
  return { key, retired: [...retired.values()] };
}

/** Files of a rotation. */
export interface Rotated {
  readonly keyFile: string;
  readonly retiredFile: string;
}

/**
 * Puts a new key in the place of the one of the configuration, and the old one beside it, where gateways find it. Interrupted at any moment, one key is in force and none
 * is lost.
 *
 * @throws {ConfigError} the key is not one, or its folder cannot be written
 */
export function rotateMaskKey(config: KeyConfig): Rotated {
  const keyFile = config.masks.keyFile ?? made(config.dataFolder);
  const { fingerprint } = readMaskKey(keyFile);
  const retiredFile = `${keyFile}${retiredMark}${fingerprint}`;
  try {
    if (!existsSync(retiredFile)) linkSync(keyFile, retiredFile);
    const fresh = freshKey(dirname(keyFile), basename(keyFile));
    renameSync(fresh, keyFile);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new ConfigError(
      `the key in \`${keyFile}\` cannot be replaced here (${code}): put 64 new hex digits in it where it is kept, and the old ones into a file of \`masks.retiredKeyFiles\``,
    );
  }
  return { keyFile, retiredFile };
}

const retiredMark = '.retired-';

function retiredBeside(file: string): readonly string[] {
  const begin = basename(file) + retiredMark;
  return readdirSync(dirname(file))
    .filter((name) => name.startsWith(begin))
    .sort()
    .map((name) => join(dirname(file), name));
}

function readMaskKey(file: string): MaskKey {
  let text: string;
  try {
    text = readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`the key of masks cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!/^[0-9a-f]{64}$/i.test(text))
    throw new ConfigError(
      `the key of masks in ${file} is not ${2 * maskKeyBytes} hex digits: make one with \`openssl rand -hex 32\``,
    );
  return new MaskKey(Buffer.from(text, 'hex'));
}

/** Two starts at once make one key: the first that is whole stays. */
function made(dataFolder: string): string {
  const file = join(dataFolder, 'mask.key');
  if (existsSync(file)) return file;
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  const fresh = freshKey(dataFolder, 'mask.key');
  try {
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(fresh);
  }
  return file;
}

/** A new key in a file of its own, on the disk. */
function freshKey(folder: string, name: string): string {
  const fresh = join(folder, `${name}.${randomBytes(8).toString('hex')}`);
  writeFileSync(fresh, `${randomBytes(maskKeyBytes).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  return fresh;
}
