import assert from 'node:assert/strict';
import { Unwalkable } from '../../../src/masking/tape/unwalkable.ts';
import { documents, KINDS, SHAPES, type WrittenDocument } from '../../masking/documents.ts';
import { editorsOutput, maskedAlike } from '../../masking/masked-alike.ts';
import type { FuzzTarget } from '../target.ts';

const SAMPLES = [
  '{"metadata":{"uid":"1"},"data":{"password":"aHVudGVyMg=="},"stringData":{"a":"b"}}',
  '{"items":[{"metadata":{"uid":"1"},"env":[{"name":"API_TOKEN","value":"c0rrect-h0rse"}]}],"kind":"List"}',
  '{"type":"ADDED","object":{"metadata":{"annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\\"data\\":{\\"a\\":\\"Yg==\\"}}"}}}}\n',
];

/** Masking of objects: of JSON, however it is cut, the editor makes what the slow, obvious masker makes; of anything else, the same refusal or the same bytes, however it is cut. */
export const target: FuzzTarget = {
  name: 'masks',
  corpus: SAMPLES.flatMap((text) => [0, 1, 2].map((kind) => inputOf({ kind, text }))),
  dictionary: [
    '"data":',
    '"kind":"Secret"',
    '"name":"DB_PASSWORD"',
    'api',
    'Key',
    ' key',
    '://',
    ':a@',
    '=a1b2c3d4e5',
    '"value":"',
    '\\u0064',
    '\\"',
    '"uid":"',
    '{',
    '}',
    '[',
    ']',
    ',',
    '\\',
  ],
  inputs: documents.map(({ kind, shape, text }) =>
    Buffer.from(inputOf({ kind: KINDS.indexOf(kind) + KINDS.length * SHAPES.indexOf(shape), text }), 'latin1'),
  ),
  check: (input) => laws(input, editorsOutput),
  canary: (input) => laws(input, ({ text }) => text),
};

/** What a document is, and where it is cut, as bytes before it. */
function inputOf({ kind, text }: { readonly kind: number; readonly text: string }): string {
  return `${String.fromCharCode(kind)}\x11\x2f\x5d${Buffer.from(text, 'utf8').toString('latin1')}`;
}

function laws(input: Buffer, edited: (document: WrittenDocument) => string): string {
  const [first = 0, ...places] = input.subarray(0, 4);
  const text = input.subarray(4).toString('utf8');
  const bytes = Buffer.byteLength(text);
  const document = {
    kind: KINDS[first % KINDS.length] as WrittenDocument['kind'],
    shape: SHAPES[Math.floor(first / KINDS.length) % SHAPES.length] as WrittenDocument['shape'],
    text,
    cuts: places.map((place) => (place * 7) % (bytes + 1)).sort((one, other) => one - other),
  };
  if (isJson(document)) {
    maskedAlike(document, edited);
    return `${document.shape} of ${document.kind}`;
  }
  const [cut, whole] = [document.cuts, []].map((cuts) => outcome({ ...document, cuts }, edited));
  assert.equal(cut, whole);
  return whole === undefined ? 'no JSON' : 'JSON and more';
}

function outcome(document: WrittenDocument, edited: (document: WrittenDocument) => string): string | undefined {
  try {
    return edited(document);
  } catch (thrown) {
    if (thrown instanceof Unwalkable) return undefined;
    throw thrown;
  }
}

/** Whether it is what a server of its shape writes: one object, or one on each line. */
function isJson({ shape, text }: WrittenDocument): boolean {
  const lines = shape === 'watch' ? text.split('\n').filter((line) => line.trim() !== '') : [text];
  try {
    return lines.every((line) => isObject(JSON.parse(line)));
  } catch {
    return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
