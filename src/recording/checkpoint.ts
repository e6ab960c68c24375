/*
 * A signed statement of how many events a journal has and what they are: kept elsewhere, it shows later that none of them was changed or cut off, by whoever has
 * the files and the public key.
 *
 * Source: https://c2sp.org/tlog-checkpoint and https://c2sp.org/signed-note
 */
import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** What a checkpoint says. */
export interface Checkpoint {
  /** Which journal: `sallyport/` and the name of its gateway. */
  readonly origin: string;
  readonly size: number;
  readonly root: Buffer;
  /** Lines that are signed with it. */
  readonly extension?: readonly string[];
}

const ED25519 = 1;
/** Of an Ed25519 key in SPKI, what stands before its 32 bytes. Source: RFC 8410, 4 */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** The public key as others are given it: name, id and key. @param key private or public, Ed25519 */
export function verifierKey(origin: string, key: KeyObject): string {
  const raw = rawKey(key);
  return `${origin}+${keyId(origin, raw).toString('hex')}+${Buffer.concat([Buffer.of(ED25519), raw]).toString('base64')}`;
}

/** The same key in the name of another journal. */
export function verifierIn(origin: string, verifier: string): string {
  const raw = Buffer.from(verifier.trim().split('+').slice(2).join('+'), 'base64').subarray(1);
  return `${origin}+${keyId(origin, raw).toString('hex')}+${Buffer.concat([Buffer.of(ED25519), raw]).toString('base64')}`;
}

/** The checkpoint as a signed note. */
export function signCheckpoint({ origin, size, root, extension = [] }: Checkpoint, key: KeyObject): string {
  return signNote(origin, [origin, String(size), root.toString('base64'), ...extension], key);
}

/** Lines as a note that this key signed in this name. */
export function signNote(name: string, lines: readonly string[], key: KeyObject): string {
  const text = lines.map((line) => `${line}\n`).join('');
  const signature = Buffer.concat([keyId(name, rawKey(key)), sign(null, Buffer.from(text), key)]);
  return `${text}\n\u2014 ${name} ${signature.toString('base64')}\n`;
}

/** What a signed note says, where the key signed it; else why it is not taken, in one phrase. */
export function openCheckpoint(note: string, verifier: string): Checkpoint | string {
  const lines = openNote(note, verifier);
  if (typeof lines === 'string') return lines;
  const [origin = '', size = '', root = '', ...extension] = lines;
  const [name] = verifier.trim().split('+');
  if (origin !== name) return `it is of another journal, \`${origin}\``;
  const hash = canonical(root);
  return /^(?:0|[1-9]\d{0,14})$/.test(size) && hash?.length === 32
    ? { origin, size: Number(size), root: hash, ...(extension.length === 0 ? {} : { extension }) }
    : 'it is no checkpoint';
}

/** The lines of a note, where the key signed it; else why it is not taken, in one phrase. */
export function openNote(note: string, verifier: string): readonly string[] | string {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(verifier.trim()) ?? [];
  const raw = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || id === undefined || raw.length !== 33 || raw[0] !== ED25519)
    return 'it is no Ed25519 key of a signed note';
  if (keyId(name, raw.subarray(1)).toString('hex') !== id) return 'the key is not what its id says';
  const [, text, signatures] = /^((?:[^\n]+\n)+)\n((?:\u2014 [^\n]+\n)+)$/.exec(note) ?? [];
  if (text === undefined || signatures === undefined) return 'it is no checkpoint';
  const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw.subarray(1)]), format: 'der', type: 'spki' });
  const isSigned = signatures.split('\n').some((line) => {
    const [, signer, base64] = /^\u2014 (\S+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
    const bytes = canonical(base64 ?? '');
    const isOurs = signer === name && bytes?.subarray(0, 4).toString('hex') === id;
    return isOurs && verify(null, Buffer.from(text), key, bytes.subarray(4));
  });
  return isSigned ? text.slice(0, -1).split('\n') : 'the key did not sign it';
}

/** The bytes, where this is the one way to write them: a bit that says nothing may not be flipped. */
function canonical(base64: string): Buffer | undefined {
  const bytes = Buffer.from(base64, 'base64');
  return bytes.toString('base64') === base64 ? bytes : undefined;
}

function rawKey(key: KeyObject): Buffer {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
  return spki.subarray(SPKI_HEAD.length);
}

function keyId(name: string, raw: Uint8Array): Buffer {
  return createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(raw).digest().subarray(0, 4);
}
