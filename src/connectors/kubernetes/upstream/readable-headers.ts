import { Refusal } from '../../../model/refusal.ts';
import type { Headers } from '../../../model/request.ts';
import { remembered } from '../../../std/remembered.ts';
import type { Reads } from '../../connector.ts';

const anything: ReadonlySet<string> = new Set(['*/*', 'application/*']);

/**
 * The headers with which a reply is asked for that can be looked into: JSON, tables among it where they may be, as it is or packed by gzip. Of what the caller accepts
 * nothing is added, so it can read what it gets.
 *
 * @throws {Refusal} ENCODING_NOT_ACCEPTABLE the caller accepts no JSON; nothing is sent
 * Source: RFC 9110, 12.5.1
 */
export function readableHeaders(headers: Headers, reads: Exclude<Reads, 'nothing'>): Headers {
  const { isAny, json } = acceptedIn((headers.get('accept') ?? []).join());
  const readable = reads === 'objects' ? json : json.filter((one) => !/;as=table(?:;|$)/i.test(one));
  if (readable.length === 0 && isAny)
    throw new Refusal(
      'ENCODING_NOT_ACCEPTABLE',
      json.length > 0
        ? 'a table’s cells do not say which of their values must be masked'
        : 'secret values can be masked in JSON alone, which is not accepted',
      { advice: 'accept `application/json` as well' },
    );
  const reduced = new Map(headers);
  // What gzip packs is opened and packed again; no other encoding is.
  const takesGzip = acceptsGzip((headers.get('accept-encoding') ?? []).join());
  if (takesGzip) reduced.set('accept-encoding', ['gzip']);
  else reduced.delete('accept-encoding');
  return reduced.set('accept', [readable.length === 0 ? 'application/json' : readable.join(',')]);
}

/** What of it is JSON, each once; and whether anything is accepted by name. */
const acceptedIn = remembered((accept: string) => {
  const ranges = accept.split(',').map((one) => one.trim());
  const named = ranges.filter((one) => one !== '');
  return { isAny: named.length > 0, json: [...new Set(named.map(asJson))].filter((one) => one !== undefined) };
});

const acceptsGzip = remembered((encodings: string) => encodings.split(',').some(isGzip));

function isGzip(range: string): boolean {
  const [name = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
  return name === 'gzip' && !parameters.some((parameter) => /^q=0(\.0{0,3})?$/.test(parameter));
}

function asJson(range: string): string | undefined {
  const [type = '', ...parameters] = range.split(';').map((part) => part.trim());
  if (parameters.some((parameter) => /^q=0(\.0{0,3})?$/i.test(parameter))) return undefined;
  const name = type.toLowerCase();
  if (name === 'application/json') return [name, ...parameters].join(';');
  return anything.has(name) ? ['application/json', ...parameters].join(';') : undefined;
}
