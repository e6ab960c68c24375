/** A piece of a sentence: words, or a name that stood between backticks. */
export interface Segment {
  readonly text: string;
  readonly isName: boolean;
}

/** A sentence of the gateway cut at its backticks. One backtick too many is a character as any other: nothing of the sentence is lost. */
export function segments(sentence: string): readonly Segment[] {
  const parts = sentence.split('`');
  if (parts.length % 2 === 0) {
    const last = parts.pop() as string;
    parts[parts.length - 1] += `\`${last}`;
  }
  return parts
    .map((text, index) => ({ text, isName: index % 2 === 1 }))
    .filter(({ text, isName }) => text !== '' || isName);
}
