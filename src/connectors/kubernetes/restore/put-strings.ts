import type { JsonObject, JsonValue, OperationBody } from '../../../model/operation.ts';
import type { RestoredBody } from '../../../model/permit.ts';
import { Refusal } from '../../../model/refusal.ts';
import { assert } from '../../../std/assert.ts';
import { putJsonValues } from '../../../std/json-spans.ts';
import { decodeUtf8 } from '../body/decode-utf8.ts';

interface PutString {
  readonly path: readonly string[];
  readonly value: string;
  readonly isNumber?: true;
}

/**
 * The body with other strings at these places. JSON keeps every other byte; YAML and protobuf become JSON that says the same.
 *
 * @throws {Refusal} BODY_UNREADABLE a body that is no JSON, with a number that would lose digits so
 */
export function putStrings(body: OperationBody, strings: readonly PutString[]): RestoredBody {
  const { mediaType, object, patch } = body;
  const isPatch = patch !== undefined;
  const text = mediaType === 'application/vnd.kubernetes.protobuf' ? undefined : decodeUtf8(body.bytes);
  if (text !== undefined && isJson(text)) return { mediaType, bytes: Buffer.from(putJsonValues(text, strings)) };
  if (
    /\d{16}/.test(text ?? '') ||
    strings.some(({ isNumber, value }) => isNumber === true && String(Number(value)) !== value)
  )
    throw new Refusal(
      'BODY_UNREADABLE',
      'the body holds masks, and numbers that would lose digits when they are put back',
      {
        advice: 'send JSON',
      },
    );
  const read: JsonValue | undefined = isPatch && patch.type !== 'json' ? patch.object : object;
  assert(read !== undefined, 'a body whose masks were put back has been read');
  // JSON is YAML, but for characters that are line breaks to some readers.
  const json = JSON.stringify(strings.reduce(withString, read as JsonObject)).replace(
    /[\u0085\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return { mediaType: isPatch ? mediaType : 'application/json', bytes: Buffer.from(json) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function withString(value: JsonValue, { path: [key, ...rest], ...put }: PutString): JsonValue {
  if (key === undefined) return put.isNumber === true ? Number(put.value) : put.value;
  assert(value !== null && typeof value === 'object', 'a string is put where one stands');
  const inner = withString((value as JsonObject)[key] as JsonValue, { path: rest, ...put });
  if (Array.isArray(value)) return value.with(Number(key), inner);
  return { ...value, [key]: inner };
}
