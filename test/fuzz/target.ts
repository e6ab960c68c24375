import type { fc } from '../support/property.ts';

/** One parser that is fuzzed: a file of `test/fuzz/targets/`, and a line in the table of `test/fuzz/main.ts`. */
export interface FuzzTarget {
  readonly name: string;
  /** Well-formed inputs that mutation begins with. */
  readonly corpus: readonly string[];
  /** Pieces that mean something to the parser, for mutation to insert. */
  readonly dictionary: readonly string[];
  /** Inputs with structure, which mutation alone would seldom reach. */
  readonly inputs?: fc.Arbitrary<Buffer>;
  /**
   * Runs the parser on the input and checks its laws; returns what happened in a few words (a refusal's code, a verb). An input with a
   * new answer is kept and mutated further.
   *
   * @throws {Error} a law is broken: that is a finding
   */
  readonly check: (input: Buffer) => string;
  /** The same laws over a parser that is broken on purpose: a harness that does not find this finds nothing. */
  readonly canary: (input: Buffer) => string;
}
