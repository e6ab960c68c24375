import { PatternError, patternProgram } from './pattern-program.ts';

/** What is wrong with a pattern, for who wrote it: one sentence; undefined: nothing. */
export function patternMistake(pattern: string): string | undefined {
  try {
    patternProgram(pattern);
    return undefined;
  } catch (error) {
    if (error instanceof PatternError) return error.message;
    throw error;
  }
}
