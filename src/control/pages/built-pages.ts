/*
 * The pages of the console as they were built, in memory: files are found by the very path that was built, so no request reaches the disk, and none can name
 * what was not built. A folder that is not there yet, or was built anew, is read when a page is asked for next.
 */
import { hash } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, gzip, constants as zlib } from 'node:zlib';

/** Limits of the pages that are served. */
export const PAGE_LIMITS = Object.freeze({
  /** Files of the console. */
  filesMax: 1_000,
  /** The largest of them. */
  fileBytesMax: 8 * 1024 * 1024,
});

/** A file of the console. */
export interface PageFile {
  readonly type: string;
  readonly bytes: Buffer;
  /** A strong tag of the bytes. */
  readonly tag: string;
  /** Whether its name changes with its bytes. */
  readonly isHashed: boolean;
  /** The bytes packed, made once; undefined where that gains nothing. */
  packed(encoding: 'br' | 'gzip'): Promise<Buffer> | undefined;
}

/** What is served, by the end of its name. What has another end is not. */
const TYPES: Readonly<Record<string, string>> = Object.freeze({
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.wav': 'audio/wav',
  '.webmanifest': 'application/manifest+json',
  '.woff2': 'font/woff2',
});

/** Types whose bytes are packed already. */
const PACKED = new Set(['.ico', '.mp3', '.ogg', '.png', '.woff2']);

/** Smaller files are sent as they are. */
const PACKED_FROM_BYTES = 1024;

const pack = { br: promisify(brotliCompress), gzip: promisify(gzip) };
const PACK_OPTIONS = { br: { params: { [zlib.BROTLI_PARAM_QUALITY]: 11 } }, gzip: { level: 9 } };

type Files = ReadonlyMap<string, PageFile>;

/** The pages in a folder that Vite has built. */
export class BuiltPages {
  readonly #folder: string;
  #read: { readonly stamp: string; readonly files: Promise<Files> } | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The files by path, without a `/` before it; undefined where nothing is built. @throws {Error} what is built cannot be read, or is over a limit */
  async files(): Promise<Files | undefined> {
    const stamp = await this.#stamp();
    if (stamp === undefined) return undefined;
    if (this.#read?.stamp !== stamp) this.#read = { stamp, files: readFiles(this.#folder) };
    try {
      return await this.#read.files;
    } catch (error) {
      this.#read = undefined;
      throw error;
    }
  }

  /** Changes whenever the pages are built, also while they are: a folder's time is that of the file that came last. */
  async #stamp(): Promise<string | undefined> {
    const index = await stat(join(this.#folder, 'index.html')).catch(() => undefined);
    const assets = await stat(join(this.#folder, 'assets')).catch(() => undefined);
    return index === undefined ? undefined : `${index.mtimeMs} ${index.ino} ${index.size} ${assets?.mtimeMs ?? 0}`;
  }
}

async function readFiles(folder: string): Promise<Files> {
  const entries = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && Object.hasOwn(TYPES, extname(entry.name)),
  );
  if (entries.length > PAGE_LIMITS.filesMax)
    throw new Error(`${folder} holds more than ${PAGE_LIMITS.filesMax} files (\`filesMax\`)`);
  return new Map(await Promise.all(entries.map((entry) => readOne(folder, entry))));
}

async function readOne(folder: string, { parentPath, name }: Dirent): Promise<[string, PageFile]> {
  const file = join(parentPath, name);
  const bytes = await readFile(file);
  if (bytes.length > PAGE_LIMITS.fileBytesMax)
    throw new Error(`${file} is larger than ${PAGE_LIMITS.fileBytesMax} bytes (\`fileBytesMax\`)`);
  const path = relative(folder, file).split(sep).join('/');
  return [path, pageFile(path, bytes)];
}

function pageFile(path: string, bytes: Buffer): PageFile {
  const end = extname(path);
  const made: Partial<Record<'br' | 'gzip', Promise<Buffer>>> = {};
  return {
    type: TYPES[end] as string,
    bytes,
    tag: `"${hash('sha256', bytes, 'base64url').slice(0, 22)}"`,
    isHashed: path.startsWith('assets/'),
    packed(encoding) {
      if (PACKED.has(end) || bytes.length < PACKED_FROM_BYTES) return undefined;
      made[encoding] ??= encoding === 'br' ? pack.br(bytes, PACK_OPTIONS.br) : pack.gzip(bytes, PACK_OPTIONS.gzip);
      return made[encoding];
    },
  };
}
