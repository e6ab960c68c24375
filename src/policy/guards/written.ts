/*
 * What a write would store, as far as it can be told: the body of a create or update, the result of a patch where it was looked up, and else what the patch
 * itself brings in.
 *
 * A patch is judged by what it brings in: in a merge, strategic or apply patch, and in the values that a JSON patch adds, whatever
 * is not there stays as it is stored or goes away. So `kubectl label`, `scale` and `set image` need no look-up. A JSON patch that copies or moves
 * brings in what only the server knows: that needs the result.
 */
import type { JsonObject, JsonValue, Operation, Patch } from '../../model/operation.ts';
import { pointerSteps } from '../../std/json-pointer.ts';
import { isObject } from '../json.ts';
import type { Question } from '../question.ts';
import { BROKEN, missing, NO, or, type Truth, unsaid, YES } from '../truth.ts';
import type { GuardContext } from './guard.ts';

const WRITES: ReadonlySet<string> = new Set(['create', 'update', 'patch']);

/** Whether the operation stores an object that its body brings. */
export function isWrite({ verb }: Operation): boolean {
  return WRITES.has(verb);
}

/**
 * Whether anything that the write brings under `path` is a danger. Yes, no, or what is missing: a body that cannot be read, the result of a patch that
 * copies, or, where results can be looked up, of any patch that changes something there; the body itself, where an access review asks.
 */
export function writes(
  { operation, facts, unsaid: open }: Question,
  context: Pick<GuardContext, 'judgesResult'>,
  path: readonly string[],
  isDanger: (value: JsonObject) => boolean,
): Truth {
  const { body } = operation;
  if (!isWrite(operation)) return NO;
  if (open !== undefined) return unsaid('body');
  if (body === undefined) return NO;
  if (body.patch === undefined) return body.object === undefined ? BROKEN : dangerAt(body.object, path, isDanger);
  // Security: first, since the result is that of one moment, and what is stored by the next can let stand what it took away (T31).
  const brought = broughtIn(body.patch, path);
  const isCertain = brought.objects.some((object) => dangerAt(object, path, isDanger) === YES);
  if (isCertain) return YES;
  const { result } = facts;
  if (result !== undefined && result !== 'unknown') return dangerAt(result, path, isDanger);
  if (brought.isUnclear) return missing('result');
  const isTouched = brought.objects.some((object) => dangerAt(object, path, () => true) === YES) || brought.isLessened;
  return context.judgesResult && isTouched ? missing('result') : NO;
}

/**
 * Whether the write itself brings in a danger under `path`; what is stored there already, and stays, is none. Yes, no, or what is missing: as `writes`, but for
 * the result of a patch, which only one that copies needs.
 */
export function bringsIn(question: Question, path: readonly string[], isDanger: (value: JsonObject) => boolean): Truth {
  const { patch } = question.operation.body ?? {};
  const isClear = patch === undefined || !broughtIn(patch, path).isUnclear;
  const { result: _result, ...rest } = question.facts;
  return writes(isClear ? { ...question, facts: rest } : question, JUDGES_NO_RESULT, path, isDanger);
}

const JUDGES_NO_RESULT = { judgesResult: false };

/** Whether a patch says anything of what is under `path`, taking it away included. */
export function touches(patch: Patch, path: readonly string[]): boolean {
  if (patch.type !== 'json') return isTouched(patch.object, path);
  return patch.operations.some((operation) => {
    const { op, path: to, from } = isObject(operation) ? operation : {};
    if (op === 'test') return false;
    return [to, ...(op === 'move' ? [from] : [])].some(
      (place) => typeof place !== 'string' || reaches(pointerSteps(place), path),
    );
  });
}

/** Directives of a strategic patch above the place can take away what stands there without naming it. */
function isTouched(object: JsonObject, path: readonly string[]): boolean {
  let here: JsonValue | undefined = object;
  for (const key of path) {
    if (!isObject(here)) return here !== undefined;
    if ('$patch' in here || '$retainKeys' in here) return true;
    here = Object.hasOwn(here, key) ? here[key] : undefined;
  }
  return here !== undefined;
}

function dangerAt(object: JsonObject, path: readonly string[], isDanger: (value: JsonObject) => boolean): Truth {
  let here: JsonValue | undefined = object;
  for (const key of path) here = isObject(here) && Object.hasOwn(here, key) ? here[key] : undefined;
  return isObject(here) && isDanger(here) ? YES : NO;
}

interface Brought {
  /** Objects with nothing in them but what the patch brings in, where it brings it in. */
  readonly objects: readonly JsonObject[];
  /** It also brings in what is not in the patch. */
  readonly isUnclear: boolean;
  /** It takes something away there, which can be what made the rest harmless. */
  readonly isLessened: boolean;
}

function broughtIn(patch: Patch, path: readonly string[]): Brought {
  if (patch.type !== 'json') return { objects: [patch.object], isUnclear: false, isLessened: false };
  const objects: JsonObject[] = [];
  let [isUnclear, isLessened] = [false, false];
  for (const operation of patch.operations) {
    const change = isObject(operation) ? operation : {};
    const pointer = typeof change.path === 'string' ? pointerSteps(change.path) : undefined;
    if (change.op === 'remove' && pointer !== undefined && reaches(pointer, path)) isLessened = true;
    if (change.op === 'remove' || change.op === 'test') continue;
    if ((change.op === 'add' || change.op === 'replace') && pointer !== undefined)
      objects.push(nested(pointer, change.value ?? null));
    else if (pointer === undefined || reaches(pointer, path)) isUnclear = true;
  }
  return { objects, isUnclear, isLessened };
}

/** Whether one of two places stands within the other. */
function reaches(pointer: readonly string[], path: readonly string[]): boolean {
  const shared = Math.min(pointer.length, path.length);
  return path.slice(0, shared).every((key, i) => key === pointer[i]);
}

/**
 * The value alone in its place; a key that can be the place in a list stands for a list of one. The API server's library takes `-1` for the last place
 * and `+1` for `1`.
 *
 * Source: https://github.com/evanphx/json-patch/blob/v4.13.0/patch.go
 */
function nested(keys: readonly string[], value: JsonValue): JsonObject {
  let here = value;
  for (const key of keys.toReversed()) here = /^(-|[-+]?\d+)$/.test(key) ? [here] : { [key]: here };
  return isObject(here) ? here : {};
}

/** The first that is yes, else all that is missing. */
export function anyOf(truths: readonly Truth[]): Truth {
  return truths.reduce(or, NO);
}
