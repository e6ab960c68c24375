/** Colours of a terminal, by what they mean; each takes what is safe to print. */
export interface Paint {
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly strong: (text: string) => string;
  readonly high: (text: string) => string;
  readonly raised: (text: string) => string;
  readonly plain: (text: string) => string;
}

const asItIs = (text: string) => text;

/** None. */
export const plain: Paint = {
  added: asItIs,
  removed: asItIs,
  strong: asItIs,
  high: asItIs,
  raised: asItIs,
  plain: asItIs,
};

/** Source: ECMA-48, 8.3.117 (SGR) */
const sgr = (code: number) => (text: string) => (text === '' ? '' : `\u001b[${code}m${text}\u001b[0m`);

/** For a terminal. */
export const coloured: Paint = {
  added: sgr(32),
  removed: sgr(31),
  strong: sgr(1),
  high: sgr(31),
  raised: sgr(33),
  plain: sgr(32),
};

/** Colours where a person looks at a terminal, and asks for none with `NO_COLOR`. Source: https://no-color.org */
export function paintFor(output: { readonly isTTY?: boolean }, noColour: string | undefined): Paint {
  return output.isTTY === true && (noColour ?? '') === '' ? coloured : plain;
}
