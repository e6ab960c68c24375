/*
 * What asks about a value that policy masks, without reading it: a JSON patch that tests, copies or moves it, a selector that compares it. Each would tell whoever may
 * not see the value whether a guess is right.
 */
import type { JsonValue, Operation } from '../../model/operation.ts';
import { identityPlaces } from '../../policy/place-path.ts';
import { isOtherIndex, pointerSteps } from '../../std/json-pointer.ts';
import type { Place } from '../places/place.ts';
import type { CompiledMask } from '../rules/compiled-mask.ts';

/** The first thing of a request that asks about a place which is masked for its caller, in a few words; undefined: nothing does. */
export function triedPlace(
  { body, labelSelector, fieldSelector }: Pick<Operation, 'body' | 'labelSelector' | 'fieldSelector'>,
  place: Place,
  masks: readonly CompiledMask[],
): string | undefined {
  const words = labelSelector === '' ? [] : labelSelector.split(/[\s,()=!<>]+/).filter((word) => word !== '');
  const label = words.find((word) => masks.some(({ isLabel }) => isLabel?.(word) === true));
  if (label !== undefined) return `a selector by the label \`${label}\``;
  const fields = fieldSelector === '' ? [] : fieldSelector.split(',').map((one) => one.split(/[=!]/)[0] as string);
  const field = fields.find((one) => isMaskedAt(place, one.trim().split('.'), true));
  if (field !== undefined) return `a selector by the field \`${field}\``;
  if (body?.patch?.type !== 'json') return undefined;
  for (const [index, operation] of body.patch.operations.entries()) {
    const { op, from, path, value = null } = (operation ?? {}) as Readonly<Record<string, JsonValue>>;
    const asked = op === 'test' ? path : op === 'copy' || op === 'move' ? from : undefined;
    const asksBelow = op !== 'test' || (typeof value === 'object' && value !== null);
    if (typeof asked === 'string' && isMaskedAt(place, pointerSteps(asked), asksBelow))
      return `${String(op)} of ${asked} (operation ${index})`;
  }
  return undefined;
}

/**
 * Whether a place is masked, or anything above it may be, or below it, where the request asks about that: a single value is equal to no object and no list. An element
 * that is not named by its number may be any. What an object is may always be asked.
 */
function isMaskedAt(start: Place, steps: readonly string[], asksBelow: boolean): boolean {
  if (identityPlaces.some((place) => place.every((step, i) => steps[i] === step))) return false;
  let place = start;
  for (const step of steps) {
    if (place.mask !== undefined || (isOtherIndex(step) && !place.isPlain)) return true;
    place = place.key(step);
  }
  return place.mask !== undefined || (asksBelow && !place.isPlain);
}
