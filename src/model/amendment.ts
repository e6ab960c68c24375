import type { JsonValue } from './operation.ts';

/** An edit to a request, from a closed set; the amended request is judged again before it is forwarded. */
export type Amendment =
  | { readonly kind: 'force-dry-run' }
  | { readonly kind: 'set-query'; readonly key: string; readonly value: string }
  /** A number above `max`, or none given, becomes `max`. */
  | { readonly kind: 'cap-query'; readonly key: string; readonly max: number }
  | { readonly kind: 'set-field'; readonly path: readonly string[]; readonly value: JsonValue }
  | { readonly kind: 'remove-field'; readonly path: readonly string[] }
  | { readonly kind: 'add-label'; readonly key: string; readonly value: string }
  | { readonly kind: 'add-annotation'; readonly key: string; readonly value: string };

/** Limit: edits that one yes makes. */
export const AMENDMENTS_MAX = 10;
