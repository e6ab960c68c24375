/* Documents as nobody writes them: every key that means something, anywhere; every spelling of JSON; values that are secret beside such that look alike. */
import { fc } from '../support/property.ts';
import type { ObviousKind } from './obvious-masker.ts';

const keys = fc.constantFrom(
  ...[
    'data',
    'release',
    'stringData',
    'metadata',
    'uid',
    'annotations',
    'managedFields',
    'name',
    'value',
    'kind',
    'type',
    'user',
    'users',
    'token',
  ],
  ...[
    'password',
    'client-key-data',
    'apiKey',
    'key',
    'signing key',
    'env',
    'items',
    'object',
    'rows',
    'spec',
    'binaryData',
    'auths',
    'auth',
    '__proto__',
    'a',
    'é',
    '',
  ],
  'kubectl.kubernetes.io/last-applied-configuration',
  ...['command', 'args', 'command', 'args'],
  ...[`glpat-${'x9'.repeat(10)}`, `f:ghp_${'a1B2'.repeat(9)}`, 'https://bot:hunter2@git.example.com'],
  ...['tokens', 'f:tokens', 'f:names', 'v:"a1b2c3d4e5"', 'v:"ghp"', 'k:{"apiToken":"a1b2c3d4e5"}', 'k:{"name":"a"}'],
);

const texts = fc.constantFrom(
  ...[
    '',
    'a',
    'Secret',
    'ConfigMap',
    'DB_PASSWORD',
    'changeme',
    'c0rrect-h0rse',
    'YWJjZGVmZ2g=',
    '$(OTHER)',
    '{{ .x }}',
    'Bearer c0rrect-h0rse',
  ],
  ...[
    'postgres://a:hunter2@db/x',
    'token=x9y8z7w6v5 and é "quoted" \\ é',
    'users:\n- user:\n    token: abc\n',
    '{"password":"c0rrect-h0rse"}',
  ],
  ...[
    `ghp_${'a1B2'.repeat(9)}`,
    '-----BEGIN PRIVATE' + ' KEY-----\nMHcCAQEEIBkg4LVWM9nuwNSk\n-----END PRIVATE' + ' KEY-----\n',
    'A=1\nAPI_KEY="a1b2c3d4e5"\n',
    '😀 password: a1b2c3d4e5',
  ],
  // As long as what is hashed in one piece, in several, and by the platform; and what stands between lines of PEM, in base64.
  ...[30, 55, 119, 200, 420, 700].map((length) => 'q3'.repeat(length)),
  ...['LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1J', 'LS0tLS1CRUdJTi', '-----BEGIN '],
  ...['key=a1b2c3d4e5;key=b', 'api\nkey', 'JWT_KEY: a1b2c3d4e5', 'api', 'api key: a1b2c3d4e5\npwd: x'],
  ...['redis-cli', '-a', '-u', 'curl -u a:b -H "token: x9y8z7w6v5"', 'mysql', '-pé1', 'DB_PASSWORD=y; mysql -pz'],
  ...['--api-token', '-password', '--name', 'a1b2c3d4e5', 'MAX_TOKENS'],
  ...[
    '{"data":{"a":"YWJjZGVmZ2g="},"kind":"Secret"}',
    '{"kind":"List","env":[{"name":"API_TOKEN","value":"plainer"}]} ',
    '{"data":{"a":',
  ],
);

interface Value {
  readonly text?: string;
  readonly bare?: string;
  readonly members?: readonly (readonly [string, Value])[];
  readonly items?: readonly Value[];
}

const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', maxDepth: 6, withCrossShrink: true },
    texts.map((text) => ({ text })),
    fc.constantFrom('0', '-0.1e1', '12345678901234567890', '1.0', 'true', 'false', 'null').map((bare) => ({ bare })),
    fc.array(fc.tuple(keys, tie('value')), { maxLength: 5 }).map((members) => ({ members })),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => ({ items })),
  ),
}));

const members = fc.array(fc.tuple(keys, value), { maxLength: 6 });
const object: fc.Arbitrary<Value> = fc.oneof(
  members.map((all) => ({ members: all })),
  fc.tuple(members, texts).map(([all, uid]) => ({
    members: [...all, ['metadata', { members: [['uid', { text: uid }]] }]] as const,
  })),
);

export const KINDS: readonly ObviousKind[] = ['secrets', 'configmaps', 'pods'];
export const SHAPES: readonly WrittenDocument['shape'][] = ['object', 'list', 'watch'];

/** A document in one of its shapes, in one of its spellings, and where it is cut. */
export interface WrittenDocument {
  readonly kind: ObviousKind;
  readonly shape: 'object' | 'list' | 'watch';
  readonly text: string;
  readonly cuts: readonly number[];
}

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const many = (max: number) => fc.array(object, { maxLength: max });

export const documents: fc.Arbitrary<WrittenDocument> = fc
  .record({
    kind: fc.constantFrom(...KINDS),
    shape: fc.constantFrom(...SHAPES),
    objects: many(4),
    around: members,
    spelling: fc.array(fc.nat(99), { minLength: 1, maxLength: 20 }),
    cuts: fc.array(unit, { maxLength: 6 }),
  })
  .map(({ kind, shape, objects, around, spelling, cuts }) => {
    const spell = new Spelling(spelling);
    const text = written(shape, objects, around, spell);
    const bytes = Buffer.byteLength(text);
    return { kind, shape, text, cuts: cuts.map((cut) => Math.floor(cut * bytes)).sort((one, other) => one - other) };
  });

function written(
  shape: WrittenDocument['shape'],
  objects: readonly Value[],
  around: readonly (readonly [string, Value])[],
  spell: Spelling,
): string {
  const others = around.filter(([key]) => key !== 'items' && key !== 'rows' && key !== 'object');
  switch (shape) {
    case 'object':
      return spell.value(objects[0] ?? { members: around });
    case 'list':
      return spell.value({ members: [...others, ['items', { items: objects }]] });
    case 'watch':
      return objects
        .map(
          (each) =>
            `${spell.value({
              members: [
                ['type', { text: 'ADDED' }],
                ['object', each],
              ],
            })}\n`,
        )
        .join('');
  }
}

/** Writes a value in a way that its numbers choose: blanks, escapes that need not be. */
class Spelling {
  readonly #choices: readonly number[];
  #at = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  value({ text, bare, members: all, items }: Value): string {
    if (text !== undefined) return this.#string(text);
    if (bare !== undefined) return bare;
    if (items !== undefined)
      return `[${this.#blank()}${items.map((item) => this.value(item)).join(`${this.#blank()},`)}${this.#blank()}]`;
    const written = (all ?? []).map(
      ([key, each]) => `${this.#string(key)}${this.#blank()}:${this.#blank()}${this.value(each)}`,
    );
    return `{${this.#blank()}${written.join(`,${this.#blank()}`)}}`;
  }

  #string(text: string): string {
    const choice = this.#next();
    if (choice < 70) return JSON.stringify(text);
    return `"${[...text].map((character, index) => this.#character(character, choice + index)).join('')}"`;
  }

  #character(character: string, choice: number): string {
    if (choice % 3 !== 0)
      return JSON.stringify(character)
        .slice(1, -1)
        .replaceAll('/', choice % 2 === 0 ? '\\/' : '/');
    return [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join('');
  }

  #blank(): string {
    return ['', '', '', ' ', '\n  '][this.#next() % 5] as string;
  }

  #next(): number {
    this.#at = (this.#at + 1) % this.#choices.length;
    return this.#choices[this.#at] as number;
  }
}
