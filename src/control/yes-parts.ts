import { holdsMask } from '../masking/written/holds-mask.ts';
import type { Amendment } from '../model/amendment.ts';
import { fieldPath } from '../model/field-pointer.ts';
import type { JsonValue } from '../model/operation.ts';
import { Refusal } from '../model/refusal.ts';
import { durationMs } from '../std/duration.ts';
import type { Said } from './answers.ts';
import type { YesAmendment, yesSchema } from './approval-contract.ts';

/** What a yes says beside yes. */
export function yesParts({
  rest,
  goodFor,
  amend = [],
}: Partial<ReturnType<typeof yesSchema.parse>>): Pick<Said, 'rest' | 'narrowed'> {
  const isNarrowed = goodFor !== undefined || amend.length > 0;
  return {
    ...(rest === undefined ? {} : { rest: { usesMax: rest.usesMax, forMs: durationMs(rest.for) } }),
    ...(isNarrowed
      ? {
          narrowed: {
            ...(goodFor === undefined ? {} : { goodForMs: durationMs(goodFor) }),
            amend: amend.map(amendmentOf),
          },
        }
      : {}),
  };
}

/** @throws {Refusal} REQUEST_MALFORMED it holds a mask */
function amendmentOf(edit: YesAmendment): Amendment {
  // Security: a mask that is pasted from what was shown would go to the cluster as a value. Test: `an edit that holds a mask is refused`.
  if (holdsMaskAnywhere(edit))
    throw new Refusal(
      'REQUEST_MALFORMED',
      'an edit of a yes holds a mask, which stands for a value and is none: put the value itself, or leave the field as it is',
    );
  if ('dryRun' in edit) return { kind: 'force-dry-run' };
  if ('set' in edit) return { kind: 'set-field', path: fieldPath(edit.set.path), value: edit.set.value as JsonValue };
  return 'remove' in edit
    ? { kind: 'remove-field', path: fieldPath(edit.remove.path) }
    : { kind: 'add-label', ...edit.label };
}

function holdsMaskAnywhere(value: unknown): boolean {
  if (typeof value === 'string') return holdsMask(value);
  if (value === null || typeof value !== 'object') return false;
  return Object.entries(value).some(([key, inner]) => holdsMask(key) || holdsMaskAnywhere(inner));
}
