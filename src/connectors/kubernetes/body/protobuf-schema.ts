import type { ExpectedKind } from './agree.ts';
import data from './protobuf-fields.json' with { type: 'json' };

/*
 * The field numbers of every kind that a request body can hold: data, made by test/oracle/protobuf from the tags of the API server's own types,
 * a union of several releases. Adding one is a folder there and `npm run protobuf -- write`.
 */

/** What the JSON of a field has; see `field` in test/oracle/protobuf/fields.go. */
export type Shape = 'value' | '?value' | '*' | '?*' | '[]' | '?[]' | '{}' | '?{}' | 'inline' | 'list';

/** One field of a message. */
export interface Field {
  readonly number: number;
  /** Its key in JSON; empty where its fields stand in the message around it. */
  readonly key: string;
  /** A scalar, a type with a JSON form of its own, or the name of a message. */
  readonly type: string;
  readonly shape: Shape;
}

/** A message: its fields in the order of its type, and by number. */
export interface Message {
  readonly fields: readonly Field[];
  readonly byNumber: ReadonlyMap<number, Field>;
}

const KINDS: Readonly<Record<string, string | undefined>> = data.kinds;
type Row = readonly (string | number)[];
const ROWS: Readonly<Record<string, readonly Row[] | undefined>> = data.messages;

/** The versions of Kubernetes' modules that the field numbers are of, oldest first. */
export const PROTOBUF_FIELDS_VERSIONS: readonly string[] = data.versions;

/** The same as people name them: `Kubernetes 1.35 to 1.37`. */
export const PROTOBUF_RELEASES: string = releasesOf(PROTOBUF_FIELDS_VERSIONS);

function releasesOf(versions: readonly string[]): string {
  const release = (version = ''): string => version.replace(/^v0\.(\d+)\..*$/, '1.$1');
  return `Kubernetes ${release(versions[0])} to ${release(versions.at(-1))}`;
}

const messages = new Map<string, Message>();

/** The message of a kind by its apiVersion; undefined for what is never protobuf: custom resources, and what a newer release brought. */
export function kindMessage(apiVersion: string, kind: string): string | undefined {
  const key = `${apiVersion}/${kind}`;
  return Object.hasOwn(KINDS, key) ? KINDS[key] : undefined;
}

/** A message by name. Built at its first use: most processes see few of the kinds. */
export function message(name: string): Message {
  const known = messages.get(name);
  if (known !== undefined) return known;
  const rows = ROWS[name];
  if (rows === undefined) throw new Error(`invariant: no message ${name}`);
  const fields = rows.map(fieldOf);
  const made = { fields, byNumber: new Map(fields.map((field) => [field.number, field])) };
  messages.set(name, made);
  return made;
}

function fieldOf([number, key, type, shape]: Row): Field {
  return { number: Number(number), key: String(key), type: String(type), shape: shape as Shape };
}

/** The keys of a built-in kind, each with those of the message that it holds; undefined for a kind that is not built in. */
export function messageFields(expected: ExpectedKind): ReadonlyMap<string, readonly string[]> | undefined {
  const { group, version, kind } = expected;
  const name = kindMessage(group === '' ? version : `${group}/${version}`, kind);
  if (name === undefined) return undefined;
  const known = fieldsOf.get(name);
  if (known !== undefined) return known;
  const made = new Map(message(name).fields.map(({ key, type }) => [key, keysOf(type)] as const));
  fieldsOf.set(name, made);
  return made;
}

/** By message: each kind's are made once. */
const fieldsOf = new Map<string, ReadonlyMap<string, readonly string[]>>();

function keysOf(type: string): readonly string[] {
  if (ROWS[type] === undefined) return [];
  return message(type).fields.flatMap((field) => (field.shape === 'inline' ? keysOf(field.type) : [field.key]));
}
