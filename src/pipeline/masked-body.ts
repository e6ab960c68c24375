import { ReplyMasker } from '../masking/objects/reply-masker.ts';
import type { MaskedOperation } from '../masking/rules/mask-rules.ts';
import { maskedText } from '../masking/text/masked-text.ts';
import type { Caller } from '../model/caller.ts';
import type { JsonObject, JsonValue, Operation } from '../model/operation.ts';
import { isOtherIndex, pointerSteps } from '../std/json-pointer.ts';
import { keptDetection, type Masking } from './masking.ts';

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

/**
 * A value as it would be masked at its place in such an object; `inList`: whether a key may be a place in a list. Then it may be a key of a map as well, so that it is masked as either;
 * and a `value` there is masked as what its `name`, which is not said, would hide, a word of a command as what stands behind an option that tells.
 */
export function maskedAt(
  masked: MaskedFor,
  path: readonly string[],
  value: JsonValue,
  inList: (key: string) => boolean,
): JsonValue {
  const inLists = maskedOnce(masked, path, value, inList);
  return path.some(inList) ? maskedOnce(masked, path, inLists, () => false) : inLists;
}

function maskedOnce(
  masked: MaskedFor,
  path: readonly string[],
  value: JsonValue,
  inList: (key: string) => boolean,
): JsonValue {
  const beside = path.at(-1) === 'value' && inList(path.at(-2) ?? '') ? { name: 'secret' } : {};
  const flags = isValueOfOption(path, value) ? ['--password'] : [];
  const placed = path.reduceRight<JsonValue>((inner, key, step) => {
    const isLast = step === path.length - 1;
    return inList(key) ? [...(isLast ? flags : []), inner] : { ...(isLast ? beside : {}), [key]: inner };
  }, value);
  const isObject = typeof placed === 'object' && placed !== null && !Array.isArray(placed);
  const document = maskedObject(masked, isObject ? (placed as JsonObject) : { '': placed });
  // The last of each: a key may be masked, too.
  const steps = isObject ? path.length : path.length + 1;
  return Array.from({ length: steps }).reduce<JsonValue>(
    (node) => Object.values(Object(node)).at(-1) as JsonValue,
    document,
  );
}

/** Whether it may be what an option says that is another word of the command of a container; what is an option or a setting itself says what it is. */
function isValueOfOption(path: readonly string[], value: JsonValue): boolean {
  const list = path.at(-2);
  return (list === 'args' || list === 'command') && typeof value === 'string' && !/^-|=./.test(value);
}

/** Of what the API server reads of it. */
function maskedStep(masked: MaskedFor, step: JsonValue): JsonValue {
  const { op = null, path, from, value } = Object(step) as JsonObject;
  const detection = keptDetection(masked.masking, masked);
  const text = (pointer: JsonValue | undefined) =>
    typeof pointer === 'string' ? maskedText(pointer, detection) : undefined;
  const places = Object.entries({ path: text(path), from: text(from) }).filter(([, pointer]) => pointer !== undefined);
  const placed = typeof path === 'string' ? pointerSteps(path) : [];
  return {
    op: typeof op === 'string' ? maskedText(op, detection) : null,
    ...(Object.fromEntries(places) as JsonObject),
    ...(value === undefined ? {} : { value: maskedAt(masked, placed, value, isIndex) }),
  };
}

function isIndex(key: string): boolean {
  return /^\d+$/.test(key) || isOtherIndex(key);
}
