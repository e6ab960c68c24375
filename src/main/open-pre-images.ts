import { join } from 'node:path';
import type { Config } from '../config/load.ts';
import { noPreImages, type PreImages } from '../pipeline/pre-images.ts';
import type { Clock } from '../std/clock.ts';
import { KeptPreImages } from '../storage/pre-images.ts';
import { readKeyFile } from '../store/key-file.ts';
import { StoreError } from '../store/store.ts';
import { ConfigError } from './config-error.ts';

/** How often those are looked for that have been kept for long enough, beside each start. */
const SWEEP_EVERY_MS = 24 * 3_600_000;

/** Where objects are kept as they were before a change, where the configuration has a key for them. @throws {ConfigError} its file holds none */
export function openPreImages(
  { journal, dataFolder }: Pick<Config, 'journal' | 'dataFolder'>,
  clock: Clock,
): PreImages {
  const { preImageKeyFile } = journal;
  if (preImageKeyFile === undefined) return noPreImages;
  try {
    const kept = new KeptPreImages(join(dataFolder, 'pre-images'), readKeyFile(preImageKeyFile));
    const sweep = () => void kept.sweep(clock.now());
    sweep();
    setInterval(sweep, SWEEP_EVERY_MS).unref();
    return kept;
  } catch (error) {
    throw error instanceof StoreError ? new ConfigError(error.message) : error;
  }
}
