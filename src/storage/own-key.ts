import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, open, readFile, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

const keyBytes = 32;

/**
 * A secret key of the gateway's own: 32 bytes, in a file as 64 hex digits; made at its first use, with mode 0600, and on the disk before it is used.
 *
 * Gateways that start at once on one folder end up with one key.
 *
 * @throws {Error} others than its owner may read the file, or it holds no key: none is made in its place, since what was made with it could not be told any more
 */
export async function ownKey(file: string): Promise<Buffer> {
  return (await kept(file)) ?? (await made(file));
}

async function kept(file: string): Promise<Buffer | undefined> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === undefined) return undefined;
  if ((found.mode & 0o077) !== 0) throw new Error(`${file}: others than its owner may read it: \`chmod 600\` it`);
  const text = (await readFile(file, 'latin1')).trim();
  if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`${file}: it holds no key of ${keyBytes} bytes in hex`);
  return Buffer.from(text, 'hex');
}

/** Written beside its place and linked there, which fails where another was first: the file is whole or not there. */
async function made(file: string): Promise<Buffer> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  const handle = await open(draft, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(keyBytes).toString('hex')}\n`);
    await handle.sync();
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await handle.close();
    await rm(draft, { force: true });
  }
  const key = await kept(file);
  if (key === undefined) throw new Error(`${file}: it vanished while it was made`);
  return key;
}
