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
}

const ED25519 = 1;
/** Of an Ed25519 key in SPKI, what stands before its 32 bytes. Source: RFC 8410, 4 */
const SPKI_HEAD = Buffer.from('302a300506032b6570032100', 'hex');

/** The public key as others are given it: name, id and key. @param key private or public, Ed25519 */
export function verifierKey(origin: string, key: KeyObject): string {
  const raw = rawKey(key);
  return `${origin}+${keyId(origin, raw).toString('hex')}+${Buffer.concat([Buffer.of(ED25519), raw]).toString('base64')}`;
}

/** The checkpoint as a signed note. */
export function signCheckpoint({ origin, size, root }: Checkpoint, key: KeyObject): string {
  const text = `${origin}\n${size}\n${root.toString('base64')}\n`;
  const signature = Buffer.concat([keyId(origin, rawKey(key)), sign(null, Buffer.from(text), key)]);
  return `${text}\n\u2014 ${origin} ${signature.toString('base64')}\n`;
}

/** What a signed note says, where the key signed it; else why it is not taken, in one phrase. */
export function openCheckpoint(note: string, verifier: string): Checkpoint | string {
  const [, name, id, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)$/.exec(verifier.trim()) ?? [];
  const raw = Buffer.from(encoded ?? '', 'base64');
  if (name === undefined || id === undefined || raw.length !== 33 || raw[0] !== ED25519)
    return 'it is no Ed25519 key of a signed note';
  if (keyId(name, raw.subarray(1)).toString('hex') !== id) return 'the key is not what its id says';
  const [, text, signatures] = /^((?:[^\n]+\n){3,})\n((?:\u2014 [^\n]+\n)+)$/.exec(note) ?? [];
  if (text === undefined || signatures === undefined) return 'it is no checkpoint';
  const key = createPublicKey({ key: Buffer.concat([SPKI_HEAD, raw.subarray(1)]), format: 'der', type: 'spki' });
  const isSigned = signatures.split('\n').some((line) => {
    const [, signer, base64] = /^\u2014 (\S+) ([A-Za-z0-9+/=]+)$/.exec(line) ?? [];
    const bytes = Buffer.from(base64 ?? '', 'base64');
    const isOurs = signer === name && bytes.subarray(0, 4).toString('hex') === id;
    return isOurs && verify(null, Buffer.from(text), key, bytes.subarray(4));
  });
  if (!isSigned) return 'the key did not sign it';
  const [origin = '', size = '', root = ''] = text.split('\n');
  if (origin !== name) return `it is of another journal, \`${origin}\``;
  const hash = Buffer.from(root, 'base64');
  return /^(?:0|[1-9]\d{0,14})$/.test(size) && hash.length === 32
    ? { origin, size: Number(size), root: hash }
    : 'it is no checkpoint';
}

function rawKey(key: KeyObject): Buffer {
  const spki = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'der', type: 'spki' });
  return spki.subarray(SPKI_HEAD.length);
}

function keyId(name: string, raw: Uint8Array): Buffer {
  return createHash('sha256').update(`${name}\n`).update(Buffer.of(ED25519)).update(raw).digest().subarray(0, 4);
}
