import { ReplyMasker } from '../masking/objects/reply-masker.ts';
import type { MaskedOperation } from '../masking/rules/mask-rules.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject, JsonValue, Operation } from '../model/operation.ts';
import type { Masking } from './masking.ts';

/** What masks objects of one operation's kind, for whoever is shown them; none of its masks compares with another. */
export interface MaskedFor {
  readonly masking: Pick<Masking, 'rules' | 'key' | 'objectBytesMax'>;
  /** Whom masks of policy have to be for; `anybody`: each that is for somebody counts. */
  readonly caller: Caller | 'anybody';
  readonly operation: MaskedOperation;
  /** What the masks are keyed by. */
  readonly exchange: string;
}

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
  const masked = { masking, caller, operation, exchange };
  if (patch?.type === 'json') return patch.operations.map((each) => maskedStep(masked, each));
  const document = patch?.object ?? object;
  return document === undefined ? undefined : maskedObject(masked, document);
}

/** An object of the operation's kind, without the values that masks hide. */
export function maskedObject({ masking, caller, operation, exchange }: MaskedFor, object: JsonObject): JsonObject {
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

/** A value as it would be masked at its place in such an object; `inList`: whether a key is a place in a list. */
export function maskedAt(
  masked: MaskedFor,
  path: readonly string[],
  value: JsonValue,
  inList: (key: string) => boolean,
): JsonValue {
  const placed = path.reduceRight<JsonValue>((inner, key) => (inList(key) ? [inner] : { [key]: inner }), value);
  // At the root of a list, or of no object, there is no place to mask by.
  if (typeof placed !== 'object' || placed === null || Array.isArray(placed)) return value;
  return path.reduce<JsonValue>(
    (node, key) => (inList(key) ? (node as readonly JsonValue[])[0] : (node as JsonObject)[key]) as JsonValue,
    maskedObject(masked, placed as JsonObject),
  );
}

function maskedStep(masked: MaskedFor, step: JsonValue): JsonValue {
  const { path, value } = (step ?? {}) as JsonObject;
  if (value === undefined || typeof path !== 'string') return step;
  const segments = path
    .split('/')
    .slice(1)
    .map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
  return { ...(step as JsonObject), value: maskedAt(masked, segments, value, isIndex) };
}

function isIndex(key: string): boolean {
  return /^(?:\d+|-)$/.test(key);
}
