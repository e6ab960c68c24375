/*
 * Objects as they were before a change, in a folder apart from the journal: a file each, sealed by AES-256-GCM under a key of their own, for its exchange alone. Nothing
 * of them is in the journal, and they are not masked: who reads the folder without the key has nothing.
 *
 * Source: NIST SP 800-38D; HKDF, RFC 5869
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PreImage } from '../model/pre-image.ts';
import { Refusal } from '../model/refusal.ts';

/** Limits of what is kept; documented in docs/reference/limits.md. */
export const PRE_IMAGE_LIMITS = Object.freeze({
  /** The largest object that is kept; a change of a larger one is refused where a rule has it kept. */
  objectBytesMax: 4 * 1024 * 1024,
  /** How long one is kept. */
  keptForMs: 30 * 24 * 3_600_000,
});

const FORMAT = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SUFFIX = '.sealed';

/** See `PreImages`. */
export class KeptPreImages {
  readonly canKeep = true;
  readonly #folder: string;
  readonly #key: Buffer;

  /** @param key 32 bytes at least */
  constructor(folder: string, key: Uint8Array) {
    this.#folder = folder;
    this.#key = Buffer.from(hkdfSync('sha256', key, new Uint8Array(), 'sallyport-pre-images', 32));
  }

  async keep(image: PreImage): Promise<void> {
    const bytes = Buffer.from(JSON.stringify(image));
    if (bytes.length > PRE_IMAGE_LIMITS.objectBytesMax)
      throw unkept(`the object has more than ${PRE_IMAGE_LIMITS.objectBytesMax} bytes`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#write(this.#fileOf(image.exchange), this.#sealed(bytes, image.exchange));
    } catch (cause) {
      throw unkept('its file could not be written', cause);
    }
  }

  async read(exchange: string): Promise<PreImage | undefined> {
    const sealed = await readFile(this.#fileOf(exchange)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw unread(exchange, error);
    });
    if (sealed === undefined) return undefined;
    try {
      return JSON.parse(this.#opened(sealed, exchange).toString()) as PreImage;
    } catch (cause) {
      throw unread(exchange, cause);
    }
  }

  /** Drops what has been kept for long enough. What cannot be removed stays as it is, sealed, until the next time; nothing but files of its own is touched. */
  async sweep(nowMs: number): Promise<void> {
    const names = await readdir(this.#folder).catch(() => []);
    for (const name of names.filter((each) => each.includes(SUFFIX))) {
      const file = join(this.#folder, name);
      const found = await stat(file).catch(() => undefined);
      if (found !== undefined && found.mtimeMs < nowMs - PRE_IMAGE_LIMITS.keptForMs)
        await rm(file, { force: true }).catch(() => {});
    }
  }

  /** Security: an id that is none names no file. */
  #fileOf(exchange: string): string {
    if (!/^[0-9a-z]{26}$/.test(exchange)) throw new Refusal('NOT_FOUND', 'there is no such exchange');
    return join(this.#folder, `${exchange}${SUFFIX}`);
  }

  /** Again where it is judged anew: what was kept before is replaced whole. */
  async #write(file: string, bytes: Uint8Array): Promise<void> {
    const draft = `${file}.${randomBytes(8).toString('hex')}`;
    const handle = await open(draft, 'wx', 0o600);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(draft, file);
    const folder = await open(this.#folder);
    await folder.sync().finally(() => folder.close());
  }

  #sealed(bytes: Uint8Array, place: string): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(place));
    return Buffer.concat([Buffer.of(FORMAT), nonce, cipher.update(bytes), cipher.final(), cipher.getAuthTag()]);
  }

  #opened(sealed: Buffer, place: string): Buffer {
    if (sealed[0] !== FORMAT || sealed.length < 1 + NONCE_BYTES + TAG_BYTES) throw new Error('it has no such form');
    const decipher = createDecipheriv('aes-256-gcm', this.#key, sealed.subarray(1, 1 + NONCE_BYTES), {
      authTagLength: TAG_BYTES,
    })
      .setAAD(Buffer.from(place))
      .setAuthTag(sealed.subarray(-TAG_BYTES));
    const bytes = decipher.update(sealed.subarray(1 + NONCE_BYTES, -TAG_BYTES));
    return Buffer.concat([bytes, decipher.final()]);
  }
}

function unkept(why: string, cause?: unknown): Refusal {
  return new Refusal(
    'RECORDING_UNAVAILABLE',
    `a rule says that the object is kept as it is before the change, and ${why}`,
    {
      advice: 'try again, or ask the operator',
      cause,
    },
  );
}

function unread(exchange: string, cause: unknown): Refusal {
  return new Refusal(
    'RECORDING_UNAVAILABLE',
    `what is kept of exchange \`${exchange}\` does not open under \`journal.preImageKeyFile\``,
    {
      advice: 'ask the operator whether the key was changed',
      cause,
    },
  );
}
