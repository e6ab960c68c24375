import { MaskKey, maskKeyBytes } from '../../masking/form/mask-key.ts';
import { seenObject } from '../../masking/objects/seen-object.ts';
import { MASK_IDS } from '../../masking/rules/mask-ids.ts';
import type { MaskRules } from '../../masking/rules/mask-rules.ts';
import type { Question } from '../../policy/question.ts';
import { CliError } from '../cli-error.ts';

/** How a caller is shown a reply. */
export interface MaskedView {
  readonly masks: MaskRules;
  /** Default masks that are open for it. */
  readonly open: ReadonlySet<string>;
  /** Places that the rule which allows it shows. */
  readonly unmask: readonly string[];
}

/** The places of an object that are masked in the reply to a question, sorted, as `sallyport mask test` writes them. */
export function maskedPlaces(
  { caller, operation }: Pick<Question, 'caller' | 'operation'>,
  object: object,
  { masks, open, unmask }: MaskedView,
): readonly string[] {
  const plan = masks.planOf(operation, { open, masks: masks.masksFor(caller, operation), unmask });
  const { masked } = seenObject(JSON.stringify(object), plan, {
    // Where masks stand hangs on no key, and nothing of them is told.
    key: new MaskKey(Buffer.alloc(maskKeyBytes)),
    target: operation.target,
    exchange: '',
    isComparable: false,
  });
  return [...new Set(masked.map(({ at }) => at))].sort();
}

/** Default masks by their ids; `*` is all. @throws {CliError} there is none of that name */
export function openedMasks(ids: readonly string[]): ReadonlySet<string> {
  const unknown = ids.find((id) => id !== '*' && !MASK_IDS.has(id));
  if (unknown !== undefined)
    throw new CliError(
      `\`${unknown}\` is no default mask; there are ${[...MASK_IDS].map((id) => `\`${id}\``).join(', ')}`,
    );
  return ids.includes('*') ? MASK_IDS : new Set(ids);
}
