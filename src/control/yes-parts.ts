import type { Saying } from '../approval/approval.ts';
import type { Amendment } from '../model/amendment.ts';
import { fieldPath } from '../model/field-pointer.ts';
import type { JsonValue } from '../model/operation.ts';
import { durationMs } from '../std/duration.ts';
import type { YesAmendment, yesSchema } from './approval-contract.ts';

/** What a yes says beside yes. */
export function yesParts({
  rest,
  goodFor,
  amend = [],
}: Partial<ReturnType<typeof yesSchema.parse>>): Pick<Saying, 'rest' | 'narrowed'> {
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

function amendmentOf(edit: YesAmendment): Amendment {
  if ('dryRun' in edit) return { kind: 'force-dry-run' };
  if ('set' in edit) return { kind: 'set-field', path: fieldPath(edit.set.path), value: edit.set.value as JsonValue };
  return 'remove' in edit
    ? { kind: 'remove-field', path: fieldPath(edit.remove.path) }
    : { kind: 'add-label', ...edit.label };
}
