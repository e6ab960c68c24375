import { inflateRawSync } from 'node:zlib';

/**
 * One file out of a ZIP archive whose integrity has been checked: no unzip program is needed.
 *
 * @throws {Error} where the archive has no such file, or one that is neither stored nor deflated
 * Source: .ZIP File Format Specification 6.3.10, 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (its end)
 */
export function zipEntry(archive: Buffer, path: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end < 0) throw new Error('this is no ZIP archive');
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const nameBytes = archive.readUInt16LE(at + 28);
    if (archive.toString('utf8', at + 46, at + 46 + nameBytes) === path) return entryAt(archive, at);
    at += 46 + nameBytes + archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no ${path}`);
}

function entryAt(archive: Buffer, central: number): Buffer {
  const local = archive.readUInt32LE(central + 42);
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + archive.readUInt32LE(central + 20));
  const method = archive.readUInt16LE(central + 10);
  if (method === 0) return packed;
  if (method === 8) return inflateRawSync(packed);
  throw new Error(`compression method ${method} is not known`);
}
