import { builtInDetection } from '../detect/built-in-detection.ts';
import type { Detection } from '../detect/detection.ts';
import type { Span } from '../detect/span.ts';
import { textMask } from './text-mask.ts';
import { toolPasswords } from './tool-passwords.ts';

/** A short text without the values that detectors know, the built-in ones unless others are given: what is said in a message, a log or a record. */
export function maskedText(text: string, { inString }: Pick<Detection, 'inString'> = builtInDetection()): string {
  const spans = inString(text);
  return spans.length === 0 ? text : put(text, 0, spans);
}

/** The words of a command without such values; a word says whether the next one is secret (`--password`, `Authorization:`), and options of well-known tools do (`mysql -pX`). */
export function maskedWords(
  words: readonly string[],
  { inString }: Pick<Detection, 'inString'> = builtInDetection(),
): readonly string[] {
  const spans = joined(toolPasswords(words), inString(words.join(' ')));
  if (spans.length === 0) return words;
  let at = 0;
  return words.map((word) => {
    const masked = put(word, at, spans);
    at += word.length + 1;
    return masked;
  });
}

/** Both in their order; what overlaps one of the first goes with it. */
function joined(first: readonly Span[], second: readonly Span[]): readonly Span[] {
  if (first.length === 0) return second;
  const apart = second.filter(({ start, end }) => !first.some((one) => start < one.end && end > one.start));
  return [...first, ...apart].sort((one, other) => one.start - other.start);
}

/** A text that begins at a place, with masks where spans lie in it. */
function put(text: string, from: number, spans: readonly Span[]): string {
  let out = '';
  let left = 0;
  for (const { start, end, detector } of spans) {
    if (end <= from || start >= from + text.length) continue;
    const at = Math.max(left, start - from);
    out += text.slice(left, at) + textMask(detector);
    left = Math.min(text.length, end - from);
  }
  return out + text.slice(left);
}
