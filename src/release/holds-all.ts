/*
 * Whether an object, as it would be stored, holds every field that a manifest says. What the manifest says nothing of, a default or what others manage, does not count
 * against it; a number is the same as a quantity (`1`, `1000m`), since that is how it is stored; and what is masked to the caller is not compared, since it was sent as masked.
 */
import { holdsMask } from '../masking/written/holds-mask.ts';
import type { JsonObject, JsonValue } from '../model/operation.ts';
import { isSameValue, own } from './same-object.ts';

/** Whether all that is wanted is there. */
export function holdsAll(stored: JsonValue | undefined, wanted: JsonValue | undefined): boolean {
  if (wanted === undefined || wanted === null) return true;
  if (typeof wanted === 'string' && holdsMask(wanted)) return typeof stored === 'string';
  if (typeof wanted !== 'object') return isSameScalar(stored, wanted as JsonValue);
  if (Array.isArray(wanted)) {
    // An empty list says that there is nothing; what is empty is not always stored.
    if (wanted.length === 0) return stored === undefined || isSameValue(stored, []);
    if (!Array.isArray(stored)) return false;
    const items = stored as readonly JsonValue[];
    return (wanted as readonly JsonValue[]).every((each) => items.some((item) => holdsAll(item, each)));
  }
  if (Object.keys(wanted).length === 0) return stored === undefined || isMap(stored);
  if (typeof stored !== 'object' || stored === null || Array.isArray(stored)) return false;
  return Object.entries(wanted as JsonObject).every(([key, value]) => holdsField(stored as JsonObject, key, value));
}

function isMap(value: JsonValue | undefined): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function holdsField(stored: JsonObject, key: string, value: JsonValue): boolean {
  if (key === 'status' || key === 'creationTimestamp') return true;
  if (key !== 'stringData') return holdsAll(own(stored, key), value);
  // It is stored as `data`, in base64.
  const data = (own(stored, 'data') ?? {}) as JsonObject;
  return Object.entries((value ?? {}) as JsonObject).every(
    ([name, text]) =>
      (typeof text === 'string' && holdsMask(text)) || data[name] === Buffer.from(String(text)).toString('base64'),
  );
}

function isSameScalar(stored: JsonValue | undefined, wanted: JsonValue): boolean {
  if (stored === wanted) return true;
  const [a, b] = [quantity(stored), quantity(wanted)];
  return a !== undefined && b !== undefined && Math.abs(a - b) <= Math.abs(a) * 1e-9;
}

const SUFFIXES: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Source: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/ */
function quantity(value: JsonValue | undefined): number | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined;
  const [, digits, suffix = ''] =
    /^([+-]?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)([numkMGTPE]|[KMGTPE]i)?$/.exec(String(value)) ?? [];
  return digits === undefined ? undefined : Number(digits) * (SUFFIXES[suffix] as number);
}
