/*
 * The values put back in the place of their masks, in an object as its caller writes it. Pure: what is stored was read before, in the caller's own name.
 *
 * A string is put back where it is the very string that is shown at its place of a source, or a text in which masks that are shown at that place still stand
 * whole. Then the outcome is masked as its caller would be shown it: only where each value is masked again at its place is it let through. So no value moves to
 * where it could be read: not into another field, not beside another name, not into a text that no longer says that it is secret.
 *
 * Rejected: a table of masks that were shown, and to whom. It would have to live as long as a mask does, in all replicas, and hold what it hides.
 */
import type { JsonValue } from '../../model/operation.ts';
import { putJsonValues } from '../../std/json-spans.ts';
import { hasMaskForm, withoutIdentity } from '../form/mask-form.ts';
import { Unwalkable } from '../tape/unwalkable.ts';
import { counterpart } from './counterpart.ts';
import { holdsMask } from './holds-mask.ts';
import { isSame, type Leaf, leavesOf, type Restored, valueAt, withValues, zerosOf } from './leaves.ts';
import { patched } from './patched.ts';
import { putBackRelease, releaseTimes } from './put-back-release.ts';
import { type Source, sourceOf, type View } from './source.ts';
import { type Substituted, substitute } from './substitute.ts';
import { textPlaces } from './text-places.ts';

/** What became of masks that were written. */
export type PutBack =
  | { readonly kind: 'whole'; readonly strings: readonly Restored[] }
  /** `stale`: another value is masked at this place now; `misplaced`: nothing that was shown belongs there; `key`: what holds the mask is a key, and none is put back. */
  | { readonly kind: 'stale' | 'misplaced' | 'key'; readonly path: readonly string[] };

type Failed = Exclude<PutBack, { kind: 'whole' }>;

/** A written object, or the part of one that a patch has; `leaves`: what of it holds masks, by default all that does. */
export interface Written {
  readonly object: JsonValue;
  readonly leaves?: readonly Leaf[];
  /** Where in it the number 0 stands that was written; by default everywhere that it does. */
  readonly zeros?: readonly (readonly string[])[];
  /** Whether it is an object of its own, and no annotation that tells of one. */
  readonly isRoot?: boolean;
}

/** The strings with the values put back, or the first that cannot be. Sources are tried in turn; that of the written object itself has `own`. */
export function putBack(written: Written, sources: readonly Source[], view: View): PutBack {
  const { object, isRoot = true } = written;
  const key = keyWithMask(object);
  if (key !== undefined) return { kind: 'key', path: key };
  const leaves = written.leaves ?? leavesOf(object, holdsMask);
  const able = sources.filter(({ isFor }) => isFor?.(object) !== false);
  const tried: Tried[] = [];
  for (const leaf of leaves) {
    const one = tryLeaf(leaf, object, able) ?? (isRoot ? nested(leaf, able, view) : undefined);
    if (one === undefined) return failed(leaf, object, able);
    if ('kind' in one) return one;
    tried.push(one);
  }
  const numbers = (written.zeros ?? zerosOf(object)).flatMap((path) => numberAt(path, object, able));
  const strings: Restored[] = [...tried.map(({ leaf, value }) => ({ path: leaf.path, value })), ...numbers];
  const uid = sources.find(({ own }) => own !== undefined)?.own?.making.uid;
  const seen = sourceOf(Buffer.from(JSON.stringify(withValues(object, strings))), view, { isRoot, uid });
  const shown = numbers.find(({ path }) => seen.own.parts.get(path.join('\n'))?.kind !== 'number');
  const exposed = tried.find((one) => isExposed(one, seen))?.leaf ?? shown;
  return exposed === undefined ? { kind: 'whole', strings } : { kind: 'misplaced', path: exposed.path };
}

/** The number that is shown as 0 at this place of the object itself. */
function numberAt(path: readonly string[], object: JsonValue, sources: readonly Source[]): readonly Restored[] {
  for (const { own, shown } of sources) {
    const at = own === undefined ? undefined : counterpart(path, object, shown);
    const part = at === undefined ? undefined : own?.parts.get(at.join('\n'));
    if (part?.kind === 'number')
      return [{ path, value: own?.bytes.toString('latin1', part.start, part.end) ?? '0', isNumber: true }];
  }
  return [];
}

interface Tried {
  readonly leaf: Leaf;
  readonly value: string;
  /** Undefined: it was looked at inside already. */
  readonly by: 'string' | { readonly text: Substituted; readonly source: Source; readonly at: string } | undefined;
}

function tryLeaf(leaf: Leaf, object: JsonValue, sources: readonly Source[]): Tried | undefined {
  for (const source of sources) {
    const at = counterpart(leaf.path, object, source.shown);
    if (at === undefined) continue;
    const [shown, stored] = [valueAt(source.shown, at), valueAt(source.stored, at)];
    if (typeof shown !== 'string' || typeof stored !== 'string') continue;
    if (shown === leaf.text) return { leaf, value: stored, by: 'string' };
    const text = inText(leaf.text, stored, source, at.join('\n'));
    if (text !== undefined) return { leaf, value: utf8(text.text), by: { text, source, at: at.join('\n') } };
  }
  return undefined;
}

function inText(written: string, stored: string, source: Source, at: string): Substituted | undefined {
  const edits = textPlaces(source, at, stored);
  if (edits === undefined) return undefined;
  const text = substitute(latin1(written), latin1(stored), edits);
  return text.put.length === 0 || holdsMask(utf8(text.text)) ? undefined : text;
}

const applied = ['metadata', 'annotations', 'kubectl.kubernetes.io/last-applied-configuration'];

/** A document in a string, whose own strings are put back. */
function nested(leaf: Leaf, sources: readonly Source[], view: View): Tried | Failed | undefined {
  const times = releaseTimes(leaf.path, view);
  if (times !== undefined) {
    const value = putBackRelease(leaf, sources, times, view);
    return value === undefined ? undefined : { leaf, value, by: undefined };
  }
  if (!isSame(leaf.path, applied)) return undefined;
  try {
    const object = JSON.parse(leaf.text) as JsonValue;
    const own = sources.find((source) => source.own !== undefined);
    const before = own === undefined ? undefined : appliedSource(own, view);
    const inner = putBack({ object, isRoot: false }, [...(before === undefined ? [] : [before]), ...sources], view);
    if (inner.kind !== 'whole') return { ...inner, path: [...leaf.path, ...inner.path] };
    return { leaf, value: putJsonValues(leaf.text, inner.strings), by: undefined };
  } catch (error) {
    // No JSON; or a key that is there twice, which is read in two ways.
    if (error instanceof SyntaxError) return { kind: 'misplaced', path: leaf.path };
    throw error;
  }
}

/** What the object's own annotation says was applied. */
function appliedSource({ stored, own }: Source, view: View): Source | undefined {
  const text = valueAt(stored, applied);
  if (typeof text !== 'string' || own === undefined) return undefined;
  const { uid } = own.making;
  try {
    return sourceOf(Buffer.from(text), view, { isRoot: false, uid });
  } catch (error) {
    if (error instanceof Unwalkable || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Whether a value would not be masked as its mask was, were the object shown. */
function isExposed({ leaf, value, by }: Tried, { shown, own }: ReturnType<typeof sourceOf>): boolean {
  if (leaf.path.some((step) => step.includes('\n'))) return true;
  if (by === undefined) return false;
  if (by === 'string') {
    const again = valueAt(shown, leaf.path);
    return typeof again !== 'string' || withoutIdentity(again) !== withoutIdentity(leaf.text);
  }
  if (own.parts.get(leaf.path.join('\n'))?.kind !== 'inside') return true;
  const places = textPlaces(by.source, by.at, value) ?? [];
  return !by.text.put.every((put) =>
    places.some(({ start, end, text }) => start === put.start && end === put.end && latin1(text) === put.text),
  );
}

function failed(leaf: Leaf, object: JsonValue, sources: readonly Source[]): Failed {
  const isMasked = sources.some(({ shown, stored, own }) => {
    const at = own === undefined ? undefined : counterpart(leaf.path, object, shown);
    return at !== undefined && !isSame(valueAt(shown, at), valueAt(stored, at));
  });
  return { kind: isMasked && withoutIdentity(leaf.text) !== leaf.text ? 'stale' : 'misplaced', path: leaf.path };
}

function keyWithMask(value: JsonValue): readonly string[] | undefined {
  if (value === null || typeof value !== 'object') return undefined;
  for (const [key, inner] of Object.entries(value)) {
    if (hasMaskForm(key)) return [key];
    const found = keyWithMask(inner as JsonValue);
    if (found !== undefined) return [key, ...found];
  }
  return undefined;
}

/** Whether an operation of a JSON patch is about a key that is shown as a mask. */
function namesMask(operation: JsonValue): boolean {
  const { path } = Object(operation) as { readonly path?: JsonValue };
  return typeof path === 'string' && hasMaskForm(path);
}

function latin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString('utf8');
}

/** The same of a JSON patch of the stored object, whose source is the first; places are those of its operations. */
export function putBackPatch(operations: readonly JsonValue[], sources: readonly Source[], view: View): PutBack {
  const named = operations.findIndex((operation) => namesMask(operation));
  if (named !== -1) return { kind: 'key', path: [String(named), 'path'] };
  const own = sources.find((source) => source.own !== undefined);
  const made = own === undefined ? undefined : patched(own.stored, operations);
  if (made === undefined) return { kind: 'misplaced', path: leavesOf(operations, holdsMask)[0]?.path ?? [] };
  const { object, leaves, zeros } = made;
  const done = putBack({ object, leaves, zeros: zeros.map(({ path }) => path) }, sources, view);
  const fromOf = (path: readonly string[]) =>
    [...leaves, ...zeros].find((one) => isSame(one.path, path.slice(0, one.path.length)))?.from ?? path;
  if (done.kind !== 'whole') return { ...done, path: fromOf(done.path) };
  return { kind: 'whole', strings: done.strings.map((one) => ({ ...one, path: fromOf(one.path) })) };
}
