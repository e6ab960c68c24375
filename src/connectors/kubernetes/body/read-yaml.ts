/*
 * YAML as the API server reads it, or a refusal.
 *
 * The API server reads YAML 1.1, in the manner of go.yaml.in/yaml/v2, and makes JSON of it. Where YAML 1.2 or another reader of 1.1 takes the
 * same text otherwise (`yes`, `0777`, `1_000`, merge keys, tags, anchors, several documents), the text is refused with the advice to quote it.
 * That costs nothing in practice: clients send JSON, also as `application/apply-patch+yaml`, and what people write by hand seldom needs
 * any of it. test/oracle/yaml compares both readers: what this one accepts, the API server's reads the same way, or not at all.
 *
 * Source: https://github.com/yaml/go-yaml/blob/v2.4.3/resolve.go, https://github.com/kubernetes-sigs/yaml/blob/v1.6.0/yaml.go
 */
import { type Document, isMap, isNode, isScalar, isSeq, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';
import type { BodyLimits } from './body-limits.ts';
import { isJsonList, isJsonObject } from './json-value.ts';
import { plainScalar } from './plain-scalar.ts';
import { readJson } from './read-json.ts';
import { unreadable } from './unreadable.ts';

/** Line breaks to YAML 1.1 and not to 1.2, or to some readers of it; and a mark that neither takes inside a text. */
const ODD_CHARACTERS = /[\u0085\u2028\u2029\ufeff]|\r(?!\n)/;

/**
 * The value of a YAML text.
 *
 * @throws {Refusal} BODY_UNREADABLE no YAML; or YAML that readers take differently; or over a limit; BODY_TOO_LARGE
 */
export function readYaml(text: string, limits: BodyLimits): JsonValue {
  if (ODD_CHARACTERS.test(text))
    throw unreadable('the YAML has a character that is a line break to some readers', 'escape it');
  const json = asJson(text, limits);
  if (json !== undefined) return json;
  if (text.length > limits.yamlBytesMax) {
    throw new Refusal(
      'BODY_TOO_LARGE',
      `the YAML is larger than ${limits.yamlBytesMax} bytes (\`limits.bodies.yamlBytesMax\`)`,
      {
        advice: 'send JSON',
      },
    );
  }
  refuseDepth(text, limits);
  const { contents } = documentOf(text);
  if (isScalar(contents)) throw unreadable('the body is not an object');
  return new YamlReader(text, limits).read(contents, 0, false);
}

/** JSON is YAML; most of what is sent as YAML is JSON, and read several times faster so. */
function asJson(text: string, limits: BodyLimits): JsonValue | undefined {
  if (!/^\s*[{[]/.test(text)) return undefined;
  let value: JsonValue;
  try {
    value = readJson(text, limits);
  } catch {
    // Not JSON, or refused as JSON: what is wrong with it is wrong with it as YAML too.
    return undefined;
  }
  refuseMergeKeys(value);
  return value;
}

function refuseMergeKeys(value: JsonValue): void {
  if (isJsonList(value)) for (const each of value) refuseMergeKeys(each);
  else if (isJsonObject(value)) {
    for (const key in value) {
      if (key === '<<') throw unreadable(...MERGE_KEY);
      refuseMergeKeys(value[key] as JsonValue);
    }
  }
}

/** Limit: the parser recurses for each bracket and indentation, so a text that could be too deep never reaches it. */
function refuseDepth(text: string, limits: BodyLimits): void {
  let depth = 0;
  let opened = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5b || code === 0x7b) {
      depth++;
      if (++opened > limits.valuesMax)
        throw unreadable(`the body holds more than ${limits.valuesMax} values (\`limits.bodies.valuesMax\`)`);
    } else if (code === 0x5d || code === 0x7d) depth--;
    if (depth > limits.depthMax) throw tooDeep(limits);
  }
  // A list in a list needs no more than `- - - -`.
  if (new RegExp(`(?:[-?:][ \\t]+){${limits.depthMax + 1}}`).test(text)) throw tooDeep(limits);
}

function documentOf(text: string): Document.Parsed {
  let document: Document.Parsed;
  try {
    document = parseDocument(text, {
      schema: 'failsafe',
      strict: true,
      // Compared by the reader below, in linear time.
      uniqueKeys: false,
      merge: false,
      prettyErrors: false,
      // At 'silent', a second document would be dropped without a word.
      logLevel: 'error',
    });
  } catch (cause) {
    throw unreadable(cause instanceof RangeError ? 'the YAML is nested too deep' : 'the body is not YAML');
  }
  const [problem] = [...document.errors, ...document.warnings];
  if (problem?.code === 'MULTIPLE_DOCS') {
    throw unreadable('the YAML has more than one document', 'send each object in a request of its own');
  }
  if (problem !== undefined) throw unreadable(`the body is not YAML at line ${lineOf(text, problem.pos[0])}`);
  if (document.directives?.yaml.explicit === true || /^%/m.test(text)) throw unreadable('the YAML has a directive');
  return document as Document.Parsed;
}

class YamlReader {
  readonly #text: string;
  readonly #limits: BodyLimits;
  #values = 0;
  /** Where in the text the reader is, so that a refusal says where. */
  #at = 0;

  constructor(text: string, limits: BodyLimits) {
    this.#text = text;
    this.#limits = limits;
  }

  read(node: unknown, depth: number, isFlow: boolean): JsonValue {
    if (++this.#values > this.#limits.valuesMax) {
      throw unreadable(`the body holds more than ${this.#limits.valuesMax} values (\`limits.bodies.valuesMax\`)`);
    }
    if (node === null) return null;
    this.#at = startOf(node) ?? this.#at;
    this.#refuseProperties(node as Properties);
    if (isScalar(node)) return this.#readScalar(node, isFlow);
    if (depth >= this.#limits.depthMax) throw tooDeep(this.#limits);
    if (isSeq(node)) return node.items.map((item) => this.read(item, depth + 1, isFlow || node.flow === true));
    if (isMap(node)) return this.#readMap(node, depth, isFlow || node.flow === true);
    throw this.#refuse('the YAML has an alias', 'write the value out');
  }

  #readMap(map: YAMLMap, depth: number, isFlow: boolean): JsonObject {
    const object: Record<string, JsonValue> = Object.create(null);
    for (const { key, value } of map.items) {
      this.#at = startOf(key) ?? this.#at;
      if (!isScalar(key)) throw this.#refuse('the YAML has a key that is no string', 'quote it');
      this.#refuseProperties(key);
      const name = this.#readScalar(key, isFlow);
      if (typeof name !== 'string') throw this.#refuse('the YAML has a key that is no string', 'quote it');
      if (isFlow && isPlain(key) && !this.#isColonApart(key)) throw this.#refuse(...TIGHT_COLON);
      if (name in object)
        throw this.#refuse(`key \`${printable(name)}\` is given twice in one object`, 'send each key once');
      object[name] = this.read(value ?? null, depth + 1, isFlow);
    }
    return object;
  }

  #readScalar(scalar: Scalar, isFlow: boolean): JsonValue {
    const text = String(scalar.value ?? '');
    if (text === '<<') throw this.#refuse(...MERGE_KEY);
    if (isPlain(scalar)) {
      // Between brackets, YAML 1.1 and 1.2 end a word at different colons.
      if (isFlow && text.includes(':')) throw this.#refuse(...TIGHT_COLON);
      return plainScalar(text, (sentence, advice) => this.#refuse(sentence, advice));
    }
    if (scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED') this.#refuseOddBlock(scalar);
    if (!text.isWellFormed()) throw this.#refuse('a string has half a surrogate pair', 'leave it out');
    return text;
  }

  #isColonApart(key: Scalar): boolean {
    const after = /\s*:(\s|$)/y;
    after.lastIndex = key.range?.[1] ?? 0;
    return after.test(this.#text);
  }

  #refuseOddBlock(scalar: Scalar): void {
    const [start = 0, , end = 0] = scalar.range ?? [];
    if (/^[|>][+-]?[1-9]/.test(this.#text.slice(start, start + 3))) {
      throw this.#refuse('the YAML has a block with a number for its indentation', 'leave the number out');
    }
    // One reader ends the text with the line break that is not there, the other does not.
    if (end === this.#text.length && !this.#text.endsWith('\n')) {
      throw this.#refuse('the YAML ends inside a block without a line break', 'end it with one');
    }
  }

  #refuseProperties({ anchor, tag }: Properties): void {
    if (anchor !== undefined) throw this.#refuse('the YAML has an anchor', 'write the value out');
    if (tag !== undefined) throw this.#refuse('the YAML has a tag', 'leave it out');
  }

  /** What is wrong, and in which line. */
  #refuse(sentence: string, advice: string): Error {
    return unreadable(`${sentence}, at line ${lineOf(this.#text, this.#at)}`, advice);
  }
}

const TIGHT_COLON = [
  'the YAML has a colon between brackets that is read in two ways',
  'put a space behind it, or quotes around the word',
] as const;
const MERGE_KEY = ['the YAML has a merge key', 'write the values out'] as const;

/** Where a node begins, with what stands before its value. */
function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

/** Counted from 1. */
function lineOf(text: string, at: number): number {
  return text.slice(0, at).split('\n').length;
}

function isPlain(scalar: Scalar): boolean {
  return scalar.type === 'PLAIN' || scalar.type === undefined;
}

/** What may stand before a value. */
interface Properties {
  readonly anchor?: string | undefined;
  readonly tag?: string | undefined;
}

function tooDeep(limits: BodyLimits): Error {
  return unreadable(`the body is nested more than ${limits.depthMax} deep (\`limits.bodies.depthMax\`)`);
}
