/*
 * A planted value never survives in a string that is a document: JSON and YAML in every style that a writer has, with aliases, one inside the other. The place alone says that
 * it is secret: behind a name that tells, in a Secret, beside the name of a variable.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { Document, parse } from 'yaml';
import { detection } from '../../src/masking/detect/detection.ts';
import { MaskKey } from '../../src/masking/form/mask-key.ts';
import { applyEdits } from '../../src/masking/inside/edit.ts';
import { insideEdits } from '../../src/masking/inside/inside-edits.ts';
import { MaskRules } from '../../src/masking/rules/mask-rules.ts';
import { withValues } from '../../src/masking/written/leaves.ts';
import { putBack } from '../../src/masking/written/put-back.ts';
import { sourceOf } from '../../src/masking/written/source.ts';
import { fc } from '../support/property.ts';
import { holdsWord } from './holds-word.ts';

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };
type Style = {
  readonly json: boolean;
  readonly indent: 2 | 4;
  readonly lineWidth: 0 | 20 | 80;
  readonly strings: 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE' | 'BLOCK_LITERAL' | 'BLOCK_FOLDED';
  readonly keys: 'PLAIN' | 'QUOTE_DOUBLE' | 'QUOTE_SINGLE';
  readonly collections: 'any' | 'block' | 'flow';
};

const builtIn = detection();
const configMaps = {
  plan: new MaskRules().planOf({ apiGroup: '', resource: 'configmaps', subresource: '' }),
  keying: { key: new MaskKey(Buffer.alloc(32, 7)), target: 'prod', exchange: '', isComparable: true },
};

/** Each begins and ends with something that stands nowhere else. */
const planted = fc
  .tuple(
    fc.constantFrom(
      'c0rr:ect-h0rse#',
      'x9"y8z7w6v5\'',
      'p4ss w0rd, {it} ',
      'ab\\cd3fgh1',
      'c0rr1x9\nl2ne-y8x',
      'é4ü-s3cr3t-ß',
      '- d4sh: x1 ',
      '*st4r-1x9y8',
    ),
    fc.integer({ min: 100, max: 999 }),
  )
  .map(([text, number]) => `${text}${number}`);
const others = fc.constantFrom<Value>('a', 1, true, null, 'some text', 'x: y', 'several\nlines\n', '');
const names = fc.constantFrom(
  'password',
  'apiToken',
  'db.password',
  'client-secret',
  'API_KEY',
  'signing-key',
  'jwt.key',
);

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
    others,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'data', 'env', 'user', 'c0'), tie('value'), { maxKeys: 3 }),
    fc.tuple(names, planted, tie('value')).map(([name, secret, beside]) => ({ a: beside, [name]: secret })),
    planted.map((secret) => ({ kind: 'Secret', stringData: { k: secret, n: 'x' } })),
    fc.tuple(fc.constantFrom('DB_PASSWORD', 'TOKEN'), planted).map(([name, secret]) => ({ name, value: secret })),
    // One object in two places: an alias.
    tie('value').map((shared) => ({ first: shared, again: [shared] })),
  ),
}));
const style: fc.Arbitrary<Style> = fc.record({
  json: fc.boolean(),
  indent: fc.constantFrom(2, 4),
  lineWidth: fc.constantFrom(0, 20, 80),
  strings: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE', 'BLOCK_LITERAL', 'BLOCK_FOLDED'),
  keys: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
  collections: fc.constantFrom('any', 'block', 'flow'),
});
const wraps = fc.array(fc.tuple(fc.constantFrom('field', 'list', 'map'), style), { maxLength: 2 });

test('T46: a planted value never survives in a document, however it is written and in how many others', () => {
  let planted = 0;
  fc.assert(
    fc.property(value, style, wraps, (inner, own, around) => {
      const secrets = secretsIn(inner);
      let text = written(inner, own);
      for (const [wrap, outer] of around) text = written(wrapped(wrap, text), outer);
      const bytes = Buffer.from(text);
      const edits = insideEdits(bytes, { detection: builtIn, maskOf: () => 'MASK' });
      // Security: a text in which no word stands is not looked into at all.
      assert.ok(edits.length === 0 || holdsWord(JSON.stringify(text)), text);
      const left = applyEdits(bytes, edits).toString();
      planted += secrets.length;
      for (const secret of secrets)
        assert.ok(!left.includes(secret.slice(0, 6)) && !left.includes(secret.slice(-7)), `${secret} in\n${text}`);
    }),
    { numRuns: 1_000 },
  );
  assert.ok(planted > 300, String(planted));
});

/** How `.properties` may write a letter of a key: as it is, behind a backslash, by its number, in the next line. */
const spelt = fc.constantFrom<(letter: string) => string>(
  (letter) => letter,
  (letter) => letter,
  (letter) => (/[a-eg-moq-su-z]/i.test(letter) && !/[nrtfu]/.test(letter) ? `\\${letter}` : letter),
  (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  (letter) => `\\\n   ${letter}`,
);
const setting = fc
  .record({
    name: fc.constantFrom('password', 'apiToken', 'db.password', 'client-secret', 'API_KEY'),
    spelling: fc.array(spelt, { minLength: 16, maxLength: 16 }),
    parted: fc.constantFrom('=', ':', ' = ', ' : ', '\t', ' ', '=\\\n  '),
    said: fc.constantFrom('x', ' x', '-x', '\\:x', '=x', '#x', '"x', "'x", '\\\\x', '\\u00e9', '\\\n   y'),
    number: fc.integer({ min: 100, max: 999 }),
  })
  .map(({ name, spelling, parted, said, number }) => {
    const key = [...name].map((letter, index) =>
      index === 0 ? letter : (spelling[index] as (one: string) => string)(letter),
    );
    return { secret: `h0rse${number}`, line: `${key.join('')}${parted}c0rr${said}h0rse${number}` };
  });
const plainLine = fc.constantFrom('# c', '', 'host=b', 'db.url: some words', 'x_y = 1', 'a.b=x\\\n   y');

test('T46: nor in settings, with every escape of .properties, alone and in others', () => {
  const lines = fc.array(
    fc.oneof(
      setting,
      plainLine.map((line) => ({ line, secret: undefined })),
    ),
    { minLength: 1, maxLength: 6 },
  );
  fc.assert(
    fc.property(lines, fc.constantFrom('\n', '\r\n'), wraps, (settings, lineEnd, around) => {
      // As many others as there are may be: prose is told from settings by these.
      const file = [...settings.map(() => 'a=b'), ...settings.map(({ line }) => line), ''].join(lineEnd);
      let text = file;
      for (const [wrap, outer] of around) text = written(wrapped(wrap, text), outer);
      const bytes = Buffer.from(text);
      const left = applyEdits(bytes, insideEdits(bytes, { detection: builtIn, maskOf: () => 'MASK' })).toString();
      for (const { secret } of settings)
        assert.ok(secret === undefined || !left.includes(secret), `${secret} in\n${text}`);
    }),
    { numRuns: 1_000 },
  );
});

test('T49: and a ConfigMap that holds such documents is written as it is stored, where it is written as it was shown', () => {
  fc.assert(
    fc.property(value, style, wraps, (inner, own, around) => {
      let text = written(inner, own);
      for (const [wrap, outer] of around) text = written(wrapped(wrap, text), outer);
      const stored = { kind: 'ConfigMap', metadata: { name: 'c', uid: 'u' }, data: { a: text, b: 'x' } };
      const source = sourceOf(Buffer.from(JSON.stringify(stored)), configMaps);
      const back = putBack({ object: source.shown }, [source], configMaps);
      assert.equal(back.kind, 'whole');
      const whole = back.kind === 'whole' ? withValues(source.shown, back.strings) : undefined;
      assert.equal(JSON.stringify(whole), JSON.stringify(stored));
    }),
    { numRuns: 500 },
  );
});

function secretsIn(inner: Value): readonly string[] {
  if (typeof inner === 'string') return /\d{3}$/.test(inner) ? [inner] : [];
  return typeof inner === 'object' && inner !== null ? Object.values(inner).flatMap(secretsIn) : [];
}

function wrapped(wrap: 'field' | 'list' | 'map', text: string): Value {
  if (wrap === 'list') return { f: [text] };
  return wrap === 'field' ? { x: text, y: 1 } : [{ kind: 'ConfigMap', data: { 'a.yaml': text } }];
}

/** The library does not write every string so that it reads it again: those go as JSON. */
function written(whole: Value, { json, indent, lineWidth, strings, keys, collections }: Style): string {
  const asJson = JSON.stringify(whole, undefined, indent);
  if (json || typeof whole !== 'object') return asJson;
  const text = new Document(whole, { aliasDuplicateObjects: true }).toString({
    indent,
    lineWidth,
    defaultStringType: strings,
    defaultKeyType: keys,
    collectionStyle: collections,
  });
  try {
    return isDeepStrictEqual(parse(text, { maxAliasCount: -1 }), whole) ? text : asJson;
  } catch {
    return asJson;
  }
}
