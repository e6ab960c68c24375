/*
 * A JSON patch held to a version: the patched object is given it last, so that whatever the operations before did to it, what is stored is stored on that
 * version or not at all.
 *
 * Source: RFC 6902; https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go
 */
import type { JsonValue, OperationBody } from '../../../model/operation.ts';
import type { ObjectVersion } from '../../../model/precondition.ts';
import { decodeUtf8 } from '../body/decode-utf8.ts';
import { pointerSegments } from '../body/json-pointer.ts';
import { unreadable } from '../body/unreadable.ts';
import { isJsonObject } from '../is-json-object.ts';
import { appendJson } from './put-json.ts';

const PLACE = ['metadata', 'resourceVersion'];

/** The text of the patch with the version behind its operations. */
export function pinJsonPatch({ bytes }: OperationBody, { resourceVersion }: ObjectVersion): string {
  const operation = { op: 'add', path: `/${PLACE.join('/')}`, value: resourceVersion };
  return appendJson(decodeUtf8(bytes), JSON.stringify(operation));
}

/**
 * The version that the patch itself gives its object; empty where it gives none. A `test` of it holds as ever, before ours.
 *
 * @throws {Refusal} BODY_UNREADABLE it gives one that it does not say, or two
 */
export function statedInJsonPatch(operations: readonly JsonValue[]): string {
  const stated = new Set(operations.flatMap(givenBy).filter((version) => version !== ''));
  if (stated.size > 1) throw unreadable('the JSON patch sets two versions of its object');
  return [...stated][0] ?? '';
}

function givenBy(operation: JsonValue): readonly string[] {
  if (!isJsonObject(operation) || typeof operation.path !== 'string') return [];
  const path = pointerSegments(operation.path);
  const shared = Math.min(path.length, PLACE.length);
  if (path.slice(0, shared).some((key, i) => key !== PLACE[i])) return [];
  if (operation.op === 'remove' || operation.op === 'test') return [];
  if (path.length > PLACE.length || operation.op === 'move' || operation.op === 'copy')
    throw unreadable(
      'the JSON patch sets the version of its object to what it does not say',
      'say it, or leave it out',
    );
  let here: JsonValue | undefined = operation.value;
  for (const key of PLACE.slice(path.length))
    here = isJsonObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  if (here === undefined || here === null) return [];
  if (typeof here !== 'string') throw unreadable('`metadata.resourceVersion` in the JSON patch is not a string');
  return [here];
}
