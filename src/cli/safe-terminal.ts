/*
 * What a terminal was shown, made safe to be shown to another: an allow list of what moves the cursor, erases and colours. All else is left out: titles, clipboards, files
 * and links (OSC, DCS, APC), questions whose answer the terminal types (T54), keys and mice, C1 controls, and characters that nobody sees.
 *
 * Source: ECMA-48, 5th edition; https://invisible-island.net/xterm/ctlseqs/ctlseqs.html
 */

/** What puts the reader's own terminal right again. */
export const TERMINAL_RESET = '\u001b[0m\u001b(B\u001b[r\u001b[?7h\u001b[?25h\u001b[?1049l';

/** Moves, erases, scrolls, colours. */
const FINALS = new Set('ABCDEFGHJKLMPSTXdfmr@`');

/** Private modes that are passed: wrapping, the cursor, the other screen. */
const MODES = new Set(['7', '25', '47', '1047', '1049']);

/** Of two characters: save and restore the cursor, index, reverse index, next line. */
const SHORT = new Set('78DME');

/** Limit: characters of one sequence; what is longer is left out. */
const SEQUENCE_CHARS_MAX = 64;

const HIDDEN = /[\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}]/u;

type State = 'text' | 'escape' | 'csi' | 'charset' | 'string' | 'string-escape';

/** Takes text as it comes, however it was cut, and gives what is safe of it. */
export class SafeTerminal {
  #state: State = 'text';
  #sequence = '';

  take(text: string): string {
    let out = '';
    for (const character of text) out += this.#take(character);
    return out;
  }

  #take(character: string): string {
    switch (this.#state) {
      case 'text':
        return this.#text(character);
      case 'escape':
        return this.#escape(character);
      case 'csi':
        return this.#csi(character);
      case 'charset':
        this.#state = 'text';
        return character === '0' || character === 'B' ? `\u001b(${character}` : '';
      case 'string':
        if (character === '\u0007' || character === '\u009c') this.#state = 'text';
        if (character === '\u001b') this.#state = 'string-escape';
        return '';
      case 'string-escape':
        this.#state = character === '\\' ? 'text' : 'string';
        return '';
    }
  }

  #text(character: string): string {
    if (character === '\u001b') {
      this.#state = 'escape';
      return '';
    }
    if (character === '\n' || character === '\r' || character === '\t' || character === '\b') return character;
    const code = character.codePointAt(0) as number;
    // Security: C1 controls in one character are sequences as well; what follows them is shown as text and does nothing.
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return '';
    return HIDDEN.test(character) ? '' : character;
  }

  #escape(character: string): string {
    this.#state = 'text';
    if (character === '[') {
      this.#state = 'csi';
      this.#sequence = '';
    } else if (character === '(') this.#state = 'charset';
    else if (']PX^_'.includes(character)) this.#state = 'string';
    else if (character === '\u001b') this.#state = 'escape';
    else if (SHORT.has(character)) return `\u001b${character}`;
    return '';
  }

  #csi(character: string): string {
    const code = character.codePointAt(0) as number;
    if (code >= 0x20 && code <= 0x3f) {
      if (this.#sequence.length <= SEQUENCE_CHARS_MAX) this.#sequence += character;
      return '';
    }
    this.#state = character === '\u001b' ? 'escape' : 'text';
    return isSafe(this.#sequence, character) ? `\u001b[${this.#sequence}${character}` : '';
  }
}

function isSafe(parameters: string, final: string): boolean {
  if (parameters.length > SEQUENCE_CHARS_MAX) return false;
  if (final === 'h' || final === 'l') {
    const [, modes] = /^\?([\d;]+)$/.exec(parameters) ?? [];
    return modes?.split(';').every((mode) => MODES.has(mode)) === true;
  }
  return /^[\d;:]*$/.test(parameters) && FINALS.has(final);
}
