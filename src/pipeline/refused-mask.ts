import type { PutBack } from '../masking/written/put-back.ts';
import { Refusal } from '../model/refusal.ts';

/** Why masks that were written cannot be put back, with the field and what to do; never with a value. */
export function refusedMask(done: Exclude<PutBack, { kind: 'whole' }>): Refusal {
  const field = done.path.length === 0 ? 'body' : done.path.join('.');
  if (done.kind === 'stale')
    return new Refusal(
      'MASK_STALE',
      `\`${field}\` holds a mask of a value that is not there now, so nothing was done`,
      {
        advice: 'get the object again and write its mask as it is shown then, or write the value itself',
      },
    );
  if (done.kind === 'key')
    return new Refusal(
      'MASK_MISPLACED',
      `\`${field}\` is about a key that is shown as a mask, and none is put back, so nothing was done`,
      {
        advice:
          'write the key itself, or only what is to change, with a patch that leaves out whatever has such keys (`metadata.managedFields` too)',
      },
    );
  const isRelease = field === 'data.release';
  const advice = isRelease
    ? 'give the values with `-f`, or ask for `unmask`'
    : 'write the field as the object itself shows it, leave it out with a patch of what is to change, or write the value itself';
  return new Refusal('MASK_MISPLACED', `\`${field}\` holds a mask, or a piece of one, in the place of a value`, {
    advice,
  });
}
