import { remembered } from './remembered.ts';

/**
 * The headers of one connection, which are never passed on to the next, beside those that `Connection` names.
 *
 * Source: RFC 9110, section 7.6.1; `proxy-authenticate` and the like are of the connection to a proxy, which the gateway is not.
 */
const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
]);

/**
 * Whether a header ends at this hop. `connectionNames` are the lower-case names that the message's own `Connection` header lists.
 */
export function isHopByHop(lowerCaseName: string, connectionNames: ReadonlySet<string>): boolean {
  return HOP_BY_HOP.has(lowerCaseName) || connectionNames.has(lowerCaseName);
}

const NONE: ReadonlySet<string> = new Set();

/** The lower-case names that the values of `Connection` list. */
export function connectionNames(values: readonly string[] | undefined): ReadonlySet<string> {
  if (values === undefined) return NONE;
  return values.length === 1 ? namesIn(values[0] as string) : new Set(values.flatMap((value) => [...namesIn(value)]));
}

const namesIn = remembered((value: string): ReadonlySet<string> => {
  const names = value.split(',').map((name) => name.trim().toLowerCase());
  return new Set(names.filter((name) => name !== ''));
});

/** Names and values in turn, without those that end at this hop. */
export function withoutHopByHop(headers: readonly string[]): string[] {
  let named = NONE;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (name.length === 10 && name.toLowerCase() === 'connection') {
      named = new Set([...named, ...connectionNames([headers[i + 1] as string])]);
    }
  }
  const kept: string[] = [];
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    if (!isHopByHop(name.toLowerCase(), named)) kept.push(name, headers[i + 1] as string);
  }
  return kept;
}
