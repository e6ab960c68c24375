/*
 * Patches: read and bounded, but not applied. What they make of the stored object is asked of the API server itself (a dry run) where a rule
 * needs it; what can be said of a patch alone is said here and in body-equivalents.ts.
 */
import type { JsonValue, Patch } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { agreeMetadata, agreePatch, type BodyPath, type ExpectedKind, groupVersion } from './agree.ts';
import type { BodyLimits } from './body-limits.ts';
import { decodeUtf8 } from './decode-utf8.ts';
import { holds, pointerSegments } from './json-pointer.ts';
import { isJsonList, isJsonObject } from './json-value.ts';
import type { PatchForm } from './media-type.ts';
import { readJson } from './read-json.ts';
import { readYaml } from './read-yaml.ts';
import { unreadable } from './unreadable.ts';

/** One operation of a JSON patch, its paths taken apart. */
export interface JsonPatchOperation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: readonly string[];
  /** Of `move` and `copy`. */
  readonly from: readonly string[] | undefined;
  /** Of `add`, `replace` and `test`. */
  readonly value: JsonValue | undefined;
}

/**
 * The patch in a body. It may not name another object than the path, nor change what kind of object it is.
 *
 * @throws {Refusal} BODY_UNREADABLE; BODY_MISMATCH; BODY_TOO_LARGE more operations than the limit
 */
export function readPatch(
  bytes: Uint8Array,
  form: PatchForm,
  path: BodyPath,
  expected: ExpectedKind,
  limits: BodyLimits,
): Patch {
  const text = decodeUtf8(bytes);
  const value = form === 'apply-patch' ? readYaml(text, limits) : readJson(text, limits);
  if (form === 'json-patch') {
    const operations = jsonPatchOperations(value, limits);
    for (const operation of operations) agreeOperation(operation, path, expected);
    return { type: 'json', operations: value as readonly JsonValue[] };
  }
  if (!isJsonObject(value)) throw unreadable('the patch is not an object');
  agreePatch(value, path, expected, form === 'strategic-patch');
  return { type: TYPES[form], object: value };
}

const TYPES = { 'merge-patch': 'merge', 'strategic-patch': 'strategic', 'apply-patch': 'apply' } as const;
const OPS: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * The operations of a JSON patch, each of the shape that its `op` asks for.
 *
 * @throws {Refusal} BODY_UNREADABLE; BODY_TOO_LARGE
 * Source: RFC 6902
 */
export function jsonPatchOperations(value: JsonValue, limits: BodyLimits): readonly JsonPatchOperation[] {
  if (!isJsonList(value)) throw unreadable('the JSON patch is not a list of operations');
  if (value.length > limits.patchOperationsMax) {
    throw new Refusal('BODY_TOO_LARGE', `the JSON patch has more than ${limits.patchOperationsMax} operations`);
  }
  return value.map(jsonPatchOperation);
}

function jsonPatchOperation(value: JsonValue): JsonPatchOperation {
  if (!isJsonObject(value)) throw unreadable('an operation of the JSON patch is not an object');
  const op = value.op;
  const path = value.path;
  if (typeof op !== 'string' || !OPS.has(op)) throw unreadable('an operation of the JSON patch has no known `op`');
  if (typeof path !== 'string') throw unreadable(`\`${op}\` in the JSON patch has no \`path\``);
  const hasFrom = op === 'move' || op === 'copy';
  const from = hasFrom ? value.from : undefined;
  if (hasFrom && typeof from !== 'string') throw unreadable(`\`${op}\` in the JSON patch has no \`from\``);
  const hasValue = op === 'add' || op === 'replace' || op === 'test';
  if (op !== 'test' && hasValue && value.value === undefined) {
    throw unreadable(`\`${op}\` in the JSON patch has no \`value\``);
  }
  return {
    op: op as JsonPatchOperation['op'],
    path: pointerSegments(path),
    from: typeof from === 'string' ? pointerSegments(from) : undefined,
    value: hasValue ? value.value : undefined,
  };
}

const FIXED_PLACES = [['kind'], ['apiVersion'], ['metadata', 'name'], ['metadata', 'namespace']] as const;

/** Refuses an operation that would make the object another one, or one that says so of itself. */
function agreeOperation(operation: JsonPatchOperation, path: BodyPath, expected: ExpectedKind): void {
  if (operation.op === 'test') return;
  const written = operation.op === 'add' || operation.op === 'replace';
  for (const place of FIXED_PLACES) {
    const isMoved = operation.from !== undefined && operation.op === 'move' && holds(operation.from, place);
    if (isMoved || (!written && holds(operation.path, place))) throw changes(place);
    if (written && holds(operation.path, place)) agreeWritten(operation, place, path, expected);
    if (operation.path.length > place.length && holds(place, operation.path)) throw changes(place);
  }
}

function agreeWritten(
  operation: JsonPatchOperation,
  place: readonly string[],
  path: BodyPath,
  expected: ExpectedKind,
): void {
  const { value } = operation;
  if (operation.path.length === 0) {
    if (!isJsonObject(value)) throw unreadable('the JSON patch puts no object in place of the whole');
    agreePatch(value, path, expected);
  } else if (operation.path.length < place.length) {
    agreeMetadata(value, path, expected);
  } else if (value !== fixedValue(place, path, expected)) {
    throw changes(place);
  }
}

function fixedValue(place: readonly string[], path: BodyPath, expected: ExpectedKind): string {
  switch (place.join('.')) {
    case 'kind':
      return expected.kind;
    case 'apiVersion':
      return groupVersion(expected.group, expected.version);
    case 'metadata.name':
      return path.name;
    default:
      return path.namespace;
  }
}

function changes(place: readonly string[]): Refusal {
  return new Refusal('BODY_MISMATCH', `the JSON patch changes \`${place.join('.')}\`, which the path says`);
}
