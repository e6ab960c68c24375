/*
 * YAML read by its library's concrete syntax, which keeps the place of each token and stops at no fault: what is masked in a document that its own reader
 * would refuse is masked all the same.
 */
import { type CST, Parser } from 'yaml';
import {
  type DocumentNode,
  type ListNode,
  type MapEntry,
  type MapNode,
  plainScalar,
  type ScalarNode,
} from './document-node.ts';
import { INSIDE_LIMITS } from './inside-limits.ts';
import { byteOrderMark } from './json-document.ts';
import { blockScalar, doubleScalar, flowScalar } from './yaml-scalar.ts';

/**
 * The documents of a stream of YAML, as one list; undefined where there is no mapping and no list in it. A document that is not wanted is empty in it; one that is nested
 * too deep to be read, or whose aliases say too much, is one secret value.
 */
export function yamlDocument(source: string, isWanted: (document: string) => boolean): ListNode | undefined {
  // A carriage return alone ends a line for Go's reader, and not for this one. Source: YAML 1.2, 5.4
  const read = source.replaceAll(/\r(?!\n)/g, '\n');
  const items: DocumentNode[] = [];
  let bytesLeft = INSIDE_LIMITS.yamlBytesMax;
  for (const { start, end } of documentsIn(read)) {
    const text = read.slice(start, end);
    const isRead = isWanted(text);
    if (isRead) bytesLeft -= text.length;
    const nodes = !isRead ? [] : bytesLeft >= 0 ? documentsOf(text, start) : unreadDocument(text, start);
    items.push(...(nodes.length === 0 ? [nothing] : nodes));
  }
  return items.every((item) => item === nothing) ? undefined : { kind: 'list', items };
}

const nothing: ListNode = { kind: 'list', items: [] };

/** Where the documents of a stream are: a line that begins with `---` ends one wherever it stands. Source: YAML 1.2, 9.1.2 */
function documentsIn(source: string): readonly { readonly start: number; readonly end: number }[] {
  const first = source.startsWith(byteOrderMark) ? byteOrderMark.length : 0;
  const borders = [...source.matchAll(/^---(?=\s|$)/gm)].map(({ index }) => index);
  if (borders[0] !== first) borders.unshift(first);
  return borders.map((start, index) => ({ start, end: borders[index + 1] ?? source.length }));
}

/** The documents in a text that no line of `---` parts, mostly one; `...` ends one as well. What is too deep, or says itself too often, is one value. */
function documentsOf(text: string, base: number): readonly DocumentNode[] {
  const tokens = tokensOf(text);
  if (tokens === undefined) return [whole(text, base)];
  const found: DocumentNode[] = [];
  for (const token of tokens) {
    if (token.type !== 'document') continue;
    const reader = new Reader(base);
    const node = reader.node(token.value, token.start, 0);
    if (reader.isTooLarge) return [whole(text, base)];
    if (node !== undefined && node.kind !== 'scalar') found.push(node);
  }
  return found;
}

/** All of a document that is not taken apart, as one value that is secret. */
function whole(text: string, start: number): DocumentNode {
  const [, before = '', content = ''] = /^(---[^\n]*\n)?([\s\S]*)$/.exec(text) ?? [];
  const written = (mask: string) => `# too large to be looked into\n${JSON.stringify(mask)}\n`;
  const scalar = (said: string, at: number) => plainScalar(said, at, { whole: written, part: written });
  const entries = [
    { key: 'kind', node: scalar('Secret', start) },
    { key: 'stringData', node: scalar(content, start + before.length) },
  ];
  return { kind: 'map', entries };
}

/** A text that is not taken apart, as one secret value where it may be a Secret; else none, and its values are known by their look alone. */
export function unreadDocument(text: string, start = 0): readonly DocumentNode[] {
  return maySaySecret(text) ? [whole(text, start)] : [];
}

/**
 * Whether a document that is too large to be taken apart may be a Secret: it says so somewhere, in whatever style and with whatever escapes, or says its kind by an alias.
 */
function maySaySecret(text: string): boolean {
  const said = text.includes('\\') ? text.replaceAll(escaped, (_, x, u, U) => characterOf(x ?? u ?? U)) : text;
  return (
    /\bkind["']?[ \t]*:\s*(?:[*]|(?:[&!]\S{0,128}\s+){0,8}(?:[|>][-+0-9]*\s+)?["']?Secret\b)/.test(said) ||
    /(?:^|[\s{,])[*]\S{1,128}[ \t]*:\s*["']?Secret\b/.test(said)
  );
}

const escaped = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g;

function characterOf(hex: string): string {
  const code = Number.parseInt(hex, 16);
  return code < 0x80 ? String.fromCharCode(code) : ' ';
}

/** The library leaves nested blocks by recursion: what is nested some thousands deep is too deep for it as well. */
function tokensOf(source: string): readonly CST.Token[] | undefined {
  try {
    return [...new Parser().parse(source)];
  } catch (thrown) {
    if (thrown instanceof RangeError) return undefined;
    throw thrown;
  }
}

type Token = CST.Token | null | undefined;

class Reader {
  /** Nested too deep, or its aliases and merges say too much. */
  isTooLarge = false;
  /** Nodes by their anchors: an alias says the same once more, and what is masked in it is masked where it was written. */
  readonly #anchors = new Map<string, DocumentNode>();
  /** How many nodes are in each that may be named, with all that it names itself. */
  readonly #sizes = new Map<DocumentNode, number>();
  #repeated = 0;
  readonly #base: number;

  /** `base`: where the document begins. */
  constructor(base: number) {
    this.#base = base;
  }

  node(token: Token, before: readonly CST.SourceToken[], depth: number): DocumentNode | undefined {
    if (depth > INSIDE_LIMITS.nestingMax) this.isTooLarge = true;
    if (this.isTooLarge || token === null || token === undefined) return undefined;
    const node = this.#read(token, depth);
    if (node !== undefined && token.type !== 'alias') this.#name(node, before);
    return node;
  }

  #read(token: CST.Token, depth: number): DocumentNode | undefined {
    switch (token.type) {
      case 'block-map':
        return this.#map(token.items, depth);
      case 'block-seq':
        return this.#list(token.items, depth);
      case 'flow-collection':
        return token.start.type === 'flow-map-start' ? this.#map(token.items, depth) : this.#list(token.items, depth);
      case 'alias':
        return this.#again(this.#anchors.get(token.source.slice(1)));
      default:
        return scalarOf(token, this.#base);
    }
  }

  #name(node: DocumentNode, before: readonly CST.SourceToken[]): void {
    const anchor = before.findLast(({ type }) => type === 'anchor');
    if (anchor !== undefined) this.#anchors.set(anchor.source.slice(1), node);
  }

  /** What an alias or a merge says once more. */
  #again<Node extends DocumentNode>(node: Node | undefined): Node | undefined {
    if (node === undefined) return undefined;
    this.#repeated += this.#sizes.get(node) ?? 1;
    if (this.#repeated > INSIDE_LIMITS.repeatedMax) this.isTooLarge = true;
    return this.isTooLarge ? undefined : node;
  }

  #map(items: readonly CST.CollectionItem[], depth: number): MapNode {
    const map: MapNode = { kind: 'map', entries: this.#entries(items, depth) };
    this.#sizes.set(map, this.#sizeOf(map.entries.map(({ node }) => node)));
    return map;
  }

  #sizeOf(nodes: readonly DocumentNode[]): number {
    return nodes.reduce((sum, node) => sum + (this.#sizes.get(node) ?? 1), 1);
  }

  /** Its own, and those of the mappings that are merged into it (`<<`), whose keys may stand there twice. */
  #entries(items: readonly CST.CollectionItem[], depth: number): MapEntry[] {
    return items.flatMap(({ start, key, sep, value }) => {
      const name = this.#key(key, start);
      const node = this.node(value, sep ?? [], depth + 1);
      if (node === undefined) return [];
      return name === '<<' ? this.#merged(node) : [{ key: name, node }];
    });
  }

  #merged(node: DocumentNode): readonly MapEntry[] {
    switch (node.kind) {
      case 'map':
        return this.#again(node)?.entries ?? [];
      case 'list':
        return node.items.flatMap((item) => this.#merged(item));
      case 'scalar':
        return [{ key: '<<', node }];
    }
  }

  /** What a key says, by an alias too; an escape that is none says what stands behind its backslash. */
  #key(token: Token, before: readonly CST.SourceToken[]): string {
    if (token === null || token === undefined) return '';
    const node = token.type === 'alias' ? this.#anchors.get(token.source.slice(1)) : scalarOf(token, this.#base);
    if (node?.kind !== 'scalar') return '';
    if (token.type !== 'alias') this.#name(node, before);
    return node.text;
  }

  /** In flow style an item of a list may be a pair, which is a mapping of one. */
  #list(items: readonly CST.CollectionItem[], depth: number): ListNode {
    const nodes = items.flatMap((item) => {
      if (item.key !== undefined || item.sep !== undefined) return [this.#map([item], depth + 1)];
      const node = this.node(item.value, item.start, depth + 1);
      return node === undefined ? [] : [node];
    });
    const list: ListNode = { kind: 'list', items: nodes };
    this.#sizes.set(list, this.#sizeOf(nodes));
    return list;
  }
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
