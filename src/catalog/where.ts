import type { ExchangeFilter, Viewer } from '../recording/found.ts';

/** A condition in SQL over the table `exchange`, and its values in order. */
export interface Where {
  readonly sql: string;
  readonly values: readonly (string | number)[];
}

/** What the viewer may see. Security: what is neither their own nor in a place that a role reaches is not there for them. */
export function visibleTo({ own, reach }: Viewer): Where {
  const ways: Where[] = reach.map(({ targets, namespaces }) => {
    const places = [anyOf('target', targets), anyOf('namespace', namespaces)].filter((part) => part !== undefined);
    return { sql: places.length === 0 ? '1' : allOf(places).sql, values: places.flatMap(({ values }) => values) };
  });
  if (own !== undefined) {
    const { subject, issuer, token, actors } = own;
    const ofCaller: Where = { sql: 'subject = ? AND issuer = ?', values: [subject, issuer] };
    // As `isOwn` has it. Security: a program of somebody's, and whoever acts for them, sees what itself did, and nothing else of theirs.
    const isActing = token !== undefined || actors !== undefined;
    const acting = [isOne('token', token), isOne('actors', actors && JSON.stringify(actors))];
    ways.push(allOf([ofCaller, ...(isActing ? acting : [])]));
  }
  if (ways.length === 0) return { sql: '0', values: [] };
  return { sql: `(${ways.map(({ sql }) => sql).join(' OR ')})`, values: ways.flatMap(({ values }) => values) };
}

/** What is asked for, but for its text. */
export function matching(filter: ExchangeFilter): Where {
  const parts: Where[] = [];
  for (const column of EQUAL) {
    const value = filter[column];
    if (value !== undefined) parts.push({ sql: `${column} = ?`, values: [value] });
  }
  if (filter.grant !== undefined) parts.push({ sql: 'grantId = ?', values: [filter.grant] });
  if (filter.run !== undefined) parts.push({ sql: 'claimedSession = ?', values: [filter.run] });
  if (filter.command !== undefined) parts.push({ sql: 'claimedCommand = ?', values: [filter.command] });
  if (filter.sinceMs !== undefined) parts.push({ sql: 'at >= ?', values: [filter.sinceMs] });
  if (filter.untilMs !== undefined) parts.push({ sql: 'at < ?', values: [filter.untilMs] });
  return allOf(parts);
}

/** All of these. */
export function allOf(parts: readonly Where[]): Where {
  if (parts.length === 0) return { sql: '1', values: [] };
  return {
    sql: `(${parts.map(({ sql }) => sql).join(' AND ')})`,
    values: parts.flatMap(({ values }) => values),
  };
}

const EQUAL = [
  'session',
  'subject',
  'issuer',
  'target',
  'namespace',
  'apiGroup',
  'resource',
  'name',
  'verb',
  'decision',
  'rule',
  'outcome',
  'status',
  'code',
] as const;

/** What the words of a text ask of the index; undefined where there is none. */
export function matchOf(text: string | undefined): string | undefined {
  const words = (text ?? '').split(/\s+/).filter((word) => word !== '');
  return words.length === 0 ? undefined : words.map(quoted).join(' ');
}

/** Words as they are, whatever signs they hold. Source: https://www.sqlite.org/fts5.html, 3.1 */
function quoted(word: string): string {
  return `"${word.replaceAll('"', '""')}"`;
}

/** That a column has just this; undefined: nothing. */
function isOne(column: 'token' | 'actors', value: string | undefined): Where {
  return value === undefined ? { sql: `${column} IS NULL`, values: [] } : { sql: `${column} = ?`, values: [value] };
}

/** As roles have it: what is in no namespace is reached only by a role that names none. */
function anyOf(column: 'target' | 'namespace', patterns: readonly string[] | undefined): Where | undefined {
  if (patterns === undefined) return undefined;
  const is = patterns.length === 0 ? '0' : patterns.map(() => `${column} GLOB ?`).join(' OR ');
  return {
    sql: column === 'namespace' ? `(namespace <> '' AND (${is}))` : `(${is})`,
    values: patterns.map((pattern) => pattern.replaceAll('[', '[[]').replaceAll('?', '[?]')),
  };
}
