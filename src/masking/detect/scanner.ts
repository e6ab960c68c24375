import type { Detector, KeywordMatcher } from './detector.ts';
import { type KeywordAutomaton, keywordAutomaton } from './keyword-automaton.ts';
import type { Look } from './look.ts';
import type { Match, Matcher, Tail } from './matcher.ts';
import { nextPlace, type Prefilter, prefilter } from './prefilter.ts';

/**
 * Finds the values that a list of detectors knows, in one pass: an automaton over all their keywords, and a matcher where a keyword stands.
 *
 * A value that was found is stepped over as a whole, so that spans never overlap: what begins first is what is found. Where a matcher needs more
 * bytes, the pass goes on (what stands behind may be decided already), and says from where it has to be made again, and from where on nothing may be shown.
 */
export class Scanner {
  /** The words at which it finds something, in lower case: where none of them stands, there is no value. */
  readonly keywords: readonly NeededKeyword[];
  readonly #automaton: KeywordAutomaton;
  readonly #prefilter: Prefilter;
  readonly #hits: readonly (readonly Hit[])[];

  constructor(detectors: readonly Pick<Detector, 'id' | 'matchers'>[]) {
    const words: string[] = [];
    const needed: NeededKeyword[] = [];
    const hits: Hit[] = [];
    for (const { id, matchers } of detectors)
      for (const { keywords, behind, ahead, needsOthers, match } of matchers)
        for (const keyword of keywords) {
          words.push(keyword);
          if (needsOthers !== true) needed.push({ keyword, behind, ahead });
          hits.push({ detector: id, match, length: keyword.length, order: hits.length });
        }
    this.keywords = needed;
    this.#prefilter = prefilter(words);
    this.#automaton = keywordAutomaton(
      words.map((word) => Buffer.from(word, 'latin1')),
      true,
    );
    this.#hits = this.#automaton.words.map((list) =>
      list.map((index) => hits[index] as Hit).sort((one, other) => one.order - other.order),
    );
  }

  /** Every value from a place on; `found` is called in their order. */
  scan(look: Look, from: Resume, found: Found): Scanned {
    const { classes, shift, next, ends } = this.#automaton;
    const { bytes, end } = look;
    let { at, state } = from;
    let again: Resume | undefined;
    let holdFrom = end;
    look.steps += end - at;
    const { isUseful } = this.#prefilter;
    while (at < end) {
      if (state === 0 && isUseful) {
        at = nextPlace(this.#prefilter, bytes, at, end);
        if (at >= end) break;
      }
      const before = state;
      state = next[(state << shift) | (classes[bytes[at] as number] as number)] as number;
      at++;
      if (ends[state] === 0) continue;
      const judged = judge(look, at, this.#hits[state] as readonly Hit[]);
      if (judged === undefined) continue;
      if (judged.kind === 'pending') {
        again ??= { at: at - 1, state: before };
        holdFrom = Math.min(holdFrom, judged.holdFrom);
      } else {
        found(judged.detector, judged, at);
        at = judged.end;
        state = 0;
        if (judged.tail === undefined) continue;
        const resume = again ?? { at, state };
        return { resume, holdFrom: Math.min(holdFrom, at), tail: again === undefined ? judged.tail : undefined };
      }
    }
    return { resume: again ?? { at: Math.max(at, end), state }, holdFrom, tail: undefined };
  }
}

/** A keyword, with what stands before and behind it where there is a value; undefined: nothing need. */
export interface NeededKeyword {
  readonly keyword: string;
  readonly behind: KeywordMatcher['behind'] | undefined;
  readonly ahead: KeywordMatcher['ahead'] | undefined;
}

/** Told of each value, with the end of the keyword at which it was found. */
export type Found = (detector: string, match: Match, keywordEnd: number) => void;

interface Hit {
  readonly detector: string;
  readonly match: Matcher;
  readonly length: number;
  readonly order: number;
}

/** Where a pass goes on: a place, and the automaton's state before it. */
export interface Resume {
  readonly at: number;
  readonly state: number;
}

export interface Scanned {
  readonly resume: Resume;
  /** From where on nothing may be shown yet. */
  readonly holdFrom: number;
  /** The value that is not at its end yet, from `resume` on. */
  readonly tail: Tail | undefined;
}

type Judged = (Match & { readonly detector: string }) | { readonly kind: 'pending'; readonly holdFrom: number };

/** What the detectors whose keywords end here say: the first in the table's order that finds something, but not before one that waits. */
function judge(look: Look, at: number, hits: readonly Hit[]): Judged | undefined {
  let holdFrom = Number.MAX_SAFE_INTEGER;
  let match: Judged | undefined;
  for (const hit of hits) {
    const found = hit.match(look, at - hit.length, at);
    if (found === undefined) continue;
    if (found.kind === 'pending') holdFrom = Math.min(holdFrom, found.holdFrom);
    else if (match === undefined) match = { ...found, detector: hit.detector };
    if (match !== undefined) break;
  }
  if (holdFrom === Number.MAX_SAFE_INTEGER) return match;
  return { kind: 'pending', holdFrom: match?.kind === 'match' ? Math.min(holdFrom, match.start) : holdFrom };
}
