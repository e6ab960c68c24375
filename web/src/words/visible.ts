/*
 * What cannot be seen, drawn: names, bodies and logs are other people's text, and a character that turns text around, hides in it or moves the cursor must not
 * make a reader see something else than what is there (T54, T78).
 */

/** A run of text that is shown as it is, or one character that is drawn by its number. */
export interface Drawn {
  readonly text: string;
  readonly isHidden: boolean;
}

/** Controls but tab and line feed, marks of direction, what has no width, what is no character, tags, and spaces that look like others. */
const HIDDEN =
  /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}\u00a0\u115f\u1160\u2000-\u200a\u202f\u205f\u2800\u3000\u3164\uffa0]|\u034f|\u17b4|\u17b5|\p{Variation_Selector}/u;
const HIDDEN_OR_NOT = new RegExp(`(${HIDDEN.source})`, 'u');

/** The text cut into runs; those that cannot be seen hold `U+202E` and the like. Tabs and line feeds are seen where white space is kept. */
export function visible(text: string): readonly Drawn[] {
  return text
    .split(HIDDEN_OR_NOT)
    .filter((run) => run !== '')
    .reduce<Drawn[]>((drawn, run) => {
      const isHidden = HIDDEN.test(run) && run !== '\n' && run !== '\t';
      const before = drawn.at(-1);
      if (!isHidden && before?.isHidden === false) drawn[drawn.length - 1] = { text: before.text + run, isHidden };
      else drawn.push({ text: isHidden ? numberOf(run) : run, isHidden });
      return drawn;
    }, []);
}

function numberOf(char: string): string {
  return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
