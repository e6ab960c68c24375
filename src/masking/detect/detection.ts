import type { Detector } from './detector.ts';
import { DETECTORS } from './detectors.ts';
import { Look } from './look.ts';
import { Scanner } from './scanner.ts';
import type { Span } from './span.ts';

/** Detectors put together once per set of rules, to look at any number of texts. */
export interface Detection {
  readonly scanner: Scanner;
  /** The values in the bytes, in their order, none overlapping another; time and memory are linear in their number. */
  readonly inBytes: (bytes: Uint8Array) => readonly Span[];
  /** The same of a string; places count its UTF-16 units. */
  readonly inString: (text: string) => readonly Span[];
}

/** Detection by the detectors given; without any, by all built-in ones but those that a rule must name. */
export function detection(
  detectors: readonly Detector[] = DETECTORS.filter(({ isOptIn }) => isOptIn !== true),
): Detection {
  const scanner = new Scanner(detectors);
  const inBytes = (bytes: Uint8Array) => spansIn(scanner, bytes);
  return { scanner, inBytes, inString: (text) => inBytes(unitsOf(text)) };
}

function spansIn(scanner: Scanner, bytes: Uint8Array): readonly Span[] {
  const spans: Span[] = [];
  scanner.scan(new Look(bytes, bytes.length, true), { at: 0, state: 0 }, (detector, { start, end }) => {
    spans.push({ start, end, detector });
  });
  return spans;
}

/** A byte for each unit; what is not ASCII becomes a byte that is in no value, so that places stay and nothing new comes to be. */
function unitsOf(text: string): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.length === text.length) return bytes;
  const units = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) units[at] = Math.min(0x80, text.charCodeAt(at));
  return units;
}
