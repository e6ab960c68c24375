/*
 * How a mask stands in the place of a value, each form of one length: as it is; in base64, where the place takes base64 alone; in PEM armour, where the value had
 * one. And how whatever has the form of a mask is recognised: of any key, of any gateway, cut short, in base64 once or twice, in any case.
 */
import { textMaskPrefix } from '../text/text-mask.ts';

/** How a value is written where it stands. */
export type MaskForm = 'text' | 'base64';

/** The lines around a mask in PEM armour; how a value begins that stood between such, and the same in base64. */
export const armour = '-----BEGIN MASKED VALUE-----\n';
export const armourEnd = '\n-----END MASKED VALUE-----\n';
export const pemBeginning = '-----BEGIN ';
export const pemBeginningBase64 = 'LS0tLS1CRUdJTi';

/** The mask, valid where the value stands. */
export function formed(mask: string, form: MaskForm, value: Uint8Array): string {
  if (form === 'base64') {
    const isPem = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 24))
      .toString('latin1')
      .startsWith(pemBeginningBase64);
    return Buffer.from(isPem ? inArmour(mask) : mask, 'latin1').toString('base64');
  }
  const isPem =
    Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 11)).toString('latin1') === pemBeginning;
  return isPem ? inArmour(mask) : mask;
}

function inArmour(mask: string): string {
  return armour + Buffer.from(mask, 'latin1').toString('base64') + armourEnd;
}

/** How a whole mask is written in any of its forms; armour holds its base64. A global pattern, new for each search. */
export function maskPattern(): RegExp {
  return new RegExp(written, 'g');
}

/** The text with every whole mask as one and the same: equal where two texts differ in which masks they hold alone. */
export function withoutIdentity(text: string): string {
  return text.replace(maskPattern(), (mask) => `${mask.slice(0, headOf(mask))}*`);
}

function headOf(mask: string): number {
  return mask.startsWith(textMaskPrefix) ? textMaskPrefix.length : baseHead.length;
}

const maskBytes = 40;
const baseHead = Buffer.from(textMaskPrefix.slice(0, 18), 'latin1').toString('base64');
const baseBytes = Buffer.alloc(maskBytes).toString('base64').replaceAll('=', '').length - baseHead.length;
const armourHead = Buffer.from(armour.slice(0, 27), 'latin1').toString('base64');
const armourBytes = Buffer.from(inArmour('x'.repeat(maskBytes)), 'latin1').toString('base64').length;
const written = [
  `${textMaskPrefix}[a-z2-7]{20}`,
  `${baseHead}[A-Za-z0-9+/]{${baseBytes}}==`,
  `${armourHead}[A-Za-z0-9+/=]{${armourBytes - armourHead.length}}`,
].join('|');

/** So much of the prefix is no other word; what ends in it was cut short. */
const cutShortMin = 12;
const stem = textMaskPrefix.slice(0, -1);
const cutShort = stem.slice(0, cutShortMin);
/** The same in base64, at each of the three offsets, without what hangs on its neighbours; and that in base64 once more. */
const once = offsetsOf(stem);
const twice = once.flatMap(offsetsOf);

function offsetsOf(text: string): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('\0'.repeat(offset) + text, 'latin1')
      .toString('base64')
      .replaceAll('=', '');
    const [from, bits] = [Math.ceil((offset * 8) / 6), (offset + text.length) * 8];
    return encoded.slice(from, Math.floor(bits / 6));
  });
}

/** Whether the text holds anything of the form of a mask. Takes time linear in its length. */
export function hasMaskForm(text: string): boolean {
  if (text.length < cutShortMin) return false;
  const plain = text.toLowerCase();
  if (plain.includes(cutShort)) {
    if (plain.includes(stem)) return true;
    for (let length = Math.min(stem.length - 1, plain.length); length >= cutShortMin; length--)
      if (plain.endsWith(stem.slice(0, length))) return true;
  }
  return once.some((form) => text.includes(form)) || twice.some((form) => text.includes(form));
}
