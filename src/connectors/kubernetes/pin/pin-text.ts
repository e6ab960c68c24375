import type { OperationBody } from '../../../model/operation.ts';
import type { ObjectVersion } from '../../../model/precondition.ts';
import { decodeUtf8 } from '../body/decode-utf8.ts';
import type { Place } from './pin-request.ts';
import { putJson } from './put-json.ts';
import { putYaml } from './put-yaml.ts';

/** The text of an object or a patch that is one, in JSON or YAML, with the version in its place. */
export function pinText({ bytes, mediaType }: OperationBody, { within }: Place, missing: ObjectVersion): string {
  const text = decodeUtf8(bytes);
  const putString = mediaType.endsWith('yaml') && !isJson(text) ? putYaml : putJson;
  return Object.entries(missing).reduce(
    (done, [key, value]) => (value === '' ? done : putString(done, [...within, key], value)),
    text,
  );
}

/** JSON is YAML; most of what is sent as YAML is JSON. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
