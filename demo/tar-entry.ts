/**
 * One file out of a tar archive. Names longer than its header takes (pax, GNU) are passed over: what is looked for has a short one.
 *
 * @throws {Error} where the archive has no such file
 * Source: POSIX.1-1988 ustar
 */
export function tarEntry(archive: Buffer, path: string): Buffer {
  for (let at = 0; at + 512 <= archive.length; ) {
    const name = archive.toString('utf8', at, at + 100).replace(/\0.*$/s, '');
    const bytes = Number.parseInt(archive.toString('latin1', at + 124, at + 136).replace(/[\0 ]+$/, ''), 8);
    if (name === '' || Number.isNaN(bytes)) break;
    if (name === path) return archive.subarray(at + 512, at + 512 + bytes);
    at += 512 + Math.ceil(bytes / 512) * 512;
  }
  throw new Error(`the archive has no ${path}`);
}
