import type { Amendment } from '../model/amendment.ts';
import { unreachable } from '../std/unreachable.ts';

/** An edit in words, with what it puts there. */
export function amendmentWords(edit: Amendment): string {
  switch (edit.kind) {
    case 'force-dry-run':
      return 'becomes a dry run: nothing is stored';
    case 'set-query':
      return `\`${edit.key}\` becomes \`${edit.value}\``;
    case 'cap-query':
      return `\`${edit.key}\` becomes ${edit.max} at most`;
    case 'set-field':
      return `\`/${edit.path.join('/')}\` becomes ${JSON.stringify(edit.value)}`;
    case 'remove-field':
      return `\`/${edit.path.join('/')}\` is removed`;
    case 'add-label':
      return `gets the label \`${edit.key}=${edit.value}\``;
    case 'add-annotation':
      return `gets the annotation \`${edit.key}=${edit.value}\``;
    default:
      return unreachable(edit);
  }
}
