/**
 * A tar archive, the same bytes for the same entries: sorted by path, owned by numbers alone, dated 1970.
 *
 * Source: ustar, POSIX.1-1988; https://github.com/opencontainers/image-spec/blob/v1.1.1/layer.md
 */

const BLOCK = 512;
const TYPES = { file: '0', symlink: '2', directory: '5' };

/**
 * @param entries `{ path, type: 'file' | 'symlink' | 'directory', mode, owner, bytes, target }`; `path` from the root, without a slash before it. Parents that are missing are
 * made, of root and mode 0755.
 * @throws {Error} a path or target that the format cannot hold
 */
export function tar(entries) {
  const all = withParents(entries).sort((a, b) => (a.path < b.path ? -1 : 1));
  const parts = all.flatMap((entry) => {
    const bytes = entry.type === 'file' ? entry.bytes : Buffer.alloc(0);
    return [header(entry, bytes.length), bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
  });
  return Buffer.concat([...parts, Buffer.alloc(2 * BLOCK)]);
}

function withParents(entries) {
  const there = new Map(entries.map((entry) => [entry.path, entry]));
  for (const { path } of entries) {
    const parts = path.split('/').slice(0, -1);
    parts.forEach((_, i) => {
      const parent = parts.slice(0, i + 1).join('/');
      if (!there.has(parent)) there.set(parent, { path: parent, type: 'directory', mode: 0o755, owner: 0 });
    });
  }
  return [...there.values()];
}

function header({ path, type, mode, owner, target = '' }, size) {
  const [prefix, name] = split(type === 'directory' ? `${path}/` : path);
  if (Buffer.byteLength(target) > 100) throw new Error(`the target of ${path} is too long for an archive`);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 'utf8');
  const number = (value, at, digits) => block.write(value.toString(8).padStart(digits, '0'), at, 'ascii');
  number(mode, 100, 7);
  number(owner, 108, 7);
  number(owner, 116, 7);
  number(size, 124, 11);
  number(0, 136, 11);
  block.write('        ', 148, 'ascii'); // the sum counts its own field as spaces
  block.write(TYPES[type], 156, 'ascii');
  block.write(target, 157, 'utf8');
  block.write('ustar\u000000', 257, 'ascii');
  block.write(prefix, 345, 'utf8');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148, 'ascii');
  return block;
}

function split(path) {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  for (let at = path.indexOf('/'); at > 0; at = path.indexOf('/', at + 1)) {
    const [prefix, name] = [path.slice(0, at), path.slice(at + 1)];
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100 && name !== '') return [prefix, name];
  }
  throw new Error(`the path ${path} is too long for an archive`);
}
