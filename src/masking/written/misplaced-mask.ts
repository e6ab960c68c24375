/*
 * What a request may not write: anything of the form of a mask, wherever it stands and however it is wrapped. A mask that reached the cluster would be a value
 * lost; one that is put where its value may be read would be a value stolen.
 */
import type { JsonValue, OperationBody } from '../../model/operation.ts';
import { hasMaskForm } from '../form/mask-form.ts';
import { holdsMask } from './holds-mask.ts';

/** Where in a body something has the form of a mask: the path of its field, `body` where no field is read; undefined: nowhere. */
export function misplacedMask({ bytes, object, patch }: OperationBody): string | undefined {
  const read = object ?? (patch?.type === 'json' ? patch.operations : patch?.object);
  const inField = read === undefined ? undefined : inValue(read, '');
  if (inField !== undefined) return inField === '' ? 'body' : inField;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  return hasMaskForm(text) ? 'body' : undefined;
}

function inValue(value: JsonValue, path: string): string | undefined {
  if (typeof value === 'string') return holdsMask(value) ? path : undefined;
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    const found = hasMaskForm(key) ? at : inValue(inner as JsonValue, at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Paths at, into or above which no patch may look or copy: what is masked there could be tried, or moved to where it is shown. */
const secretFields = ['/data', '/stringData', '/metadata/annotations', '/metadata/managedFields'];

/**
 * The first operation of a JSON patch that tests, copies or moves what may be masked; undefined: none does.
 *
 * A copy or move is let through within labels and finalizers alone. A test is refused of a Secret’s values and annotations, of environment variables, and of
 * whatever stands above one.
 */
export function probingOperation(body: OperationBody, isSecretKind: boolean): string | undefined {
  if (body.patch?.type !== 'json') return undefined;
  for (const [index, operation] of body.patch.operations.entries()) {
    if (operation === null || typeof operation !== 'object' || Array.isArray(operation)) continue;
    const { op, from, path } = operation as {
      readonly op?: JsonValue;
      readonly from?: JsonValue;
      readonly path?: JsonValue;
    };
    if ((op === 'copy' || op === 'move') && !isHarmless(String(from)))
      return `${op} of ${String(from)} (operation ${index})`;
    if (op === 'test' && isTried(String(path), isSecretKind)) return `test of ${String(path)} (operation ${index})`;
  }
  return undefined;
}

function isHarmless(pointer: string): boolean {
  return /^\/metadata\/(?:labels|finalizers)\/[^/]+$/.test(pointer);
}

function isTried(pointer: string, isSecretKind: boolean): boolean {
  if (pointer === '' || pointer === '/metadata') return true;
  if (isSecretKind) return secretFields.some((field) => `${pointer}/`.startsWith(`${field}/`));
  return /\/(?:env|value|args|command)(?:\/|$)/.test(pointer) || above.test(pointer);
}

/** A workload, its pods, a container; all data and all annotations. */
const above =
  /^(?:\/spec(?:\/jobTemplate(?:\/spec)?)?(?:\/template(?:\/spec)?)?(?:\/\w*[cC]ontainers(?:\/[^/]+)?)?|\/data|\/binaryData|\/metadata\/annotations)$/;
