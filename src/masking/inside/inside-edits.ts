/**
 * Masks values inside a string that is a document itself, or any other text: by what the document's shape says of them (a kubeconfig's users, a registry's
 * `auths`, a Secret's data, an environment's pairs, keys that tell), and by what they look like.
 *
 * Bytes that are no value stay as they are: a document is never written anew. Documents inside documents are looked into to a depth of 4; below it, and in what no reader
 * here understands, values are still found by their look, in the text as it stands; what may say there that it is a Secret is masked whole.
 */
import { assert } from '../../std/assert.ts';
import type { Detection } from '../detect/detection.ts';
import type { Span } from '../detect/span.ts';
import { scanKnown } from '../text/known-scanner.ts';
import type { KnownValues } from '../text/known-values.ts';
import { type DocumentNode, placedEdits, type ScalarNode } from './document-node.ts';
import { applyEdits, type Edit } from './edit.ts';
import { encodedDocument, packedDocument } from './encoded-document.ts';
import { INSIDE_LIMITS } from './inside-limits.ts';
import { packedText } from './packed-text.ts';
import { readDocument } from './read-document.ts';
import { type ObjectValues, type SecretValue, secretValues } from './secret-values.ts';
import { unreadDocument } from './yaml-document.ts';

/** A value that is to be masked. */
export interface InsideFound {
  /** The detector that knows it, or the shape: `kubeconfig`, `registry-auth`, `embedded-secret`, `env-value`. */
  readonly detector: string;
  /** Where it stands in the string, steps joined by dots; empty for what stands in a text that is no document. */
  readonly path: string;
  /** What it says. */
  readonly value: Buffer;
  /** How the place wants it. */
  readonly form: 'text' | 'base64';
}

export interface InsideOptions {
  readonly detection: Detection;
  /** What stands in its place; undefined: it stays. Called once for each value, in no order that means anything. */
  readonly maskOf: (found: InsideFound) => string | undefined;
  /** Whether the string is base64 of what is looked into, as the data of a Secret is; what cannot be decoded is looked at as it is. */
  readonly isBase64?: boolean;
  /** Where the string itself stands, put before every path. */
  readonly path?: string;
  /** Values that are masked wherever they stand, as `known`. */
  readonly known?: KnownValues | undefined;
  /** What the places of an object (it has `apiVersion` and `kind`) say of its scalars, by rules; without it, what any document's shape says. */
  readonly objectValues?: ObjectValues;
}

/** The edits, in order and not overlapping, that mask what is inside a string. */
export function insideEdits(bytes: Buffer, options: InsideOptions): readonly Edit[] {
  if (options.isBase64 === true) {
    const decoded = decodedBase64(bytes);
    const packed = decoded === undefined ? undefined : packedText(decoded);
    if (packed !== undefined) return packedEdit(bytes, packed, options, 0);
    if (decoded !== undefined)
      return encodedEdit(bytes, decoded, inOrder(editsOf(decoded.toString('latin1'), options, options.path ?? '', 0)));
  }
  return inOrder(editsOf(bytes.toString('latin1'), options, options.path ?? '', 0));
}

/** Invariant: edits that overlapped, or stood out of order, would show what they mask. */
function inOrder(edits: readonly Edit[]): readonly Edit[] {
  let left = 0;
  for (const { start, end } of edits) {
    assert(start >= left, 'edits of a string are in order and do not overlap');
    left = end;
  }
  return edits;
}

/** The same for a document that is read already, or a part of it. */
export function nodeEdits(node: DocumentNode, options: InsideOptions): readonly Edit[] {
  return inOrder(documentEdits(node, options, options.path ?? '', 0, []).edits);
}

function editsOf(source: string, options: InsideOptions, path: string, depth: number, key = ''): readonly Edit[] {
  const { maskOf } = options;
  let { edits, judged } = nothing;
  const isRead = depth < INSIDE_LIMITS.documentsMax && source.length <= INSIDE_LIMITS.documentBytesMax;
  const packed = isRead ? packedDocument(source) : undefined;
  if (packed !== undefined) return packedEdit(Buffer.from(source, 'latin1'), packed, { ...options, path }, depth + 1);
  const encoded = isRead ? encodedDocument(source) : undefined;
  if (typeof encoded === 'object') {
    const inEncoded = inOrder(editsOf(encoded.says, options, path, depth + 1, key));
    if (inEncoded.length > 0) return [encoded.edited(inEncoded)];
  }
  // What is base64 as a whole has neither keys nor settings.
  const documents = encoded === undefined ? documentsOf(source, isRead, options) : [];
  for (const document of documents) {
    const more = documentEdits(document, options, path, depth, judged);
    edits = [...edits, ...more.edits];
    judged = [...judged, ...more.judged];
  }
  const left = lookedAt(source, options, key).flatMap(({ start, end, detector }) =>
    without({ start, end }, judged).flatMap((range) => {
      const value = Buffer.from(source.slice(range.start, range.end), 'latin1');
      const text = maskOf({ detector, path, value, form: 'text' });
      return text === undefined ? [] : [{ ...range, text }];
    }),
  );
  return left.length === 0 && documents.length < 2
    ? edits
    : [...edits, ...left].sort((one, other) => one.start - other.start);
}

function documentsOf(source: string, isRead: boolean, { objectValues }: InsideOptions): readonly DocumentNode[] {
  return isRead ? readDocument(source, objectValues !== undefined) : unreadDocument(source);
}

/** What is known, and what detectors know by its look, behind the key at which it stands. */
function lookedAt(source: string, { detection, known }: InsideOptions, key: string): readonly Span[] {
  const before = key === '' ? '' : `${key}: `;
  const bytes = Buffer.from(before + source, 'latin1');
  const spans: Span[] = [];
  const add = (start: number, end: number, detector: string) => {
    const from = Math.max(0, start - before.length);
    if (end - before.length > from) spans.push({ start: from, end: end - before.length, detector });
  };
  if (known !== undefined)
    scanKnown(known, { bytes, end: bytes.length, isLast: true }, before.length, ({ start, end }) =>
      add(start, end, 'known'),
    );
  const knownSpans = [...spans];
  for (const { start, end, detector } of detection.inBytes(bytes)) {
    const range = { start: Math.max(0, start - before.length), end: end - before.length };
    for (const rest of without(range, knownSpans)) add(rest.start + before.length, rest.end + before.length, detector);
  }
  return spans;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

interface DocumentEdits {
  readonly edits: readonly Edit[];
  /** What was judged by its place: whatever it looks like, nothing more is to be said of it. */
  readonly judged: readonly Range[];
}

const nothing: DocumentEdits = { edits: [], judged: [] };

/** `taken`: what was judged in another reading of the same text; what overlaps it is not judged again. */
function documentEdits(
  document: DocumentNode,
  options: InsideOptions,
  path: string,
  depth: number,
  taken: readonly Range[],
): DocumentEdits {
  const edits: Edit[] = [];
  const judged: Range[] = [];
  for (const [scalar, values] of valuesByScalar(secretValues(document, path, options.objectValues))) {
    if (taken.some(({ start, end }) => start < scalar.end && end > scalar.start)) continue;
    // What an alias names may be told to be secret there alone: then all of it goes, whatever is found in it elsewhere.
    const whole = values.find(({ detector }) => detector !== undefined);
    const placed = placedEdits(
      scalar,
      whole === undefined ? firstEdits(values, options, depth) : wholeEdits(whole, options),
    );
    edits.push(...placed);
    judged.push(...(whole === undefined ? placed : [scalar]));
  }
  return { edits: edits.sort((one, other) => one.start - other.start), judged };
}

/** Each scalar with all that is said of it: aliases say it in more than one place. */
function valuesByScalar(values: Iterable<SecretValue>): ReadonlyMap<ScalarNode, readonly SecretValue[]> {
  const found = new Map<ScalarNode, SecretValue[]>();
  for (const value of values) {
    const before = found.get(value.scalar);
    if (before === undefined) found.set(value.scalar, [value]);
    else before.push(value);
  }
  return found;
}

/** What is inside, behind the first of its keys behind which something is. */
function firstEdits(values: readonly SecretValue[], options: InsideOptions, depth: number): readonly Edit[] {
  for (const { scalar, path, key } of values.slice(0, placesMax)) {
    const edits = editsOf(scalar.text, options, path, depth + 1, key);
    if (edits.length > 0) return edits;
  }
  return nothing.edits;
}

/** Limit: behind how many keys one scalar, which aliases name there, is looked into. Where its place says that it is secret, each counts. */
const placesMax = 16;

function wholeEdits({ scalar, path, detector = '', form }: SecretValue, { maskOf }: InsideOptions): readonly Edit[] {
  const { text } = scalar;
  const end = text.trimEnd().length;
  const start = end - text.slice(0, end).trimStart().length;
  // Two spellings that one reader takes for the same are two values: each is put back as it was written.
  const value = Buffer.from(scalar.orText?.trim() ?? text.slice(start, end), 'latin1');
  const mask = maskOf({ detector, path, value, form });
  return mask === undefined ? [] : [{ start, end, text: mask }];
}

/** What of a range no edit touches; a few bytes beside one are its quotation marks, and no value. */
function without(range: Range, edits: readonly Range[]): readonly Range[] {
  let rest: readonly Range[] = [range];
  for (const edit of edits) {
    if (edit.end <= range.start || edit.start >= range.end) continue;
    rest = rest.flatMap(({ start, end }) =>
      [
        { start, end: Math.min(end, edit.start) },
        { start: Math.max(start, edit.end), end },
      ].filter((part) => part.end - part.start >= restBytesMin),
    );
  }
  return rest;
}

const restBytesMin = 8;

function decodedBase64(bytes: Buffer): Buffer | undefined {
  const text = bytes.toString('latin1');
  if (!/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(text)) return undefined;
  return Buffer.from(text, 'base64');
}

/** All of what says a text in another form than UTF-8, where anything in it would be masked, or where it is too large to be looked into: nothing is put into such a form. */
function packedEdit(bytes: Buffer, text: Buffer | 'too-large', options: InsideOptions, depth: number): readonly Edit[] {
  const { path = '', maskOf } = options;
  let detector = text === 'too-large' ? 'embedded-secret' : undefined;
  const noted = (found: InsideFound) => {
    detector ??= found.detector;
    return undefined;
  };
  if (text !== 'too-large') editsOf(text.toString('latin1'), { ...options, maskOf: noted }, path, depth);
  const mask = detector === undefined ? undefined : maskOf({ detector, path, value: bytes, form: 'base64' });
  return mask === undefined ? [] : [{ start: 0, end: bytes.length, text: mask }];
}

/** Edits of what base64 says are one edit of the whole. */
function encodedEdit(bytes: Buffer, decoded: Buffer, edits: readonly Edit[]): readonly Edit[] {
  if (edits.length === 0) return [];
  return [{ start: 0, end: bytes.length, text: applyEdits(decoded, edits).toString('base64') }];
}
