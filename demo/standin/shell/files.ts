/** A pod's file system: text in memory, one for each container, gone with the stand-in. Nothing of the host is ever opened. */

export class Files {
  readonly #files: Map<string, string>;
  readonly #folders: Set<string>;

  constructor(files: { readonly [path: string]: string }) {
    this.#files = new Map(Object.entries(files));
    this.#folders = new Set(['/', '/tmp', '/root', '/etc', '/bin']);
    for (const path of this.#files.keys()) this.#addFolders(path);
  }

  read(path: string): string | undefined {
    return this.#files.get(path);
  }

  /** Limit: 1 MiB a file; a larger one is refused. */
  write(path: string, text: string): boolean {
    if (text.length > 1_048_576 || this.isFolder(path) || !this.isFolder(parentOf(path))) return false;
    this.#files.set(path, text);
    return true;
  }

  remove(path: string): boolean {
    return this.#files.delete(path);
  }

  isFolder(path: string): boolean {
    return this.#folders.has(path);
  }

  addFolder(path: string): boolean {
    if (this.#folders.has(path) || this.#files.has(path) || !this.#folders.has(parentOf(path))) return false;
    this.#folders.add(path);
    return true;
  }

  /** The names in a folder, sorted. */
  list(folder: string): readonly string[] {
    const prefix = folder === '/' ? '/' : `${folder}/`;
    const inside = [...this.#files.keys(), ...this.#folders].filter((path) => path !== '/' && path.startsWith(prefix));
    return [...new Set(inside.map((path) => path.slice(prefix.length).split('/')[0] ?? ''))]
      .filter((name) => name !== '')
      .sort();
  }

  #addFolders(path: string): void {
    for (let parent = parentOf(path); !this.#folders.has(parent); parent = parentOf(parent)) this.#folders.add(parent);
  }
}

/** An absolute path without `.` and `..`. */
export function absolute(folder: string, path: string): string {
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${folder}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
