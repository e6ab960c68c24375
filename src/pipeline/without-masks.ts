import { maskedZero } from '../masking/written/masked-zero.ts';
import { misplacedMask, probingOperation } from '../masking/written/misplaced-mask.ts';
import { triedPlace } from '../masking/written/tried-place.ts';
import type { Caller } from '../model/caller.ts';
import type { Operation } from '../model/operation.ts';
import { Refusal } from '../model/refusal.ts';
import type { Masking } from './masking.ts';

/**
 * Whether something in the request has the form of a mask that may be put back. Refused is what would write one where none is ever put back, and what asks about
 * that which is masked, before anything is looked up for it: a dry run would answer already.
 *
 * Something of the form of a mask never reaches the cluster: not one of this gateway, nor of another, nor a piece of one, nor one in base64.
 *
 * @throws {Refusal} MASK_MISPLACED
 */
export function withoutMasks(masking: Masking, caller: Caller, operation: Operation): boolean {
  refuseTried(masking, caller, operation);
  if (operation.body === undefined) return false;
  const field = misplacedMask(operation.body);
  const isOpen = masking.openFor(caller, operation.target) === 'all';
  const isMasked = !isOpen || masking.rules().masksFor(caller, operation).length > 0;
  if (field !== undefined && !(isMasked && isObjectWrite(operation)))
    throw new Refusal('MASK_MISPLACED', `\`${field}\` holds a mask, or a piece of one, in the place of a value`, {
      advice: 'leave the field out with a patch of what is to change, or write the value itself',
    });
  // Who is shown every value has nothing to try.
  const probing = isOpen ? undefined : probingOperation(operation.body, isSecretKind(operation));
  if (probing !== undefined)
    throw new Refusal('MASK_MISPLACED', `a JSON patch may not look at what can be masked: \`${probing}\``, {
      advice: 'use a merge patch, or an operation that only adds, replaces or removes',
    });
  return field !== undefined || (isObjectWrite(operation) && hasMaskedZero(masking, caller, operation));
}

/** Whether a 0 stands where policy masks numbers, which are shown as 0. */
function hasMaskedZero(masking: Masking, caller: Caller, operation: Operation): boolean {
  const rules = masking.rules();
  const masks = rules.masksFor(caller, operation);
  if (masks.length === 0) return false;
  return maskedZero(operation, rules.planOf({ ...operation, subresource: '' }, { masks }).place);
}

/** Subresources whose body is the object itself. */
const wholeSubresources: ReadonlySet<string> = new Set(['', 'status', 'ephemeralcontainers', 'resize', 'approval']);

function isObjectWrite({ isResourceRequest, verb, subresource, name, body }: Operation): boolean {
  if (!isResourceRequest || (body?.object === undefined && body?.patch === undefined)) return false;
  if (verb === 'create') return subresource === '' && name === '';
  return (verb === 'update' || verb === 'patch') && wholeSubresources.has(subresource);
}

/** What policy masks for this caller is not asked about, wherever it stands. */
function refuseTried(masking: Masking, caller: Caller, operation: Operation): void {
  const rules = masking.rules();
  const masks = rules.masksFor(caller, operation);
  if (masks.length === 0) return;
  const tried = triedPlace(operation, rules.planOf(operation, { masks }).place, masks);
  if (tried !== undefined)
    throw new Refusal('MASK_MISPLACED', `nobody may ask what is masked: ${tried}`, {
      advice: 'ask by another label or field, and patch with operations that only add, replace or remove',
    });
}

function isSecretKind({ apiGroup, resource }: Operation): boolean {
  return apiGroup === '' && resource === 'secrets';
}
