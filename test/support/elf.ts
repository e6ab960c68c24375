/** What a program or a library of Linux says of itself. */
export interface Elf {
  readonly machine: 'x64' | 'arm64' | 'other';
  /** The loader that it asks for; a library asks for none. */
  readonly loader: string | undefined;
  /** The libraries that it names. */
  readonly needed: readonly string[];
}

const MACHINES: Readonly<Record<number, Elf['machine']>> = { 62: 'x64', 183: 'arm64' };
/** Kinds of segments. */
const [LOAD, DYNAMIC, INTERP] = [1, 2, 3];
/** Tags of what a dynamic segment holds. */
const [NEEDED, STRTAB] = [1, 5];

/**
 * Reads an ELF file of 64 bits; undefined of anything else.
 *
 * Source: System V ABI, https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html
 */
export function readElf(bytes: Buffer): Elf | undefined {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) return undefined;
  const [start, size, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  const segments = Array.from({ length: count }, (_, i) => {
    const at = start + i * size;
    const word = (offset: number) => Number(bytes.readBigUInt64LE(at + offset));
    return { kind: bytes.readUInt32LE(at), offset: word(8), address: word(16), length: word(32) };
  });
  const text = (offset: number) => bytes.toString('latin1', offset, bytes.indexOf(0, offset));
  const interp = segments.find(({ kind }) => kind === INTERP);
  const dynamic = segments.find(({ kind }) => kind === DYNAMIC);
  const entries = Array.from({ length: (dynamic?.length ?? 0) / 16 }, (_, i) => {
    const at = (dynamic?.offset ?? 0) + i * 16;
    return { tag: Number(bytes.readBigInt64LE(at)), value: Number(bytes.readBigUInt64LE(at + 8)) };
  });
  const end = entries.findIndex(({ tag }) => tag === 0);
  const used = end === -1 ? entries : entries.slice(0, end);
  const table = used.find(({ tag }) => tag === STRTAB)?.value ?? 0;
  const holder = segments.find(
    ({ kind, address, length }) => kind === LOAD && table >= address && table < address + length,
  );
  const strings = table - (holder?.address ?? 0) + (holder?.offset ?? 0);
  return {
    machine: MACHINES[bytes.readUInt16LE(18)] ?? 'other',
    loader: interp === undefined ? undefined : text(interp.offset),
    needed: used.filter(({ tag }) => tag === NEEDED).map(({ value }) => text(strings + value)),
  };
}
