import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';

/** The media types of a body that can be read, by what they are; CBOR is known, and refused. */
const KNOWN: ReadonlyMap<string, BodyForm> = new Map([
  ['application/json', 'json'],
  ['application/yaml', 'yaml'],
  ['application/vnd.kubernetes.protobuf', 'protobuf'],
  ['application/cbor', 'cbor'],
  ['application/json-patch+json', 'json-patch'],
  ['application/merge-patch+json', 'merge-patch'],
  ['application/strategic-merge-patch+json', 'strategic-patch'],
  ['application/apply-patch+yaml', 'apply-patch'],
  ['application/apply-patch+cbor', 'cbor'],
]);

type BodyForm = ObjectForm | PatchForm | 'cbor';

/** How an object is written. */
export type ObjectForm = 'json' | 'yaml' | 'protobuf';

/** What kind of patch it is. */
export type PatchForm = 'json-patch' | 'merge-patch' | 'strategic-patch' | 'apply-patch';

const PARAMETER = /^[!#-'*+.^-`|~\w-]+=(?:[!#-'*+.^-`|~\w-]+|"[^"\\]*")$/;

/**
 * The media type of an object's body, without parameters; JSON where none is said, as the API server has it.
 *
 * @throws {Refusal} MEDIA_TYPE_UNSUPPORTED none that can be inspected, or a charset other than UTF-8, which the API server would not heed
 */
export function objectForm(contentType: string | undefined): { mediaType: string; form: ObjectForm } {
  if (contentType === undefined || contentType === '') return { mediaType: 'application/json', form: 'json' };
  const mediaType = withoutParameters(contentType);
  const form = KNOWN.get(mediaType);
  if (form === 'json' || form === 'yaml' || form === 'protobuf') return { mediaType, form };
  throw unsupported(mediaType, 'send application/json, application/yaml or application/vnd.kubernetes.protobuf');
}

/**
 * The media type of a patch; there is no default, and `application/json` is none.
 *
 * @throws {Refusal} MEDIA_TYPE_UNSUPPORTED
 */
export function patchForm(contentType: string | undefined): { mediaType: string; form: PatchForm } {
  const mediaType = withoutParameters(contentType ?? '');
  const form = KNOWN.get(mediaType);
  if (form === 'json-patch' || form === 'merge-patch' || form === 'strategic-patch' || form === 'apply-patch') {
    return { mediaType, form };
  }
  throw unsupported(
    mediaType,
    'send application/json-patch+json, merge-patch+json, strategic-merge-patch+json or apply-patch+yaml',
  );
}

/** The media type alone, in lower case; empty where none is said, for a body that nobody here reads. */
export function opaqueMediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function withoutParameters(contentType: string): string {
  const [first = '', ...parameters] = contentType.split(';');
  for (const [index, raw] of parameters.entries()) {
    const parameter = raw.trim();
    if (parameter === '' && index === parameters.length - 1) continue;
    if (!PARAMETER.test(parameter)) throw unsupported(contentType, 'leave the parameters of the content type out');
    const [key = '', value = ''] = parameter.toLowerCase().split('=', 2);
    if (key === 'charset' && value !== 'utf-8' && value !== '"utf-8"') {
      throw unsupported(contentType, 'send the body in UTF-8');
    }
  }
  return first.trim().toLowerCase();
}

function unsupported(type: string, advice: string): Refusal {
  const said = type === '' ? 'no content type' : `content type \`${printable(type)}\``;
  return new Refusal('MEDIA_TYPE_UNSUPPORTED', `a body of ${said} cannot be inspected here`, { advice });
}
