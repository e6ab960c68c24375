import { PlaceMaker } from '../../src/masking/places/place.ts';
import { MaskRules } from '../../src/masking/rules/mask-rules.ts';
import { Machine } from '../../src/masking/tape/machine.ts';

const { words } = new MaskRules().planOf({ apiGroup: '', resource: 'pods', subresource: '' });
const machine = new Machine(words);
const root = new PlaceMaker([]).start();
const host = { pair: () => undefined, looksSecret: () => false, isTellingFlag: () => false, holdsValue: () => false };

/** Whether a word stands in a text of JSON without which nothing in it is looked into. */
export function holdsWord(text: string): boolean {
  const bytes = Buffer.from(text);
  machine.begin([bytes], bytes.length, true, 0, root, host);
  return machine.run.hasWord(machine.bytesAt, machine.bytesAt + bytes.length) === 1;
}
