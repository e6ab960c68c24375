import { parse } from '@bufbuild/cel';
import { identifiers } from './identifiers.ts';
import { VARIABLES } from './variables.ts';

/** A mistake in a condition, `offset` characters from its beginning. */
export interface CelMistake {
  readonly offset: number;
  readonly message: string;
}

/** What is wrong with a condition before it ever runs. */
export function checkCel(text: string): readonly CelMistake[] {
  const parsed = tryParse(text);
  if ('message' in parsed) return [parsed];
  const known: ReadonlySet<string> = new Set(VARIABLES);
  return [...identifiers(parsed.expr)]
    .filter((name) => !known.has(name))
    .map((name) => ({
      offset: 0,
      message: `\`${name}\` is no variable; there are ${VARIABLES.map((variable) => `\`${variable}\``).join(', ')}`,
    }));
}

function tryParse(text: string): ReturnType<typeof parse> | CelMistake {
  try {
    return parse(text);
  } catch (error) {
    const { rawMessage, location } = error as { rawMessage?: string; location?: { start: { offset: number } } };
    return { offset: location?.start.offset ?? 0, message: `not CEL: ${rawMessage ?? (error as Error).message}` };
  }
}
