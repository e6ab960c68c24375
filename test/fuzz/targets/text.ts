import assert from 'node:assert/strict';
import { detection } from '../../../src/masking/detect/detection.ts';
import { DETECTORS } from '../../../src/masking/detect/detectors.ts';
import { Look } from '../../../src/masking/detect/look.ts';
import { encodingsOf } from '../../../src/masking/text/encodings.ts';
import { knownValues } from '../../../src/masking/text/known-values.ts';
import { type OutputEditor, outputEditor } from '../../../src/masking/text/output-editor.ts';
import { fc } from '../../support/property.ts';
import type { FuzzTarget } from '../target.ts';

const found = detection();
const values = ['s3cr3t/Canary+7', 'aaaaaaaab', 'äöü-pässwörd'].map((value) => Buffer.from(value));
const known = knownValues(values.map((value) => ({ value, mask: '[known]' })));
const forms = values.flatMap((value) => encodingsOf(value).map(({ bytes }) => bytes));
const plain = DETECTORS.map(({ example }) => example.replaceAll(/[«»]/g, ''));

/**
 * Masking of text: what comes out does not hang on how the input was cut, holds no known value in any form, and costs a bounded number of steps. Where
 * the input is cut, its own bytes say.
 */
export const target: FuzzTarget = {
  name: 'text',
  corpus: [
    ...plain,
    ...forms.map((form) => `a ${form.toString('latin1')} b`),
    '\x1b[31mred\x1b[0m\r\n',
    '\x1b]0;t\x07',
  ],
  dictionary: [
    ...forms.map((form) => form.toString('latin1')),
    ...[
      'password: ',
      'token=',
      '"',
      '\\"',
      '://',
      '@',
      'eyJ',
      '-----BEGIN ',
      ' PRIVATE KEY-----',
      '\x1b[',
      'm',
      '\r\n',
      '\n',
      '\0',
      'ghp_',
      '=',
    ],
  ],
  inputs: fc
    .array(fc.constantFrom(...plain, ...forms.map((form) => form.toString('latin1')), ' ', '\n', '\x1b[1m', 'aaaa'), {
      maxLength: 8,
    })
    .map((parts) => Buffer.from(parts.join(''), 'latin1')),
  check: (input) => laws(input, passed),
  canary: (input) => laws(input, withoutMemory),
};

type Way = (input: Buffer, cuts: readonly number[]) => { readonly out: Buffer; readonly editor: OutputEditor };

function laws(input: Buffer, way: Way): string {
  const cuts = cutsOf(input);
  const { out, editor } = way(input, cuts);
  if (!input.includes(0)) {
    assert.deepEqual(out, way(input, []).out, `cut at ${cuts.join(', ')}`);
    if (!input.includes('known')) for (const form of forms) assert.ok(!out.includes(form), 'a known value goes on');
  } else if (editor.mustEnd === undefined && editor.counts.masked === 0) assert.deepEqual(out, input);
  const look = new Look(input, input.length, true);
  found.scanner.scan(look, { at: 0, state: 0 }, () => {});
  assert.ok(look.steps <= 400 * input.length + 400, `${look.steps} steps for ${input.length} bytes`);
  return `${editor.counts.masked} masked${editor.mustEnd === undefined ? '' : ', ended'}`;
}

function cutsOf(input: Buffer): readonly number[] {
  const cuts = [...input.subarray(0, 4)].map((byte) => (byte * 7) % (input.length + 1));
  return [...new Set([...cuts, Math.floor(input.length / 2)])].sort((one, other) => one - other);
}

function editorOf(): OutputEditor {
  return outputEditor({ detection: found, known, isTerminal: false, isBinary: false, isNeutralised: false });
}

function passed(input: Buffer, cuts: readonly number[]) {
  const editor = editorOf();
  const parts: Buffer[] = [];
  let at = 0;
  for (const cut of [...cuts, input.length]) {
    parts.push(editor.write(input.subarray(at, cut)));
    at = cut;
  }
  return { out: Buffer.concat([...parts, editor.end()]), editor };
}

/** The bug: each chunk is masked by itself. */
function withoutMemory(input: Buffer, cuts: readonly number[]) {
  let editor = editorOf();
  const parts: Buffer[] = [];
  let at = 0;
  for (const cut of [...cuts, input.length]) {
    editor = editorOf();
    parts.push(editor.write(input.subarray(at, cut)), editor.end());
    at = cut;
  }
  return { out: Buffer.concat(parts), editor };
}
