/*
 * One object as a reader of it would see it, and which mask stands where: what `sallyport mask test` and tests of policies tell.
 */
import { writtenPlace } from '../../policy/place-path.ts';
import { applyEdits } from '../inside/edit.ts';
import type { Found } from './found.ts';
import type { Keying } from './keying.ts';
import { maskEdits } from './mask-edits.ts';
import type { ObjectPlan } from './object-plan.ts';
import { walked } from './walk.ts';

export interface SeenObject {
  /** The object’s JSON, with masks. */
  readonly text: string;
  /** What is masked, in the order of the object: where it stands, and by which masks. */
  readonly masked: readonly { readonly at: string; readonly by: string }[];
  /** Places that a rule opens. */
  readonly shown: readonly string[];
}

/** The object as the plan shows it. @throws {Unwalkable} it is not JSON, or nested too deep */
export function seenObject(text: string, plan: ObjectPlan, keying: Keying): SeenObject {
  const bytes = Buffer.from(text, 'utf8');
  const { found, uid } = walked(plan, bytes, 'root');
  const masked = new Map<string, { at: string; by: string }>();
  const edits = found.flatMap((one) => {
    const at = writtenPlace(one.path.split('\n'));
    const note = (by: string) => masked.set(`${at} ${by}`, { at, by });
    return maskEdits(bytes, [one], { plan, keying, uid, masked: note, shown: () => {}, neutralised: () => {} });
  });
  return {
    text: applyEdits(bytes, edits).toString('utf8'),
    masked: [...masked.values()],
    shown: found.flatMap(shownAt),
  };
}

function shownAt(found: Found): readonly string[] {
  return found.kind === 'shown' ? [writtenPlace(found.path.split('\n'))] : [];
}
