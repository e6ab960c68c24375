import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { MaskKey, maskKeyBytes } from '../masking/form/mask-key.ts';
import { ConfigError } from './config-error.ts';

/**
 * The key of masks: that of `masks.keyFile`, else the one in `dataFolder`, which is made at first start with mode 0600.
 *
 * @throws {ConfigError} it cannot be read, or is not 64 hex digits
 */
export function openMaskKey({ dataFolder, masks }: Pick<Config, 'dataFolder' | 'masks'>): MaskKey {
  const file = masks.keyFile ?? made(dataFolder);
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
  const fresh = `${file}.${randomBytes(8).toString('hex')}`;
  writeFileSync(fresh, `${randomBytes(maskKeyBytes).toString('hex')}\n`, { mode: 0o600, flag: 'wx', flush: true });
  try {
    linkSync(fresh, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(fresh);
  }
  return file;
}
