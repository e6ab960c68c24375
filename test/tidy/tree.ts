/** The project's own files, as git knows them: tracked, or new and not ignored. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file of the project: its path from the root, with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

export const root: string = fileURLToPath(new URL('../..', import.meta.url));

/** Every text file of the project whose path passes `wanted`. */
export function projectFiles(wanted: (path: string) => boolean = () => true): readonly SourceFile[] {
  const listed = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
  return listed
    .split('\0')
    .filter((name) => name !== '' && wanted(name))
    .filter((name) => existsSync(path.join(root, name)) && statSync(path.join(root, name)).isFile())
    .map((name) => ({ path: name, text: readFileSync(path.join(root, name), 'utf8') }))
    .filter((file) => !file.text.includes('\0'));
}

export function isTypeScript(name: string): boolean {
  return /\.([cm]?ts|tsx)$/.test(name);
}

export function isTest(name: string): boolean {
  return /\.test(-d)?\.ts$/.test(name);
}
