import { maskedText } from '../masking/text/masked-text.ts';
import type { Amendment } from '../model/amendment.ts';
import type { JsonValue } from '../model/operation.ts';
import { unreachable } from '../std/unreachable.ts';
import { type MaskedFor, maskedAt } from './masked-body.ts';
import { keptDetection } from './masking.ts';

/** Edits to a request without the values that masks hide: each as it would be masked where it comes to stand. */
export function maskedEdits(masked: MaskedFor, edits: readonly Amendment[]): readonly Amendment[] {
  return edits.map((edit) => maskedEdit(masked, edit));
}

function maskedEdit(masked: MaskedFor, edit: Amendment): Amendment {
  const at = (path: readonly string[], value: JsonValue) => maskedAt(masked, path, value, () => false);
  switch (edit.kind) {
    case 'set-field':
      return { ...edit, value: at(edit.path, edit.value) };
    case 'add-label':
      return { ...edit, value: String(at(['metadata', 'labels', edit.key], edit.value)) };
    case 'add-annotation':
      return { ...edit, value: String(at(['metadata', 'annotations', edit.key], edit.value)) };
    case 'set-query':
      return { ...edit, value: maskedText(edit.value, keptDetection(masked.masking, masked)) };
    case 'cap-query':
    case 'remove-field':
    case 'force-dry-run':
      return edit;
    default:
      return unreachable(edit);
  }
}
