import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** Where this project keeps what it fetches, as each system has it. */
export function cacheFolder() {
  if (process.env.XDG_CACHE_HOME) return path.join(process.env.XDG_CACHE_HOME, 'sallyport');
  const folder = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
  return path.join(os.homedir(), folder, 'sallyport');
}
