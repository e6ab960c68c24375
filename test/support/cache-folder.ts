import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder where what was fetched or built is kept between runs; it is made where it is missing. */
export function cacheFolder(): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'sallyport');
  mkdirSync(folder, { recursive: true });
  return folder;
}
