/** Why a character or a sequence does not pass as it is. */
export type Harm = 'sequence' | 'control' | 'direction' | 'invisible';

/**
 * What a character does that its reader does not see: undefined where it is harmless.
 *
 * `behindVisible`: whether it follows a visible character that is not ASCII. Joiners and the two presentation selectors pass there alone, where emoji and scripts
 * need one of them; in a row, or behind ASCII, they hide text.
 * Source: Unicode Standard Annex 9 (bidirectional controls) and 44 (Default_Ignorable_Code_Point)
 */
export function harmOf(code: number, behindVisible: boolean): Harm | undefined {
  if (code < 0x20) return code === 0x09 || code === 0x0a || code === 0x0d ? undefined : 'control';
  if (code < 0x7f) return undefined;
  if (code <= 0x9f) return 'control';
  if (code === 0x061c || code === 0x200e || code === 0x200f) return 'direction';
  if ((code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return 'direction';
  if (code === 0x200c || code === 0x200d || code === 0xfe0e || code === 0xfe0f)
    return behindVisible ? undefined : 'invisible';
  return invisible.some(([first, last]) => code >= first && code <= last) ? 'invisible' : undefined;
}

/** The beginnings in UTF-8 of what `harmOf` does not let pass beyond ASCII, a character for each byte: three bytes of each, or two where it has no more. */
export function harmBeginnings(): readonly string[] {
  const beginnings = new Set<string>();
  for (const [first, last] of [...turningOrJoining, ...invisible])
    for (let code = first; code <= last; code++)
      beginnings.add(Buffer.from(String.fromCodePoint(code)).subarray(0, 3).toString('latin1'));
  return [...beginnings];
}

/** What `harmOf` names beside `invisible`. */
const turningOrJoining: readonly (readonly [number, number])[] = [
  [0x80, 0x9f],
  [0x061c, 0x061c],
  [0x200c, 0x200f],
  [0x202a, 0x202e],
  [0x2066, 0x2069],
  [0xfe0e, 0xfe0f],
];

const invisible: readonly (readonly [number, number])[] = [
  [0x00ad, 0x00ad],
  [0x034f, 0x034f],
  [0x115f, 0x1160],
  [0x17b4, 0x17b5],
  [0x180b, 0x180f],
  [0x200b, 0x200b],
  [0x2028, 0x2029],
  [0x2060, 0x2065],
  [0x206a, 0x206f],
  [0x3164, 0x3164],
  [0xfe00, 0xfe0d],
  [0xfeff, 0xfeff],
  [0xffa0, 0xffa0],
  [0xfff0, 0xfffb],
  [0x1bca0, 0x1bca3],
  [0x1d173, 0x1d17a],
  [0xe0000, 0xe0fff],
];

/** How what does harm is shown: a control character by its picture (`␛`, `␇`), all else by its number (`\u{202e}`). */
export function shown(code: number): string {
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? '␡' : `\\u{${code.toString(16)}}`;
}
