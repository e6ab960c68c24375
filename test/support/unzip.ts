import { inflateRawSync } from 'node:zlib';

/**
 * One file out of a ZIP archive: enough for archives whose integrity has been checked, on machines without `unzip`.
 *
 * @throws {Error} where the archive has no such file, or one that is neither stored nor deflated
 * Source: .ZIP File Format Specification 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end)
 */
export function unzip(archive: Buffer, path: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const count = archive.readUInt16LE(end + 10);
  let at = archive.readUInt32LE(end + 16);
  for (let i = 0; i < count; i++) {
    const nameBytes = archive.readUInt16LE(at + 28);
    const name = archive.toString('utf8', at + 46, at + 46 + nameBytes);
    if (name === path) return entry(archive, at);
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no ${path}`);
}

function entry(archive: Buffer, central: number): Buffer {
  const method = archive.readUInt16LE(central + 10);
  const packedBytes = archive.readUInt32LE(central + 20);
  const local = archive.readUInt32LE(central + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + packedBytes);
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed);
  throw new Error(`compression method ${method} is not known`);
}
