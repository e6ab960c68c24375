import { ReplyMasker } from '../masking/objects/reply-masker.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject, JsonValue, Operation } from '../model/operation.ts';
import type { Masking } from './masking.ts';

/**
 * The body of a request as a document, without the values that masks hide, by the default masks of its kind; undefined where it cannot be read as one.
 *
 * The values of a JSON patch are masked as they would be at their places.
 */
export function maskedBody(
  masking: Masking,
  caller: Caller,
  operation: Operation,
  exchange: string,
): JsonValue | undefined {
  const { object, patch } = operation.body ?? {};
  if (patch?.type === 'json')
    return patch.operations.map((each) => maskedStep(masking, caller, operation, exchange, each));
  const document = patch?.object ?? object;
  return document === undefined ? undefined : maskedObject(masking, caller, operation, exchange, document);
}

/** An object of the operation's kind, without the values that masks hide; none of its masks compares with another. */
export function maskedObject(
  masking: Masking,
  caller: Caller,
  operation: Operation,
  exchange: string,
  object: JsonObject,
): JsonObject {
  const rules = masking.rules();
  const masker = new ReplyMasker({
    // Whoever answers is shown nothing that a rule shows to the caller alone.
    plan: rules.planOf(operation, { masks: rules.masksFor(caller, operation) }),
    keying: { key: masking.key, target: operation.target, exchange, isComparable: false },
    shape: 'object',
    mayBeTable: false,
    objectBytesMax: masking.objectBytesMax,
  });
  const bytes = [masker.write(Buffer.from(JSON.stringify(object))), masker.end()];
  return JSON.parse(Buffer.concat(bytes).toString()) as JsonObject;
}

function maskedStep(
  masking: Masking,
  caller: Caller,
  operation: Operation,
  exchange: string,
  step: JsonValue,
): JsonValue {
  const { path, value } = (step ?? {}) as JsonObject;
  if (value === undefined || typeof path !== 'string') return step;
  const segments = path
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  const placed = segments.reduceRight<JsonValue>((inner, key) => (isIndex(key) ? [inner] : { [key]: inner }), value);
  // At the root of a list, or of no object, there is no place to mask by.
  if (typeof placed !== 'object' || placed === null || Array.isArray(placed)) return step;
  const masked = maskedObject(masking, caller, operation, exchange, placed as JsonObject);
  const found = segments.reduce<JsonValue>(
    (node, key) => (isIndex(key) ? (node as readonly JsonValue[])[0] : (node as JsonObject)[key]) as JsonValue,
    masked,
  );
  return { ...(step as JsonObject), value: found };
}

function isIndex(key: string): boolean {
  return /^(?:\d+|-)$/.test(key);
}
