// The pages of policy and configuration against what takes the documents: each key is written into a document of its own, the least one that holds it. One that is refused as not built yet says so on
// its page, and no other does; each key of policy that is taken changes what the gateway makes of the document, since a key that is read and let go is a rule that its author believes in and nobody keeps.

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { z } from 'zod';
import { draftPolicies } from '../../src/config/policy-load.ts';
import { policySchema } from '../../src/config/policy-schema.ts';
import { configSchema } from '../../src/config/schema.ts';
import { keysOf, type Row, type Schema } from './schema-rows.ts';

type Document = Readonly<Record<string, unknown>>;

/** Values for keys that take no text as it comes. */
const SAMPLES: Readonly<Record<string, readonly unknown[]>> = {
  after: ['5m'],
  answerFrom: [['cli'], ['console'], ['cli', 'slack'], ['cli', 'teams'], ['cli', 'webhook']],
  claimFor: ['7m'],
  cooldown: ['7m'],
  endsAt: ['2026-03-01T09:00:00Z'],
  forMax: ['7m'],
  fresh: ['7m'],
  from: ['09:00'],
  idleMax: ['7m'],
  keepBytesMax: [2 * 1024 * 1024],
  keepFor: ['7d'],
  keys: [[`webauthn:${'a'.repeat(22)}:${'b'.repeat(100)}`]],
  lifts: [['deletions']],
  novel: ['7d'],
  paths: [['/a']],
  per: ['7m'],
  path: ['/spec/replicas'],
  startsAt: ['2026-03-01T09:00:00Z'],
  timeZone: ['UTC'],
  to: ['17:00'],
  upgradeWaitMax: ['7s'],
  value: ['3'],
  waitMax: ['7m'],
  'masks[].keys': [['password']],
  'notify[].to': [['ops']],
  // As what stands beside it says.
  'rules[].effect': [undefined],
  'rules[].hold.auto[].answer': ['reject'],
  'retention[].match.from': ['2026-03-01T09:00:00Z'],
  'retention[].match.until': ['2026-03-01T09:00:00Z'],
};

/** What has to stand beside a key for it to mean something: the first row whose pattern the key has. */
const BESIDE: readonly (readonly [RegExp, Document])[] = [
  [/^rules\[\]\.hold\.enrolled$/, rule({ effect: 'hold', hold: { signed: true } })],
  [/^rules\[\]\.hold\.signed$/, rule({ effect: 'hold', hold: { enrolled: true } })],
  [/^rules\[\]\.hold\.approvers\[\]\.keys$/, rule({ effect: 'hold', hold: { approvers: [{ subjects: ['lea'] }] } })],
  [/^rules\[\]\.hold\.escalate\[\]\.approvers\[\]\.keys$/, rule({ effect: 'hold', hold: { escalate: [{ approvers: [{ subjects: ['lea'] }] }] } })],
  [/^rules\[\]\.hold/, rule({ effect: 'hold' })],
  [/^rules\[\]\.request\.approval\.enrolled$/, asked({ signed: true })],
  [/^rules\[\]\.request\.approval\.approvers\[\]\.keys$/, asked({ approvers: [{ subjects: ['lea'] }] })],
  [/^rules\[\]\.request\.approval\.[a-zA-Z]+$/, asked({})],
  [/^rules\[\]\.request/, rule({ effect: 'request' })],
  [/^masks\[\]/, { masks: [{ env: ['A'] }] }],
  [/^schedules\[\]/, rule({ effect: 'hold', hold: { approvers: [{ schedule: 'a' }] } })],
  [/^retention\[\]/, { retention: [{ keepFor: '9d' }] }],
  [/^budgets\[\]\.(?!callers)/, { budgets: [{ callers: [{ everyone: true }] }] }],
  [/^roles\[\]\.(?!callers)/, { roles: [{ callers: [{ everyone: true }] }] }],
  [/^/, rule({})],
]; // biome-ignore format: a table

/** Keys that change nothing that is decided, and why. */
const FOR_READERS: ReadonlySet<string> = new Set(['metadata.description']);

/** Keys of which nothing but the default is taken yet, so that they change nothing. */
const DEFAULT_ALONE: ReadonlySet<string> = new Set(['rules[].request.approval.answerFrom']);

function rule(keys: Document): Document {
  return { rules: [{ effect: 'allow', verbs: ['create'], apiGroups: [''], resources: ['pods'], ...keys }] };
}

function asked(keys: Document): Document {
  return rule({ effect: 'request', request: { approval: { approvers: [{ groups: ['leads'] }], ...keys } } });
}

const schemaOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'input' }) as Schema;

for (const [page, schema] of [
  ['policy.md', policySchema],
  ['configuration.md', configSchema],
] as const)
  test(`docs/reference/${page}: a key that is refused as not built yet says so, and no other`, () => {
    const json = schemaOf(schema);
    const rows = [...keysOf(json, '')];
    const wrong = rows.flatMap((row) => {
      const all = documentsOf(json, row).map((document) => isRefused(schema, document));
      const isSaid = row.what.startsWith('Not built yet');
      // Of several values, or of what stands within, some may be taken and others not.
      const isPartSaid = !isSaid && (/not built yet, and refused/i.test(row.what) || !isLeaf(row, rows));
      return all.every((is) => is === isSaid) || (isPartSaid && all.includes(false)) ? [] : [row.key];
    });
    assert.deepEqual(wrong, []);
  });

suite('each key of policy that is taken changes what is made of its document', () => {
  const json = schemaOf(policySchema);
  const rows = [...keysOf(json, '')];
  const isTaken = ({ key, what, fallback }: Row) =>
    fallback !== 'required' && !what.startsWith('Not built yet') && !FOR_READERS.has(key);
  for (const row of rows.filter((row) => isLeaf(row, rows)).filter(isTaken))
    test(row.key, () => {
      const all = documentsOf(json, row).filter((document) => !isRefused(policySchema, document));
      const changes = all.filter(
        (document) => made(document) !== made(without(row.key.split('.'), document) as Document),
      );
      if (DEFAULT_ALONE.has(row.key)) assert.deepEqual([all.length, changes.length], [1, 0], JSON.stringify(all));
      else assert.ok(changes.length > 0, `nothing of ${JSON.stringify(all)} changes anything`);
    });
});

function isLeaf({ key }: Row, rows: readonly Row[]): boolean {
  return !rows.some((other) => other.key.startsWith(`${key}.`) || other.key.startsWith(`${key}[`));
}

/** The document as it is but for a key. */
function without([step = '', ...rest]: readonly string[], value: unknown): unknown {
  const name = step.replace('[]', '');
  const { [name]: inner, ...others } = value as Document;
  if (rest.length === 0) return others;
  const less = Array.isArray(inner) ? inner.map((item) => without(rest, item)) : without(rest, inner);
  return { ...others, [name]: less };
}

/** What the loader makes of a document, mistakes over several keys aside. */
function made(document: Document): string {
  const { rules, roles, masks, notify, budgets, retention, findings } = draftPolicies([
    { path: 'p.yaml', text: JSON.stringify(document) },
  ]);
  return JSON.stringify({
    rules,
    roles,
    masks,
    notify,
    budgets,
    retention,
    isWhole: rules.length > 0 || findings.length === 0,
  });
}

function isRefused(schema: z.ZodType, document: Document): boolean {
  const { error } = schema.safeParse(document);
  const messages = (issues: readonly z.core.$ZodIssue[]): readonly string[] =>
    issues.flatMap((issue) => [
      issue.message,
      ...(issue.code === 'invalid_union' ? issue.errors.flatMap(messages) : []),
    ]);
  return messages(error?.issues ?? []).some((message) => message.startsWith('not built yet'));
}

/** Documents that hold a key, each with another value, and beside it what it needs. */
function documentsOf(schema: Schema, { key }: Pick<Row, 'key'>): readonly Document[] {
  return valuesOf(schema, key).map((document) => beside(key, document));
}

function beside(key: string, document: Document): Document {
  const [, under = {}] = BESIDE.find(([pattern]) => pattern.test(key)) ?? [];
  return merged(under, document) as Document;
}

function valuesOf(schema: Schema, key: string): readonly Document[] {
  return valuesAt(schema, key === '' ? [] : key.split('.'), '') as readonly Document[];
}

/** `at` is where the schema stands, as keys are written. */
function valuesAt(schema: Schema, way: readonly string[], at: string): readonly unknown[] {
  const [step, ...rest] = way;
  if (step === undefined) return sampled(schema, at);
  const name = step.replace('[]', '');
  const part = [schema, ...(schema.anyOf ?? [])].find(({ properties = {} }) => Object.hasOwn(properties, name));
  const property = part?.properties?.[name];
  assert.ok(part !== undefined && property !== undefined, `${at}.${step}`);
  const isList = step.endsWith('[]');
  const values = valuesAt((isList ? property.items : property) as Schema, rest, below(at, step));
  return values.map((value) => ({ ...requiredOf(part, at), [name]: isList ? [value] : value }));
}

function below(at: string, step: string): string {
  return at === '' ? step : `${at}.${step}`;
}

function sampled(schema: Schema, at: string): readonly unknown[] {
  return SAMPLES[at] ?? SAMPLES[at.split('.').at(-1) ?? ''] ?? leastOf(schema, at);
}

/** Of a schema the values that hold the least. */
function leastOf(schema: Schema, at: string): readonly unknown[] {
  const { const: only, enum: listed, type, items, anyOf, properties, default: usual } = schema;
  if (only !== undefined) return [only];
  if (listed !== undefined) return listed;
  if (anyOf !== undefined) return anyOf.flatMap((each) => leastOf(each, at));
  switch (type) {
    case 'boolean':
      return [true, false];
    case 'integer':
    case 'number':
      return [usual === 3 ? 4 : 3];
    case 'array':
      return leastOf(items as Schema, `${at}[]`).map((item) => [item]);
    case 'object':
      return [properties === undefined ? { a: 'b' } : requiredOf(schema, at)];
    default:
      return ['a'];
  }
}

function requiredOf({ required = [], properties = {} }: Schema, at: string): Document {
  return Object.fromEntries(required.map((name) => [name, sampled(properties[name] as Schema, below(at, name))[0]]));
}

/** The second over the first; lists item by item. */
function merged(under: unknown, over: unknown): unknown {
  if (Array.isArray(under) && Array.isArray(over) && over.every((item) => typeof item === 'object'))
    return over.map((item, i) => merged(under[i], item));
  if (!isRecord(under) || !isRecord(over)) return over ?? under;
  const names = new Set([...Object.keys(under), ...Object.keys(over)]);
  return Object.fromEntries([...names].map((name) => [name, merged(under[name], over[name])]));
}

function isRecord(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
