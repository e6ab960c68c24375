import type { CelInput } from '@bufbuild/cel';
import type { JsonValue } from '../../model/operation.ts';

/** Limit: a body or object of more values than this cannot be given to a condition, which then breaks off. */
const VALUES_MAX = 200_000;

/** Limit: a list longer than this cannot be given to a condition, nor made of a text by one, which then breaks off. */
export const LIST_LENGTH_MAX = 10_000;

/** A value for CEL, and the length of the longest text in it. */
export interface CelJson {
  readonly value: CelInput;
  readonly longestText: number;
}

/**
 * Maps of texts in the kinds of Kubernetes itself. Source: https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#ObjectMeta, #LabelSelector, https://pkg.go.dev/k8s.io/api/core/v1#ConfigMap, #Secret, #PodSpec
 */
const TEXT_MAPS: ReadonlySet<string> = new Set([
  'labels',
  'annotations',
  'matchLabels',
  'nodeSelector',
  'data',
  'binaryData',
  'stringData',
]);

/**
 * JSON as CEL has it in admission policies: whole numbers are `int`, others `double`; an object is a map of its own keys, whatever they are called.
 *
 * Security: a member that is null is not there, since the API server stores nothing of it but the default, and of a text in a map the empty one: else who sends `null` would have `x != "default"` true of what becomes
 * the default. Test: `a field that is null is what the API server stores of it`. Source: https://pkg.go.dev/encoding/json#Unmarshal ("null has no effect"), which is what it reads with.
 *
 * @throws {RangeError} the value goes over a limit, or has a whole number of which JSON was read too coarsely to be compared
 */
export function celJson(json: JsonValue): CelJson {
  let values = 0;
  let longestText = 0;
  const convert = (value: JsonValue, isTextMap = false): CelInput => {
    values++;
    if (values > VALUES_MAX) throw new RangeError(`more than ${VALUES_MAX} values`);
    if (typeof value === 'string') longestText = Math.max(longestText, value.length);
    if (typeof value === 'number') return celNumber(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      if (value.length > LIST_LENGTH_MAX) throw new RangeError(`a list of more than ${LIST_LENGTH_MAX} items`);
      return value.map((item) => convert(item)) as CelInput;
    }
    const map = new Map<string, CelInput>();
    for (const [key, item] of Object.entries(value)) {
      const stored = item === null && isTextMap ? '' : item;
      if (stored !== null) map.set(key, convert(stored, TEXT_MAPS.has(key)));
    }
    return map as CelInput;
  };
  return { value: convert(json), longestText };
}

/** From here on the cluster compares every whole number of 64 bits, and JavaScript has only some of them. */
const COARSE_MIN = 2 ** 53;
const COARSE_MAX = 2 ** 64;

function celNumber(value: number): CelInput {
  if (Number.isSafeInteger(value)) return BigInt(value);
  const size = Math.abs(value);
  if (size >= COARSE_MIN && size < COARSE_MAX) throw new RangeError(`${value} may be another number than was sent`);
  return value;
}
