import type { Matcher } from './matcher.ts';

/** A kind of secret value that is known by its look, wherever it stands. */
export interface Detector {
  readonly id: string;
  /** What it finds, as the object of "finds …". */
  readonly finds: string;
  /** A text in which it finds one value, with the value between `«` and `»`. */
  readonly example: string;
  /** A text that looks alike, and in which nothing at all is found. */
  readonly nearMiss: string;
  /** Whether it looks only where a mask rule names it. */
  readonly isOptIn?: boolean;
  readonly matchers: readonly KeywordMatcher[];
}

/** A matcher and the words, in lower case, at which it looks; their case is not minded, a matcher that minds it looks again. */
export interface KeywordMatcher {
  readonly keywords: readonly string[];
  /** Words one of which stands before a keyword wherever it finds anything: right before it, or with nothing between that is a letter or digit. Absent: none need stand there. */
  readonly behind?: readonly string[];
  /** A byte that stands behind a keyword wherever it finds anything, with neither blank, control byte nor quotation mark between, and no further than `decideBytesMax`. Absent: none need. */
  readonly ahead?: '@';
  /** Whether its keywords by themselves are no sign of a value: it prepares what others find at theirs, or finds something behind one of `TOOL_WORDS` alone. */
  readonly needsOthers?: true;
  readonly match: Matcher;
}
