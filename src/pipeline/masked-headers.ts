import type { KnownValues } from '../masking/text/known-values.ts';
import type { Permit } from '../model/permit.ts';
import type { Masking } from './masking.ts';
import { callersView } from './output-view.ts';

/**
 * The headers or trailers of a reply, names and values in turn, without the values that must be hidden: an admission webhook warns in words of its own, a reply may lead elsewhere, and a
 * server behind the API server says what it likes. The very same where nothing is masked. What an application behind a proxy says is its own.
 */
export function maskedHeaders(
  permit: Permit,
  headers: readonly string[],
  known: KnownValues | undefined,
  masking: Pick<Masking, 'rules' | 'openFor'>,
): readonly string[] {
  if (permit.operation.stream?.proxyPath !== undefined) return headers;
  let edited: string[] | undefined;
  for (let at = 0; at < headers.length; at += 2) {
    if (isPlain((headers[at] as string).toLowerCase())) continue;
    const before = headers[at + 1] as string;
    const editor = callersView(masking, permit, known)({ isTerminal: false, isBinary: false, isNeutralised: false });
    const value = Buffer.concat([editor.write(Buffer.from(before, 'latin1')), editor.end()]).toString('latin1');
    if (value === before) continue;
    edited ??= [...headers];
    edited[at + 1] = value;
  }
  return edited ?? headers;
}

/** Whether it says how a reply is to be read, when it was made, or by which rule of the API server's it was let in. */
function isPlain(name: string): boolean {
  return plain.has(name) || name.startsWith('sec-websocket-') || name.startsWith('x-kubernetes-pf-');
}

const plain: ReadonlySet<string> = new Set([
  ...['content-type', 'content-length', 'content-encoding', 'content-range', 'accept-ranges', 'date', 'expires'],
  ...['last-modified', 'cache-control', 'age', 'vary', 'retry-after', 'connection', 'upgrade', 'keep-alive', 'trailer'],
  ...['audit-id', 'x-stream-protocol-version', 'strict-transport-security', 'x-content-type-options'],
]);
