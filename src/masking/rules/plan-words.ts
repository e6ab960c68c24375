import type { Detection } from '../detect/detection.ts';
import { KEY_OF, TOLD_BY } from '../detect/telling-key.ts';
import { TOOL_WORDS } from '../detect/tool-option.ts';
import { PACKED_BEGINNING } from '../inside/encoded-document.ts';
import { harmBeginnings } from '../neutralise/harm.ts';
import type { ObjectPlan } from '../objects/object-plan.ts';
import { Words } from '../tape/words.ts';

/** In each name that tells stands one of these, or `key` behind what it is of; in each document whose shape says that a value is secret; and in what is packed. */
const tellingWords = [...TOLD_BY, 'client-key-data', 'auth', ...TOOL_WORDS, PACKED_BEGINNING.toLowerCase()];

/** Characters that are not ASCII, whose lower case begins with a letter that is: the Kelvin sign, and I with a dot. In a name they may be that letter. */
const almostLetters = ['\u212a', '\u0130'].map((letter) => Buffer.from(letter).toString('latin1'));

const noDetection = {};
let harmful: readonly string[] | undefined;

function harmfulBeginnings(): readonly string[] {
  harmful ??= harmBeginnings();
  return harmful;
}

/** Makes the words of plans; plans that look for the same share them. */
export class PlanWordsMaker {
  readonly #made = new WeakMap<object, Map<string, Words>>();

  /** The words without which nothing is masked but for its place: those of the detection, those that tell, keys behind which values are encoded, and what is to be made safe. */
  wordsOf(
    detection: Detection | undefined,
    { base64Keys, release, madeSafe }: Pick<ObjectPlan, 'base64Keys' | 'release' | 'madeSafe'>,
  ): Words {
    const keys = [...base64Keys, ...(release === undefined ? [] : ['release'])].map((key) => key.toLowerCase());
    const ofDetection = this.#made.get(detection ?? noDetection) ?? new Map<string, Words>();
    this.#made.set(detection ?? noDetection, ofDetection);
    const id = `${madeSafe} ${keys.join()}`;
    const known = ofDetection.get(id);
    if (known !== undefined) return known;
    const looked = detection?.scanner.keywords ?? [];
    const made = new Words(
      [
        ...looked
          .filter(({ behind, ahead }) => behind === undefined && ahead === undefined)
          .map(({ keyword }) => keyword),
        ...tellingWords,
        ...almostLetters,
        ...keys,
        ...(madeSafe === 'none' ? [] : harmfulBeginnings()),
      ],
      {
        firsts: KEY_OF,
        followers: ['key'],
        marked: looked.filter(({ ahead }) => ahead !== undefined).map(({ keyword }) => keyword),
        mark: '@',
      },
    );
    ofDetection.set(id, made);
    return made;
  }
}
