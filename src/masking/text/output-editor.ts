import type { Detection } from '../detect/detection.ts';
import { Neutraliser } from '../neutralise/neutraliser.ts';
import type { KnownValues } from './known-values.ts';
import { textMask } from './text-mask.ts';
import { type MustEnd, TextMasker } from './text-masker.ts';

/** Edits what a program says while it passes. */
export interface OutputEditor {
  /** What may leave now. */
  write(chunk: Buffer): Buffer;
  /** What is left, now that nothing follows. */
  end(): Buffer;
  /** Set once the stream must be ended, since it is not text and a value that must be masked is in it; from then on nothing passes. */
  readonly mustEnd: MustEnd | undefined;
  /** How many values were masked, and how much that does harm was shown instead of done. */
  readonly counts: { readonly masked: number; readonly neutralised: number };
}

export interface OutputOptions {
  readonly detection: Detection;
  readonly known: KnownValues | undefined;
  readonly isTerminal: boolean;
  /** The output is known to be no text: that of a command of `cp`. */
  readonly isBinary: boolean;
  /** Whether control sequences and hidden characters are shown instead of done; never on a terminal, whose programs live by them. */
  readonly isNeutralised: boolean;
}

/** Masks first, so that nothing that is put in can hide a value. */
export function outputEditor({ isNeutralised, ...options }: OutputOptions): OutputEditor {
  const masker = new TextMasker({ ...options, maskOf: textMask });
  const neutraliser = isNeutralised && !options.isTerminal ? new Neutraliser(options.isBinary) : undefined;
  return {
    write: (chunk) => (neutraliser === undefined ? masker.write(chunk) : neutraliser.write(masker.write(chunk))),
    end: () =>
      neutraliser === undefined ? masker.end() : Buffer.concat([neutraliser.write(masker.end()), neutraliser.end()]),
    get mustEnd() {
      return masker.mustEnd;
    },
    get counts() {
      const neutralised = [...(neutraliser?.counts.values() ?? [])].reduce((sum, count) => sum + count, 0);
      return { masked: masker.count, neutralised };
    },
  };
}
