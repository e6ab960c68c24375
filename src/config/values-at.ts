/** A value and where it stands in its document. */
export interface ValueAt {
  readonly path: readonly PropertyKey[];
  readonly value: unknown;
}

/** The values of a document at a key such as `targets.*.server.url`, in their order; works on what a schema would refuse as well. */
export function valuesAt(document: unknown, key: string): readonly ValueAt[] {
  let found: readonly ValueAt[] = [{ path: [], value: document }];
  for (const part of key.split('.')) {
    found = found.flatMap(({ path, value: node }) => {
      if (part === '*') return Array.isArray(node) ? node.map((value, i) => ({ path: [...path, i], value })) : [];
      if (typeof node !== 'object' || node === null || !Object.hasOwn(node, part)) return [];
      return [{ path: [...path, part], value: (node as Record<string, unknown>)[part] }];
    });
  }
  return found;
}

/** Those of them that are strings. */
export function stringsAt(document: unknown, key: string): readonly (ValueAt & { readonly value: string })[] {
  return valuesAt(document, key).filter(
    (entry): entry is ValueAt & { value: string } => typeof entry.value === 'string',
  );
}
