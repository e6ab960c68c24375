/*
 * Values that a write brings to places which are masked for its caller. Whoever may write but not read can try what a value is: a write of the very value that is there
 * changes nothing, which the API server tells in many ways. So what is written is told apart here, to be counted.
 */
import type { JsonValue, OperationBody } from '../../model/operation.ts';
import { hasMaskForm } from '../form/mask-form.ts';
import type { MaskKey } from '../form/mask-key.ts';
import type { Found } from '../objects/found.ts';
import { maskEdits } from '../objects/mask-edits.ts';
import type { ObjectPlan } from '../objects/object-plan.ts';
import { walked } from '../objects/walk.ts';
import { Unwalkable } from '../tape/unwalkable.ts';

/** Tells the plain values apart that a body brings to masked places, in one digest under the key of masks; undefined: it brings none. */
export function writtenValues(body: OperationBody, plan: ObjectPlan, key: MaskKey): string | undefined {
  const hash = key.keyed('written values');
  let isAny = false;
  const add = (text: string) => {
    isAny = true;
    hash.update(`${text}\0`);
  };
  for (const document of documentsOf(body)) addValues(document, plan, key, add);
  return isAny ? hash.digest('base64url') : undefined;
}

/** What is written, as the objects that it would stand in. */
function documentsOf({ object, patch }: OperationBody): readonly JsonValue[] {
  if (patch?.type === 'json') return patch.operations.flatMap(standing);
  const written = patch?.object ?? object;
  return written === undefined ? [] : [written];
}

/** The value of an operation, at its place. Source: JSON Patch, RFC 6902 */
function standing(operation: JsonValue): readonly JsonValue[] {
  const { op, path, value } = (operation ?? {}) as Readonly<Record<string, JsonValue | undefined>>;
  if ((op !== 'add' && op !== 'replace') || typeof path !== 'string' || value === undefined) return [];
  const steps = path
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  // The name beside an environment variable’s value is not in the patch: it counts as one that tells.
  const isEnv = steps.at(-1) === 'value' && steps.includes('env');
  const inner: JsonValue = isEnv && typeof value === 'string' ? { name: 'PASSWORD', value } : value;
  return [(isEnv ? steps.slice(0, -1) : steps).reduceRight<JsonValue>((within, step) => ({ [step]: within }), inner)];
}

function addValues(document: JsonValue, plan: ObjectPlan, key: MaskKey, add: (text: string) => void): void {
  const bytes = Buffer.from(JSON.stringify(document), 'utf8');
  const found = foundIn(bytes, plan);
  if (found === undefined) {
    // What cannot be walked is not written either: upstream takes nothing that is nested so deep.
    add(bytes.toString('latin1'));
    return;
  }
  const keying = { key, target: '', exchange: '', isComparable: false };
  for (const one of found) {
    if (one.kind === 'shown') continue;
    const text = bytes.toString('latin1', one.start, one.end);
    if (one.kind !== 'number' && hasMaskForm(text)) continue;
    const making = { plan, keying, uid: undefined, masked: () => {}, shown: () => {}, neutralised: () => {} };
    if (maskEdits(bytes, [one], making).length > 0) add(text);
  }
}

function foundIn(bytes: Buffer, plan: ObjectPlan): readonly Found[] | undefined {
  try {
    return walked(plan, bytes, 'root').found;
  } catch (error) {
    if (!(error instanceof Unwalkable)) throw error;
    return undefined;
  }
}
