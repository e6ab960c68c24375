import type { Box } from './box.ts';

/** Operations, namespaces and names, before caller and target narrow them. */
export interface WhatPart {
  readonly box: Box;
  readonly conditions: readonly string[];
  /** The rule's own conditions do not narrow here. */
  readonly isSure: boolean;
}

/** A part of what is there; none where the box is empty. */
export function whatParts(found: Box | undefined, conditions: readonly string[], isSure = false): readonly WhatPart[] {
  return found === undefined ? [] : [{ box: found, conditions, isSure }];
}
