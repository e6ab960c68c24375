import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { fileTrouble } from '../std/file-trouble.ts';
import type { StorePlace } from '../store/open-store.ts';
import { ConfigError } from './config-error.ts';

/** Where the store of a configuration is. @throws {ConfigError} the file of its URL cannot be read */
export function storePlace(config: Pick<Config, 'store' | 'dataFolder'>): StorePlace {
  const { sqlite, postgres, keyFile } = config.store ?? {};
  if (postgres !== undefined) return { kind: 'postgres', url: urlIn(postgres.urlFile), keyFile: keyFile as string };
  return {
    kind: 'sqlite',
    file: sqlite?.file ?? join(config.dataFolder, 'store.db'),
    keyFile: keyFile ?? join(config.dataFolder, 'store.key'),
    isKeyMade: keyFile === undefined,
  };
}

function urlIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    throw new ConfigError(`\`${file}\` cannot be read: ${fileTrouble(error)}`);
  }
}
