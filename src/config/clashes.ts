/*
 * What is right by itself and wrong beside another entry: names, host names and ports that stand twice, issuers that could mint each other's
 * subjects. It is looked for in the document as it was written and not in the parsed value: a schema tells nothing across entries once
 * one of them has the wrong type, and whoever mended that would be told of the rest only then.
 */
import { type Finding, findingAt, formatPath, type Located } from './finding.ts';
import { stringsAt, type ValueAt, valuesAt } from './values-at.ts';

/** Every entry of the configuration that clashes with one before it. */
export function clashes(located: Located, document: unknown): readonly Finding[] {
  const twice = [
    'issuers.*.name',
    'issuers.*.url',
    'targets.*.name',
    'notifiers.*.name',
    'journal.receivers.*.name',
    'journal.places.*.name',
  ].flatMap((key) =>
    repeated(stringsAt(document, key)).map(({ path, value }) =>
      findingAt(located, path, `\`${String(value)}\` stands here twice`),
    ),
  );
  const hosts = repeated(stringsAt(document, 'targets.*.hostNames.*')).map(({ path, value }) =>
    findingAt(located, path, `\`${String(value)}\` stands here twice; a host name leads to one target`),
  );
  return [
    ...twice,
    ...hosts,
    ...samePeople(located, document),
    ...mintable(located, document),
    ...samePorts(located, document),
  ];
}

function repeated<Entry extends ValueAt>(entries: readonly Entry[]): readonly Entry[] {
  return entries.filter((entry, i) => entries.slice(0, i).some(({ value }) => value === entry.value));
}

/** Security: who presses a button is one person; of two entries the last would answer, and who reads the file sees the first. */
function samePeople(located: Located, document: unknown): readonly Finding[] {
  const ids = Map.groupBy(stringsAt(document, 'notifiers.*.people.*.id'), ({ path }) => path[1]);
  return [...ids.values()]
    .flatMap((ofOne) => repeated(ofOne))
    .map(({ path, value }) => findingAt(located, path, `\`${value}\` stands here twice; an id is one person’s`));
}

/** Security: a prefix that begins with another's lets that other's issuer mint subjects of this one. */
function mintable(located: Located, document: unknown): readonly Finding[] {
  const issuers = valuesAt(document, 'issuers.*').map(({ value, path }) => ({
    path,
    name: stringsAt(value, 'name')[0]?.value ?? '',
    prefix: stringsAt(value, 'subject.prefix')[0]?.value ?? '',
  }));
  return issuers.flatMap(({ path, prefix }, i) => {
    const other = issuers.find((before, j) => j < i && overlaps(before.prefix, prefix));
    return other === undefined
      ? []
      : [
          findingAt(
            located,
            [...path, 'subject'],
            `issuer \`${other.name}\` could mint subjects of this one: expected subject prefixes of which none begins with another`,
          ),
        ];
  });
}

function overlaps(a: string, b: string): boolean {
  return a.startsWith(b) || b.startsWith(a);
}

const EVERY_ADDRESS: readonly unknown[] = ['0.0.0.0', '::'];

/** One program listens on a port; 0 stands for whatever port is free. */
function samePorts(located: Located, document: unknown): readonly Finding[] {
  const written = (key: string) => valuesAt(document, key)[0];
  const address = written('listen.address')?.value ?? '127.0.0.1';
  const ports = [
    { path: ['listen', 'port'], value: written('listen.port')?.value ?? 8443, address },
    {
      path: ['private', 'port'],
      value: written('private.port')?.value ?? 9090,
      address: written('private.address')?.value ?? '127.0.0.1',
    },
    ...valuesAt(document, 'console.port').map((port) => ({
      ...port,
      address: written('console.address')?.value ?? '127.0.0.1',
    })),
    ...valuesAt(document, 'targets.*.port').map((port) => ({ ...port, address })),
  ];
  return ports.flatMap((port, i) => {
    const other = ports.find(
      (before, j) => j < i && port.value !== 0 && before.value === port.value && meet(before, port),
    );
    return other === undefined
      ? []
      : [findingAt(located, port.path, `port ${String(port.value)} is \`${formatPath(other.path)}\` already`)];
  });
}

function meet(a: { readonly address: unknown }, b: { readonly address: unknown }): boolean {
  return a.address === b.address || EVERY_ADDRESS.includes(a.address) || EVERY_ADDRESS.includes(b.address);
}
