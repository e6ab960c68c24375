/*
 * How a mask stands in the place of a value, each form of one length: as it is; in base64, where the place takes base64 alone; in PEM armour, where the value had
 * one. And how whatever has the form of a mask is recognised: of any key, of any gateway, cut short, in base64 once or twice, in any case.
 */
import { textMaskPrefix } from '../text/text-mask.ts';

/** How a value is written where it stands. */
export type MaskForm = 'text' | 'base64';

const armour = '-----BEGIN MASKED VALUE-----\n';
const armourEnd = '\n-----END MASKED VALUE-----\n';

/** The mask, valid where the value stands. */
export function formed(mask: string, form: MaskForm, value: Uint8Array): string {
  if (form === 'base64') {
    const isPem = Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 24))
      .toString('latin1')
      .startsWith('LS0tLS1CRUdJTi');
    return Buffer.from(isPem ? inArmour(mask) : mask, 'latin1').toString('base64');
  }
  const isPem =
    Buffer.from(value.buffer, value.byteOffset, Math.min(value.length, 11)).toString('latin1') === '-----BEGIN ';
  return isPem ? inArmour(mask) : mask;
}

function inArmour(mask: string): string {
  return armour + Buffer.from(mask, 'latin1').toString('base64') + armourEnd;
}

/** So much of the prefix is no other word; what ends in it was cut short. */
const cutShortMin = 12;
const stem = textMaskPrefix.slice(0, -1);
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
  const plain = text.toLowerCase();
  if (plain.includes(stem)) return true;
  for (let length = Math.min(stem.length - 1, plain.length); length >= cutShortMin; length--)
    if (plain.endsWith(stem.slice(0, length))) return true;
  return once.some((form) => text.includes(form)) || twice.some((form) => text.includes(form));
}
