import { maskPattern } from '../form/mask-form.ts';
import type { Edit } from '../inside/edit.ts';

/** A text with values in the place of masks, and where in it they stand now. Texts hold a character for each byte (latin1). */
export interface Substituted {
  readonly text: string;
  /** Where a value stands now, and the mask that stood there. */
  readonly put: readonly Edit[];
}

interface Value {
  readonly mask: string;
  readonly value: string;
  /** Where in the mask, as it is written, its recognisable part begins. */
  readonly offset: number;
}

/** The written text with what `edits` had masked of the stored one, wherever one of their masks stands whole. */
export function substitute(written: string, stored: string, edits: readonly Edit[]): Substituted {
  const known = new Map<string, Value[]>();
  for (const { start, end, text } of edits) {
    const mask = Buffer.from(text, 'utf8').toString('latin1');
    const found = maskPattern().exec(mask);
    if (found === null) continue;
    const value = { mask, value: stored.slice(start, end), offset: found.index };
    const others = known.get(found[0]);
    if (others === undefined) known.set(found[0], [value]);
    else others.push(value);
  }
  const put: Edit[] = [];
  let [text, left] = ['', 0];
  for (const { 0: core, index } of written.matchAll(maskPattern())) {
    const value = known.get(core)?.find(({ mask, offset }) => {
      const at = index - offset;
      return at >= left && written.startsWith(mask, at);
    });
    if (value === undefined) continue;
    text += written.slice(left, index - value.offset);
    put.push({ start: text.length, end: text.length + value.value.length, text: value.mask });
    text += value.value;
    left = index - value.offset + value.mask.length;
  }
  return { text: text + written.slice(left), put };
}
