import { builtInDetection } from '../detect/built-in-detection.ts';
import { type Detection, detection } from '../detect/detection.ts';
import type { Span } from '../detect/span.ts';
import type { KnownValues } from './known-values.ts';
import { textMask } from './text-mask.ts';
import { TextMasker } from './text-masker.ts';
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

/** A short text without values that are known. */
export function withoutKnown(text: string, known: KnownValues): string {
  const masker = new TextMasker({ detection: knowsNothing, known, maskOf: textMask });
  return Buffer.concat([masker.write(Buffer.from(text, 'utf8')), masker.end()]).toString('utf8');
}

const knowsNothing = detection([]);

/** Strings of JSON without values that are known; what holds none stays as it is written. */
export function jsonWithoutKnown(json: Buffer, known: KnownValues): Buffer {
  const text = json.toString('utf8');
  const masked = text.replaceAll(/"[^"\\]*(?:\\.[^"\\]*)*"/gs, (written) => {
    const says = saidBy(written);
    const shown = withoutKnown(says ?? written, known);
    return shown === says ? written : says === undefined ? shown : JSON.stringify(shown);
  });
  return masked === text ? json : Buffer.from(masked, 'utf8');
}

function saidBy(written: string): string | undefined {
  try {
    return JSON.parse(written) as string;
  } catch {
    return undefined; // an escape that is none
  }
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
