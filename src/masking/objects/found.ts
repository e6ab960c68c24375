import type { MaskForm } from '../form/mask-form.ts';
import type { Compare } from '../form/mask-key.ts';
import type { Place } from '../places/place.ts';
import type { CommandPasswords } from '../text/command-passwords.ts';

/** What is to be masked in a document, found while it was walked: masks are made once it is known whose object it is. Places are bytes of the document. */
export type Found = WholeFound | PartFound | NumberFound | ElementFound | ShownFound;

/** All of a string, between its quotation marks. */
export interface WholeFound {
  readonly kind: 'whole';
  readonly start: number;
  readonly end: number;
  readonly rule: string;
  readonly path: string;
  readonly form: MaskForm;
  readonly compare: Compare;
}

/** What is in a string: a text or a document; `applied` is the object as it was applied; `release` is Helm's record. */
export interface PartFound {
  readonly kind: 'inside' | 'applied' | 'release';
  readonly start: number;
  readonly end: number;
  readonly path: string;
  readonly isBase64: boolean;
  /** Whether what does harm in it is shown instead of done. */
  readonly isMadeSafe?: boolean;
  /** What is masked in it because of the command that it is a word of. */
  readonly passwords?: CommandPasswords;
}

/** The key by which managed fields tell an element of a list from others: `k:{"name":"a"}` or `v:"a"`, where masks stand at places in such an element. */
export interface ElementFound {
  readonly kind: 'element';
  readonly start: number;
  readonly end: number;
  readonly path: string;
  readonly place: Place;
  /** Whether the name of the list says that its elements are secret. */
  readonly isTelling: boolean;
}

/** A number, which becomes 0. */
export interface NumberFound {
  readonly kind: 'number';
  readonly start: number;
  readonly end: number;
  readonly path: string;
  readonly rule: string;
}

/** A value that a rule shows: it stays as it is, and is counted. */
export interface ShownFound {
  readonly kind: 'shown';
  readonly path: string;
  readonly start: number;
  readonly end: number;
}
