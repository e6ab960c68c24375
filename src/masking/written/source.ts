/*
 * Where a value can be put back from: an object as it is stored beside the same object as it is shown. The masks are computed anew from what is stored now, so
 * that a mask of what was there before equals none of them.
 */
import type { JsonValue } from '../../model/operation.ts';
import { applyEdits } from '../inside/edit.ts';
import type { Found } from '../objects/found.ts';
import type { Keying } from '../objects/keying.ts';
import { type Making, maskEdits } from '../objects/mask-edits.ts';
import type { ObjectPlan } from '../objects/object-plan.ts';
import { walked } from '../objects/walk.ts';

/** How objects of a kind are shown to a caller. */
export interface View {
  readonly plan: ObjectPlan;
  readonly keying: Keying;
}

/** A document as it is stored, and the same as it is shown. */
export interface Source {
  readonly shown: JsonValue;
  readonly stored: JsonValue;
  /** Whose the masks are. */
  readonly uid?: string | undefined;
  /** Of the written object itself: what of its strings is masked, by place, and how. */
  readonly own?: { readonly parts: ReadonlyMap<string, Found>; readonly making: Making; readonly bytes: Buffer };
  /** Whether what is written may have the masks of this document at all; always, where it is absent. */
  readonly isFor?: (written: JsonValue) => boolean;
}

/** A document that is no object of its own, or does not say whose it is. */
export interface Part {
  readonly isRoot: boolean;
  readonly uid: string | undefined;
}

/**
 * An object as JSON, as the API server writes it: its own source.
 *
 * @throws {Unwalkable} it is not JSON
 */
export function sourceOf(bytes: Buffer, view: View, part?: Part): Source & Required<Pick<Source, 'own'>> {
  const { found, uid } = walked(view.plan, bytes, part?.isRoot === false ? 'applied' : 'root');
  const making = { ...view, uid: part === undefined ? uid : part.uid, masked: nobody, shown: nobody };
  const shown = applyEdits(bytes, maskEdits(bytes, found, making));
  return {
    shown: parsed(shown),
    stored: parsed(bytes),
    uid: making.uid,
    own: { parts: new Map(found.flatMap((one) => ('path' in one ? [[one.path, one] as const] : []))), making, bytes },
  };
}

const nobody = () => undefined;

function parsed(bytes: Buffer): JsonValue {
  return JSON.parse(bytes.toString('utf8')) as JsonValue;
}
