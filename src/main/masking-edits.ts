import type { Config } from '../config/load.ts';
import type { MaskEdits } from '../control/answers.ts';
import { maskedEdits } from '../pipeline/masked-edits.ts';
import type { KeptOfMasks } from './kept-of-masks.ts';
import type { PolicyInForce } from './policy-in-force.ts';

/** What an edit of a yes puts into a request is masked as it would be there, by every mask that is for anybody. */
export function maskingEdits(
  { limits: { objectBytesMax } }: Pick<Config, 'limits'>,
  policy: Pick<PolicyInForce, 'masks'>,
  { key }: Pick<KeptOfMasks, 'key'>,
): MaskEdits {
  const masking = { rules: policy.masks, key, objectBytesMax };
  return ({ id, target, namespace, about }, edits) => {
    const operation = { ...about, target, namespace };
    return maskedEdits({ masking, caller: 'anybody', operation, exchange: id }, edits);
  };
}
