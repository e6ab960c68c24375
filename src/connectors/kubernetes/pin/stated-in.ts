import type { JsonObject, JsonValue, Operation } from '../../../model/operation.ts';
import type { ObjectVersion } from '../../../model/precondition.ts';
import { unreadable } from '../body/unreadable.ts';
import { isJsonObject } from '../is-json-object.ts';
import { statedInJsonPatch } from './pin-json-patch.ts';
import type { Place } from './pin-request.ts';

/**
 * The version that the caller itself asks for; empty strings for what it does not say.
 *
 * @throws {Refusal} BODY_UNREADABLE a version that is no string, or a patch that steers what would become of one
 */
export function statedIn({ verb, options, body }: Operation, { within }: Place): ObjectVersion {
  if (verb === 'delete') return { resourceVersion: '', uid: '', ...options.preconditions };
  if (body === undefined) return { resourceVersion: '', uid: '' };
  if (body.patch?.type === 'json') return { resourceVersion: statedInJsonPatch(body.patch.operations), uid: '' };
  let here: JsonValue | undefined = body.object ?? body.patch?.object;
  if (body.patch?.type === 'strategic') refuseSteered(body.patch.object, within);
  for (const key of within) here = isJsonObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  if (!isJsonObject(here)) return { resourceVersion: '', uid: '' };
  return { resourceVersion: said(here, 'resourceVersion'), uid: said(here, 'uid') };
}

function said(object: JsonObject, key: string): string {
  const value = Object.hasOwn(object, key) ? object[key] : undefined;
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw unreadable(`\`${key}\` in the body is not a string`);
  return value;
}

/**
 * Directives would have the server drop a version that stands beside them, or refuse it.
 *
 * Source: strategic merge patch, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/strategicpatch/patch.go
 */
function refuseSteered(object: JsonObject, within: readonly string[]): void {
  let here: JsonValue | undefined = object;
  for (const key of ['', ...within]) {
    if (key !== '') here = isJsonObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
    if (!isJsonObject(here)) return;
    if (Object.hasOwn(here, '$patch') || Object.hasOwn(here, '$retainKeys')) {
      throw unreadable(
        'the request is judged on the live object, and its `$patch` or `$retainKeys` would drop the version',
        'send a merge patch',
      );
    }
  }
}
