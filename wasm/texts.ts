/* Texts that stand nowhere in the bytes that are walked; the host writes them when an instance begins: `value`, `data`, `stringData`, `Secret`, `helm.sh/release.v1`, what a mask begins with, and what stands before and behind it as in PEM, each 32 bytes behind the one before. */
import { TEXTS } from './layout';

export const textValue: i32 = TEXTS;
export const textData: i32 = TEXTS + 32;
export const textStringData: i32 = TEXTS + 64;
export const textSecret: i32 = TEXTS + 96;
export const textSecretBytes: i32 = 6;
export const textHelm: i32 = TEXTS + 128;
export const textHelmBytes: i32 = 18;
/** What a mask begins with: 20 bytes. */
export const textMaskPrefix: i32 = TEXTS + 160;
export const textMaskPrefixBytes: i32 = 20;
/** The lines around a mask in the place of what stood between such lines. */
export const textArmour: i32 = TEXTS + 192;
export const textArmourBytes: i32 = 28;
export const textArmourEnd: i32 = TEXTS + 224;
export const textArmourEndBytes: i32 = 26;
/** How a value begins that stands between such lines; and the same in base64. */
export const textPem: i32 = TEXTS + 256;
export const textPemBytes: i32 = 11;
export const textPemBase64: i32 = TEXTS + 288;
export const textPemBase64Bytes: i32 = 14;
