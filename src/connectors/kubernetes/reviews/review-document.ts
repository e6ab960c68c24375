/*
 * The cluster's answer to a review, in JSON or protobuf, with its status taken out and another put in; every other byte of protobuf, and every other key of
 * JSON, is left as the cluster has it.
 */
import type { JsonObject, JsonValue } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import type { ExpectedKind } from '../body/agree.ts';
import { DEFAULT_BODY_LIMITS } from '../body/body-limits.ts';
import { isJsonList, isJsonObject } from '../body/json-value.ts';
import { kindMessage, message } from '../body/protobuf-schema.ts';
import { putField } from '../body/put-field.ts';
import { readProtobuf } from '../body/read-protobuf.ts';
import { writeProtobuf } from '../body/write-protobuf.ts';

/** An answer whose status can be replaced. */
export interface ReviewDocument {
  readonly status: JsonObject;
  readonly withStatus: (status: JsonObject) => Buffer;
}

/** The review in JSON; undefined where the JSON holds none. In a table, with the object in its row, it is that object. */
export function jsonReview(bytes: Uint8Array): ReviewDocument | undefined {
  const document = parsed(bytes);
  if (document === undefined) return undefined;
  const inRow = isJsonList(document.rows) ? document.rows.find(hasReview) : undefined;
  const status = inRow === undefined ? document.status : inRow.object.status;
  if (!isJsonObject(status)) return undefined;
  return {
    status,
    withStatus(own) {
      const row = inRow && { ...inRow, object: { ...inRow.object, status: own } };
      const rows = isJsonList(document.rows) ? document.rows.map((each) => (each === inRow ? row : each)) : [];
      return Buffer.from(JSON.stringify(row === undefined ? { ...document, status: own } : { ...document, rows }));
    },
  };
}

function parsed(bytes: Uint8Array): JsonObject | undefined {
  try {
    const document = JSON.parse(Buffer.from(bytes).toString('utf8')) as JsonValue;
    return isJsonObject(document) ? document : undefined;
  } catch {
    return undefined;
  }
}

function hasReview(row: JsonValue): row is JsonObject & { readonly object: JsonObject } {
  return isJsonObject(row) && isJsonObject(row.object) && isJsonObject(row.object.status);
}

/**
 * The review in protobuf.
 *
 * @throws {Refusal} BODY_UNREADABLE, BODY_MISMATCH it is no such review, or has what a newer release brought
 */
export function protobufReview(bytes: Uint8Array, kind: ExpectedKind): ReviewDocument {
  const { status } = readProtobuf(bytes, kind, DEFAULT_BODY_LIMITS);
  const name = kindMessage(`${kind.group}/${kind.version}`, kind.kind);
  const field = name === undefined ? undefined : message(name).fields.find(({ key }) => key === 'status');
  if (field === undefined || !isJsonObject(status)) throw new Refusal('BODY_UNREADABLE', 'the review has no status');
  return {
    status,
    withStatus: (own) => putField(bytes, [field.number], writeProtobuf(field.type, own)),
  };
}
