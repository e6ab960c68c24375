/*
 * What is inside bytes: what is packed, encoded or escaped in them is taken out, so that a value is found however deep it is wrapped. A Helm release
 * is base64 of base64 of gzip of JSON with YAML in its strings; a watch that is compressed is a chain of gzip members.
 */
import { constants, inflateRawSync, inflateSync } from 'node:zlib';

export interface Layer {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Limit: what one packed piece unpacks to. */
const unpackedBytesMax = 64 * 1024 * 1024;
/** Limit: shorter runs of base64 and hex are found by the forms of the values alone. */
const runMin = 40;

/** Each way in which the bytes can be read otherwise than as they stand. */
export function layersOf(bytes: Buffer): readonly Layer[] {
  const layers = [...gzipMembers(bytes), ...deflated(bytes)];
  const text = bytes.toString('latin1');
  layers.push(...runs(text, 'base64', /[A-Za-z0-9+/_-]+={0,2}/g, (run) => Buffer.from(run, 'base64')));
  layers.push(...runs(text, 'hex', /(?:[0-9a-f]{2})+|(?:[0-9A-F]{2})+/g, (run) => Buffer.from(run, 'hex')));
  if (text.includes('\\')) layers.push(rewritten('escapes', text, unescaped(text)));
  if (/%[0-9A-Fa-f]{2}/.test(text)) layers.push(rewritten('percents', text, unpercented(text)));
  if (/[\r\n]/.test(text)) layers.push(rewritten('joined lines', text, text.replaceAll(/\s*\\?[\r\n]+\s*/g, '')));
  if (text.includes('\x1b[')) layers.push(rewritten('colours', text, text.replaceAll(/\x1b\[[0-9;?]*[A-Za-z]/g, '')));
  return layers.filter((layer) => layer.bytes.length > 0);
}

function rewritten(name: string, before: string, after: string): Layer {
  return { name, bytes: before === after ? Buffer.alloc(0) : Buffer.from(after, 'latin1') };
}

/** A chain of members is read as one; one that is cut short gives what is there; what follows a chain is not looked at. */
function gzipMembers(bytes: Buffer): Layer[] {
  const layers: Layer[] = [];
  let at = bytes.indexOf(magic);
  while (at !== -1) {
    const pieces: Buffer[] = [];
    let end = at;
    for (let next = at; bytes.subarray(next, next + magic.length).equals(magic); next = end) {
      const member = inflated(bytes.subarray(next + headerBytes));
      if (member === undefined) break;
      pieces.push(member.said);
      end = next + headerBytes + member.bytesRead + trailerBytes;
    }
    if (pieces.length > 0) layers.push({ name: 'gzip', bytes: Buffer.concat(pieces) });
    at = bytes.indexOf(magic, Math.max(end, at + magic.length));
  }
  return layers;
}

/** Undefined for bytes that only begin as gzip does. */
function inflated(bytes: Buffer): { readonly said: Buffer; readonly bytesRead: number } | undefined {
  try {
    const options = { info: true, finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: unpackedBytesMax };
    // With `info` it gives more than its types say.
    const { buffer, engine } = inflateRawSync(bytes, options) as unknown as Inflated;
    return { said: buffer, bytesRead: engine.bytesWritten };
  } catch {
    return undefined;
  }
}

interface Inflated {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}

/** Of a member without a name, as Go, Node and nginx write them. Source: RFC 1952, section 2.3 */
const magic = Buffer.from([0x1f, 0x8b, 0x08, 0x00]);
const headerBytes = 10;
const trailerBytes = 8;

function deflated(bytes: Buffer): Layer[] {
  if (bytes.length < 2 || bytes[0] !== 0x78 || bytes.readUInt16BE(0) % 31 !== 0) return [];
  try {
    return [{ name: 'deflate', bytes: inflateSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) }];
  } catch {
    return [];
  }
}

function runs(text: string, name: string, pattern: RegExp, decode: (run: string) => Buffer): Layer[] {
  const layers: Layer[] = [];
  for (const [run] of text.matchAll(pattern)) {
    if (run.length < runMin) continue;
    const bytes = decode(run);
    // Words that are joined decode to noise, in which nothing is packed.
    if (isReadable(bytes)) layers.push({ name, bytes });
  }
  return layers;
}

function isReadable(bytes: Buffer): boolean {
  if (bytes.indexOf(magic) !== -1) return true;
  let printable = 0;
  for (const byte of bytes)
    if (byte === 0x0a || byte === 0x09 || byte === 0x0d || (byte >= 0x20 && byte < 0x7f)) printable++;
  return printable > 0.8 * bytes.length;
}

/** As JSON, Go and most shells unescape; what stands behind a backslash and is no escape stays. */
function unescaped(text: string): string {
  return text.replaceAll(/\\(u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|[\s\S])/g, (whole, code: string) => {
    if (code.length > 1) return Buffer.from(String.fromCharCode(Number.parseInt(code.slice(1), 16))).toString('latin1');
    return { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' }[code] ?? (/[\w]/.test(code) ? whole : code);
  });
}

function unpercented(text: string): string {
  return text
    .replaceAll('+', ' ')
    .replaceAll(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
