/* What the words of a command name: a kind, an object of it, a subresource; and the path that leads there. */
import { CliError } from '../cli-error.ts';
import { findKind, type KnownKind } from './known-kinds.ts';
import type { OfflineRequest } from './offline-request.ts';
import type { Words } from './words.ts';

/** An object to send with a write. */
export type Manifest = Readonly<Record<string, unknown>>;

/** A command. */
export interface Asked {
  readonly verb: string;
  /** The words behind the verb. */
  readonly rest: readonly string[];
  readonly words: Words;
  readonly object: Manifest | undefined;
}

/** Makes its requests, in the order in which they are sent. */
export type Command = (asked: Asked) => readonly OfflineRequest[];

/** An object, or a collection where it has no name. */
export interface Named {
  readonly kind: KnownKind;
  readonly name: string;
  readonly subresource: string;
}

/** What `pod web`, `pod/web`, `pods/log web` and `deployments.apps` name. */
export function named({ rest, words }: Asked, fallback?: string): Named {
  const [first = fallback ?? '', second] = rest;
  const [word = '', behind] = first.split('/');
  const kind = findKind(word);
  if (kind === undefined && fallback !== undefined && behind === undefined)
    return { ...named({ ...emptyAsked, words }, fallback), name: word };
  if (kind === undefined) {
    throw new CliError(
      `\`${word}\` is no kind that Kubernetes has; name a custom one in full, as \`things.example.com\``,
    );
  }
  const option = words.options.get('subresource') ?? '';
  const isSubresource = behind !== undefined && option === '' && kind.subresources.includes(behind);
  const name = isSubresource ? second : (behind ?? second);
  return { kind, name: name ?? '', subresource: isSubresource ? behind : option };
}

const emptyAsked: Asked = { verb: '', rest: [], words: { plain: [], options: new Map(), argv: [] }, object: undefined };

function isAcross({ words }: Asked): boolean {
  return words.options.has('all-namespaces');
}

/** The path of a kind's collection, or of one object of it. */
export function pathOf(asked: Asked, { kind, name, subresource }: Named): string {
  const { group, version, resource, isNamespaced } = kind;
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  const namespace = asked.words.options.get('namespace') ?? 'default';
  const isCustom = kind.kind === '';
  const hasNamespace = isCustom
    ? asked.words.options.has('namespace')
    : isNamespaced && !(isAcross(asked) && name === '');
  const parts = [...(hasNamespace ? ['namespaces', namespace] : []), resource, name, subresource];
  return [root, ...parts.filter((part) => part !== '').map(encodeURIComponent)].join('/');
}

/** A path with a query, where there is one. */
export function withQuery(path: string, pairs: readonly (readonly string[])[]): string {
  const query = new URLSearchParams(pairs.map(([key = '', value = '']) => [key, value])).toString();
  return query === '' ? path : `${path}?${query}`;
}

/** The selectors of the command, as they stand in a query. */
export function selectors({ words }: Asked): readonly (readonly string[])[] {
  return [
    ['labelSelector', words.options.get('selector') ?? ''],
    ['fieldSelector', words.options.get('field-selector') ?? ''],
  ].filter(([, value]) => value !== '');
}

/** Options of a write that stand in its query. */
export function writeQuery({ words }: Asked): readonly (readonly string[])[] {
  const dryRun = words.options.get('dry-run');
  if (dryRun !== undefined && dryRun !== 'server') throw new CliError('only `--dry-run=server` makes a request');
  return dryRun === undefined ? [] : [['dryRun', 'All']];
}
