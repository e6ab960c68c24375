/* Texts that stand nowhere in the bytes that are walked; the host writes them when an instance begins: `value`, `data`, `stringData`, `Secret`, `helm.sh/release.v1`, each 32 bytes behind the one before. */
import { TEXTS } from './layout';

export const textValue: i32 = TEXTS;
export const textData: i32 = TEXTS + 32;
export const textStringData: i32 = TEXTS + 64;
export const textSecret: i32 = TEXTS + 96;
export const textSecretBytes: i32 = 6;
export const textHelm: i32 = TEXTS + 128;
export const textHelmBytes: i32 = 18;
