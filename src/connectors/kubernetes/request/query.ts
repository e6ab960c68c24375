import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';
import { QUERY_LIMITS } from './query-limits.ts';

/** Query parameters, decoded: each key with its values in the order given. */
export type Query = ReadonlyMap<string, readonly string[]>;

const EMPTY: Query = new Map();

/**
 * The parameters of a query, as Go's `url.ParseQuery` reads them: `&` separates, `+` is a space, a key without `=` has the empty value.
 *
 * What Go would drop in silence is refused: a `;` (a separator to some readers), an escape that is none. So are an escape that is not
 * UTF-8, NUL, and what must be encoded and is not.
 *
 * @throws {Refusal} REQUEST_MALFORMED; QUERY_AMBIGUOUS a semicolon; CREDENTIALS_AMBIGUOUS a token in the query
 * Source: https://pkg.go.dev/net/url#ParseQuery
 */
export function parseQuery(raw: string): Query {
  if (raw === '') return EMPTY;
  refuseCharacters(raw);
  const query = new Map<string, string[]>();
  let pairs = 0;
  for (const pair of raw.split('&')) {
    if (pair === '') continue;
    if (++pairs > QUERY_LIMITS.parametersMax)
      throw new Refusal('URI_TOO_LONG', `the query has more than ${QUERY_LIMITS.parametersMax} parameters`);
    const equals = pair.indexOf('=');
    const key = decode(equals === -1 ? pair : pair.slice(0, equals));
    const value = equals === -1 ? '' : decode(pair.slice(equals + 1));
    const values = query.get(key);
    if (values === undefined) query.set(key, [value]);
    else values.push(value);
  }
  if (query.has('access_token')) {
    throw new Refusal('CREDENTIALS_AMBIGUOUS', 'a token in the query is not taken, and would be recorded', {
      advice: 'send it in the Authorization header',
    });
  }
  return query;
}

function refuseCharacters(raw: string): void {
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code <= 0x20 || code >= 0x7f) throw malformed('the query has a character that must be encoded', raw);
    if (code === 0x23) throw malformed('the query has a fragment', raw);
    if (code === 0x3b)
      throw new Refusal(
        'QUERY_AMBIGUOUS',
        'the query has a semicolon, which some readers take for `&`: encode it as `%3B`',
      );
  }
}

function decode(raw: string): string {
  const spaced = raw.includes('+') ? raw.replaceAll('+', ' ') : raw;
  if (!spaced.includes('%')) return spaced;
  let decoded: string;
  try {
    decoded = decodeURIComponent(spaced);
  } catch {
    throw malformed('the query has an escape that is not UTF-8', raw);
  }
  if (decoded.includes('\0')) throw malformed('the query has an encoded NUL', raw);
  return decoded;
}

function malformed(sentence: string, part: string): Refusal {
  return new Refusal('REQUEST_MALFORMED', `${sentence}: \`${printable(part)}\``);
}
