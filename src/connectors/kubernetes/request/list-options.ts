import { requiredValue } from './field-selector.ts';
import { isInt64, isLabelSelector } from './label-selector.ts';
import type { Query } from './query.ts';

/** What the query of a read without a name makes of it. */
export interface ListOptions {
  readonly isWatch: boolean;
  /** The name that `fieldSelector=metadata.name=…` requires; empty where there is none, or none that could be a path segment. */
  readonly name: string;
}

const LIST: ListOptions = { isWatch: false, name: '' };

/**
 * List or watch, and the one name it is narrowed to, as the API server takes them from the query: where one parameter cannot be read, it
 * forgets them all and looks at `watch` again, by slightly other rules.
 *
 * Source: https://github.com/kubernetes/apiserver/blob/v0.35.4/pkg/endpoints/request/requestinfo.go
 */
export function listOptions(query: Query): ListOptions {
  if (query.size === 0) return LIST;
  const watch = query.get('watch')?.[0];
  const required = requiredValue(query.get('fieldSelector')?.[0] ?? '', 'metadata.name');
  const isReadable =
    required !== 'unreadable' &&
    isLabelSelector(query.get('labelSelector')?.[0] ?? '') &&
    isInt64(query.get('limit')?.[0] ?? '0') &&
    isInt64(query.get('timeoutSeconds')?.[0] ?? '0');
  if (!isReadable)
    return { isWatch: watch !== undefined && watch !== '0' && watch.toLowerCase() !== 'false', name: '' };
  const name = required.value ?? '';
  return { isWatch: isTrue(watch), name: isPathSegmentName(name) ? name : '' };
}

/**
 * Whether a query value is true to the API server: any that is given, the empty one too, but `0` and `false` in any case. Go folds case
 * by Unicode, which takes `ſ` for `s`.
 *
 * Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/runtime/conversion.go
 */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && value !== '0' && !/^[fF][aA][lL][sSſ][eE]$/.test(value);
}

/** Source: https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/api/validation/path/name.go */
function isPathSegmentName(name: string): boolean {
  return name !== '.' && name !== '..' && !name.includes('/') && !name.includes('%');
}
