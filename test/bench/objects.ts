/* How fast objects of a list are masked, beside parsing and writing the same bytes anew, in turns. */
import process from 'node:process';
import { MaskKey } from '../../src/masking/form/mask-key.ts';
import { ReplyMasker } from '../../src/masking/objects/reply-masker.ts';
import { MaskRules } from '../../src/masking/rules/mask-rules.ts';
import { median } from './figures.ts';
import { type ObjectList, objectLists } from './object-lists.ts';

/** One list: what passes in a second of processor time, each way. */
export interface ObjectRow {
  readonly what: string;
  readonly megabytes: number;
  readonly parsedMegabytes: number;
  /** Values masked, so that nobody measures what does nothing. */
  readonly masked: number;
}

const chunkBytes = 64 * 1024;
const rules = new MaskRules();
const keying = { key: new MaskKey(Buffer.alloc(32, 7)), target: 'bench', exchange: 'bench', isComparable: true };

/** The rows, printed by the runner. */
export function measureObjects(rounds = 9): readonly ObjectRow[] {
  return objectLists().map((list) => {
    const masking: number[] = [];
    const parsing: number[] = [];
    let masked = 0;
    for (let round = -3; round < rounds; round++) {
      const maskedRate = rateOf(list, () => {
        masked = mask(list);
      });
      const parsedRate = rateOf(list, () => JSON.stringify(JSON.parse(list.bytes.toString('utf8'))));
      if (round < 0) continue;
      masking.push(maskedRate);
      parsing.push(parsedRate);
    }
    return { what: list.what, megabytes: median(masking), parsedMegabytes: median(parsing), masked };
  });
}

function mask({ resource, bytes }: ObjectList): number {
  const plan = rules.planOf({ apiGroup: '', resource, subresource: '' });
  const masker = new ReplyMasker({ plan, keying, shape: 'list', mayBeTable: false });
  for (let at = 0; at < bytes.length; at += chunkBytes) masker.write(bytes.subarray(at, at + chunkBytes));
  masker.end();
  return masker.count;
}

function rateOf({ bytes }: ObjectList, pass: () => void): number {
  const before = process.cpuUsage();
  pass();
  const { user, system } = process.cpuUsage(before);
  return bytes.length / (user + system);
}

if (import.meta.main)
  for (const { what, megabytes, parsedMegabytes, masked } of measureObjects())
    process.stdout.write(
      `${what}: ${megabytes.toFixed(0)} MB, parsed and written anew ${parsedMegabytes.toFixed(0)} MB, ${(megabytes / parsedMegabytes).toFixed(2)} ×; ${masked} masked\n`,
    );
