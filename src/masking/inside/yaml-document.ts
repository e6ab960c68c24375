/*
 * YAML read by its library's concrete syntax, which keeps the place of each token and stops at no fault: what is masked in a document that its own reader
 * would refuse is masked all the same.
 */
import { type CST, Parser } from 'yaml';
import type { DocumentNode, ListNode, MapEntry, ScalarNode } from './document-node.ts';
import { nestingMax } from './json-document.ts';
import { blockScalar, doubleScalar, flowScalar } from './yaml-scalar.ts';

/**
 * Limit: how large a document of YAML is taken apart, since its library reads about a megabyte in a second. What is larger is masked as the text that it is, by
 * what its values look like.
 */
export const yamlBytesMax = 128 * 1024;

/** The documents of a stream of YAML, as one list; undefined where there is no mapping and no list in it, or where it is too large or nested too deep. */
export function yamlDocument(source: string): ListNode | undefined {
  if (source.length > yamlBytesMax) return undefined;
  const items: DocumentNode[] = [];
  const reader = new Reader();
  for (const token of tokensOf(source)) {
    if (token.type !== 'document') continue;
    const node = reader.node(token.value, token.start, 0);
    if (node !== undefined && node.kind !== 'scalar') items.push(node);
  }
  return items.length === 0 || reader.isTooDeep ? undefined : { kind: 'list', items };
}

/** The library leaves nested blocks by recursion: what is nested some thousands deep is too deep for it as well. */
function tokensOf(source: string): readonly CST.Token[] {
  try {
    return [...new Parser().parse(source)];
  } catch (thrown) {
    if (thrown instanceof RangeError) return [];
    throw thrown;
  }
}

type Token = CST.Token | null | undefined;

class Reader {
  isTooDeep = false;
  /** Scalars by their anchors: an alias says the same, and is masked where it was written. */
  readonly #anchors = new Map<string, ScalarNode>();

  node(token: Token, before: readonly CST.SourceToken[], depth: number): DocumentNode | undefined {
    if (depth > nestingMax) this.isTooDeep = true;
    if (this.isTooDeep || token === null || token === undefined) return undefined;
    switch (token.type) {
      case 'block-map':
        return { kind: 'map', entries: this.#entries(token.items, depth) };
      case 'block-seq':
        return { kind: 'list', items: this.#items(token.items, depth) };
      case 'flow-collection':
        return token.start.type === 'flow-map-start'
          ? { kind: 'map', entries: this.#entries(token.items, depth) }
          : { kind: 'list', items: this.#items(token.items, depth) };
      case 'alias':
        return this.#anchors.get(token.source.slice(1));
      default: {
        const scalar = scalarOf(token);
        const anchor = before.findLast(({ type }) => type === 'anchor');
        if (scalar !== undefined && anchor !== undefined) this.#anchors.set(anchor.source.slice(1), scalar);
        return scalar;
      }
    }
  }

  #entries(items: readonly CST.CollectionItem[], depth: number): MapEntry[] {
    return items.flatMap(({ key, sep, value }) => {
      const name = keyOf(key);
      const node = this.node(value, sep ?? [], depth + 1);
      return node === undefined ? [] : [{ key: name, node }];
    });
  }

  /** Of a list; in flow style an item may be a pair, which is a mapping of one. */
  #items(items: readonly CST.CollectionItem[], depth: number): DocumentNode[] {
    return items.flatMap((item) => {
      if (item.key !== undefined || item.sep !== undefined)
        return [{ kind: 'map', entries: this.#entries([item], depth + 1) } satisfies DocumentNode];
      const node = this.node(item.value, item.start, depth + 1);
      return node === undefined ? [] : [node];
    });
  }
}

function keyOf(token: Token): string {
  const scalar = token === null || token === undefined ? undefined : scalarOf(token);
  return scalar?.text ?? '';
}

function scalarOf(token: CST.Token): ScalarNode | undefined {
  switch (token.type) {
    case 'scalar':
    case 'single-quoted-scalar':
      return flowScalar(token);
    case 'double-quoted-scalar':
      return doubleScalar(token);
    case 'block-scalar':
      return blockScalar(token);
    default:
      return undefined;
  }
}
