/** Source: xterm's control sequences, cursor and editing keys, in both of their modes. */
const SEQUENCES: Readonly<Record<string, string>> = {
  '[A': 'up',
  OA: 'up',
  '[B': 'down',
  OB: 'down',
  '[5~': 'pageup',
  '[6~': 'pagedown',
};

const CHARACTERS: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  ' ': 'space',
  '\u007f': 'backspace',
  '\b': 'backspace',
  '\u0003': 'ctrl-c',
};

/** The keys in what a terminal sends; of one that is not known, nothing. */
export function keysIn(text: string): readonly string[] {
  const keys: string[] = [];
  for (const [all, sequence] of text.matchAll(/\u001b(\[[0-9;]*[A-Za-z~]|O[A-Z])|[\s\S]/gu)) {
    if (sequence !== undefined) keys.push(...(SEQUENCES[sequence] === undefined ? [] : [SEQUENCES[sequence]]));
    else if (all === '\u001b') keys.push('escape');
    else if (CHARACTERS[all] !== undefined) keys.push(CHARACTERS[all]);
    else if (all >= ' ') keys.push(all);
  }
  return keys;
}
