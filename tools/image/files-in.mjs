import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import path from 'node:path';

/** The files and links under a folder as entries of an archive under `prefix`, all of root's; programs are 0755, everything else 0644. */
export function filesIn(folder, prefix, isWanted = () => true) {
  const names = readdirSync(folder, { recursive: true }).map((name) => name.split(path.sep).join('/'));
  return names.filter(isWanted).flatMap((name) => {
    const file = path.join(folder, name);
    const found = lstatSync(file);
    const entry = { path: `${prefix}/${name}`, owner: 0 };
    if (found.isSymbolicLink()) return [{ ...entry, type: 'symlink', mode: 0o777, target: readlinkSync(file) }];
    if (!found.isFile()) return [];
    return [{ ...entry, type: 'file', mode: found.mode & 0o100 ? 0o755 : 0o644, bytes: readFileSync(file) }];
  });
}
