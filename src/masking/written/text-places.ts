import type { Edit } from '../inside/edit.ts';
import { textEdits } from '../objects/mask-edits.ts';
import type { Source } from './source.ts';

/** What would be masked in a text that stood at a place of the source's own object, where that place holds a text; places count its bytes. */
export function textPlaces({ own }: Source, at: string, text: string): readonly Edit[] | undefined {
  const part = own?.parts.get(at);
  if (own === undefined || part?.kind !== 'inside' || part.isBase64) return undefined;
  return textEdits(Buffer.from(text, 'utf8'), part, own.making);
}
