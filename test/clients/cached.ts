import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from '../support/cache-folder.ts';

/** How a folder of the cache comes to be. */
export interface Recipe {
  readonly name: string;
  /** What is fetched or built and how big it is, for the one line that a person sees. */
  readonly origin: string;
  /** What it is made from: paths of files, or words (a version, an integrity). A change of any makes the folder anew. */
  readonly sources: readonly string[];
  /** Fills the empty folder that it is given. */
  readonly make: (folder: string) => Promise<void>;
}

const beingMade = new Map<string, Promise<string>>();

/** The folder that a recipe makes, made once where the cache does not have it; a failure or a kill leaves nothing that counts. */
export async function cached(recipe: Recipe): Promise<string> {
  const hash = createHash('sha256');
  for (const source of recipe.sources) hash.update(existsSync(source) ? readFileSync(source) : source);
  const folder = join(cacheFolder(), `client-${recipe.name}-${hash.digest('hex').slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const making = beingMade.get(folder) ?? make(recipe, folder);
  beingMade.set(folder, making);
  return making;
}

async function make(recipe: Recipe, folder: string): Promise<string> {
  process.stderr.write(`getting ${recipe.origin}, once ...\n`);
  const fresh = mkdtempSync(`${folder}.`);
  try {
    await recipe.make(fresh);
    renameSync(fresh, folder);
  } catch (error) {
    rmSync(fresh, { recursive: true, force: true });
    if (!existsSync(folder)) throw error; // else another process was quicker
  }
  return folder;
}
