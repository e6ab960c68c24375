/*
 * YAML read by its library's concrete syntax, which keeps the place of each token and stops at no fault: what is masked in a document that its own reader
 * would refuse is masked all the same.
 */
import { type CST, Parser } from 'yaml';
import { type DocumentNode, type ListNode, type MapEntry, plainScalar, type ScalarNode } from './document-node.ts';
import { nestingMax } from './json-document.ts';
import { blockScalar, doubleScalar, flowScalar } from './yaml-scalar.ts';

/**
 * Limit: how much of a stream of YAML is taken apart, since its library reads about a megabyte in a second. What comes behind it is masked as the text that it is, by
 * what its values look like; a document there that says it is a Secret is masked whole.
 */
export const yamlBytesMax = 128 * 1024;

/**
 * The documents of a stream of YAML, as one list; undefined where there is no mapping and no list in it, or where it is nested too deep. A document that is
 * not wanted is empty in it.
 */
export function yamlDocument(source: string, isWanted: (document: string) => boolean): ListNode | undefined {
  const items: DocumentNode[] = [];
  let bytesLeft = yamlBytesMax;
  for (const { start, end } of documentsIn(source)) {
    const text = source.slice(start, end);
    const isRead = isWanted(text);
    if (isRead) bytesLeft -= text.length;
    const node = !isRead ? undefined : bytesLeft < 0 ? tooLarge(text, start) : documentOf(text, start);
    items.push(node ?? nothing);
  }
  return items.every((item) => item === nothing) ? undefined : { kind: 'list', items };
}

const nothing: ListNode = { kind: 'list', items: [] };

/** Where the documents of a stream are: a line that begins with `---` ends one wherever it stands. Source: YAML 1.2, 9.1.2 */
function documentsIn(source: string): readonly { readonly start: number; readonly end: number }[] {
  const borders = [...source.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index);
  if (borders[0] !== 0) borders.unshift(0);
  return borders.map((start, index) => ({ start, end: borders[index + 1] ?? source.length }));
}

function documentOf(text: string, base: number): DocumentNode | undefined {
  const reader = new Reader(base);
  let found: DocumentNode | undefined;
  for (const token of tokensOf(text)) {
    const node = token.type === 'document' ? reader.node(token.value, token.start, 0) : undefined;
    if (node !== undefined && node.kind !== 'scalar') found ??= node;
  }
  return reader.isTooDeep ? undefined : found;
}

/** A Secret that is not taken apart, as one whose only value is all of it. */
function tooLarge(text: string, start: number): DocumentNode | undefined {
  if (!/^\s*["']?kind["']?\s*:\s*["']?Secret\b/m.test(text)) return undefined;
  const [, before = '', content = ''] = /^(---[^\n]*\n)?([\s\S]*)$/.exec(text) ?? [];
  const whole = (mask: string) => `# too large to be looked into\n${JSON.stringify(mask)}\n`;
  const kind = plainScalar('Secret', start, { whole, part: whole });
  const all = plainScalar(content, start + before.length, { whole, part: whole });
  const entries = [
    { key: 'kind', node: kind },
    { key: 'stringData', node: all },
  ];
  return { kind: 'map', entries };
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
  readonly #base: number;

  /** `base`: where the document begins. */
  constructor(base: number) {
    this.#base = base;
  }

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
        const scalar = scalarOf(token, this.#base);
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
  const scalar = token === null || token === undefined ? undefined : scalarOf(token, 0);
  return scalar?.text ?? '';
}

function scalarOf(token: CST.Token, base: number): ScalarNode | undefined {
  switch (token.type) {
    case 'scalar':
    case 'single-quoted-scalar':
      return flowScalar(token, base);
    case 'double-quoted-scalar':
      return doubleScalar(token, base);
    case 'block-scalar':
      return blockScalar(token, base);
    default:
      return undefined;
  }
}
