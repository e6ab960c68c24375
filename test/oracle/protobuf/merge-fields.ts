type Row = readonly [number: number, key: string, type: string, shape: string];

/** What the program of this folder prints of one release. */
interface FieldTable {
  readonly version: string;
  readonly kinds: Readonly<Record<string, string>>;
  readonly messages: Readonly<Record<string, readonly Row[]>>;
}

/**
 * The table of several releases, oldest first, as protobuf-fields.json has it: every kind and field that any of them knows, in the order of the
 * newest that has them. A field that two releases read two ways cannot be in one table, and is an error.
 */
export function mergedFields(printed: readonly string[]): string {
  const tables = printed.map((text) => JSON.parse(text) as FieldTable);
  const kinds = new Map<string, string>();
  const messages = new Map<string, readonly Row[]>();
  for (const table of tables.toReversed()) {
    for (const [kind, message] of Object.entries(table.kinds)) {
      if ((kinds.get(kind) ?? message) !== message) throw new Error(`${kind} is another message in ${table.version}`);
      kinds.set(kind, message);
    }
    for (const [name, rows] of Object.entries(table.messages)) {
      messages.set(name, merged(`${name} of ${table.version}`, messages.get(name), rows));
    }
  }
  const versions = JSON.stringify(tables.map(({ version }) => version));
  return `{\n"versions": ${versions},\n"kinds": {\n${lines(kinds)}},\n"messages": {\n${lines(messages)}}\n}\n`;
}

function merged(what: string, newer: readonly Row[] | undefined, older: readonly Row[]): readonly Row[] {
  if (newer === undefined) return older;
  const gone: Row[] = [];
  for (const row of older) {
    const same = newer.find(([number, key]) => number === row[0] || key === row[1]);
    if (same === undefined) gone.push(leftOutWhereUnset(row));
    else if (same.join() !== row.join())
      throw new Error(`${what} has field ${row.join(' ')}, a newer one ${same.join(' ')}`);
  }
  return [...newer, ...gone];
}

/** A field that newer releases have not: nothing is said of it where it is not set. */
function leftOutWhereUnset([number, key, type, shape]: Row): Row {
  return [number, key, type, shape.startsWith('?') || shape === 'inline' ? shape : `?${shape}`];
}

function lines(values: ReadonlyMap<string, unknown>): string {
  const sorted = [...values].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted
    .map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(',\n')
    .concat('\n');
}
