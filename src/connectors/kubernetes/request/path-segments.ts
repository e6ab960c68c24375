import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';

/** A path as the API server has it. */
export interface DecodedPath {
  /** Decoded once, a slash at its end kept. */
  readonly path: string;
  /** Decoded once each; none is empty, but for those behind a proxy subresource. */
  readonly segments: readonly string[];
}

const SLASH = 0x2f;
const PERCENT = 0x25;
const BACKSLASH = 0x5c;
const HASH = 0x23;

/**
 * The segments of a request path, and the path itself, each segment decoded once; a path that two readers could read two ways is
 * refused.
 *
 * What is decided on must be what is forwarded, so nothing is cleaned up here: an empty segment inside, `.`, `..`, a backslash, a
 * fragment, raw non-ASCII, an escape that is not UTF-8, and an encoded slash, percent, backslash or control character are refused. One slash
 * at the end is kept, and an escape that means one thing only is decoded: clients send `system%3Anode` for `system:node`. Behind a proxy subresource the path is
 * another program's, and empty segments are its own; those at the end are no segments, as for the API server.
 *
 * @throws {Refusal} REQUEST_MALFORMED
 * Source: path segment names, https://kubernetes.io/docs/concepts/overview/working-with-objects/names/
 */
export function pathSegments(raw: string): DecodedPath {
  if (raw.charCodeAt(0) !== SLASH) throw malformed('the request target is not a path: it begins with', raw);
  const isEscaped = hasEscape(raw);
  if (raw.length === 1) return { path: raw, segments: [] };
  let end = raw.length;
  while (end > 1 && raw.charCodeAt(end - 1) === SLASH) end--;
  const segments = raw.slice(1, end).split('/');
  if (isEscaped) for (let i = 0; i < segments.length; i++) segments[i] = decodeSegment(segments[i] as string);
  for (const segment of segments)
    if (segment === '.' || segment === '..') throw malformed('the path has the dot segment', segment);
  return { path: isEscaped ? `/${segments.join('/')}${raw.slice(end)}` : raw, segments };
}

/** Whether there is a percent sign; refuses by the way what may not be in a path as it stands. */
function hasEscape(raw: string): boolean {
  let isEscaped = false;
  let before = 0;
  for (let i = 0; i < raw.length; i++) {
    const code = raw.charCodeAt(i);
    if (code === SLASH && before === SLASH && !isBehindProxy(raw, i))
      throw malformed('the path has an empty segment:', raw);
    if (code <= 0x20 || code >= 0x7f) throw malformed('the path has a character that must be encoded:', raw);
    if (code === BACKSLASH) throw malformed('the path has a backslash:', raw);
    if (code === HASH) throw malformed('the path has a fragment:', raw);
    if (code === PERCENT) isEscaped = true;
    before = code;
  }
  return isEscaped;
}

/** Security: in just these bytes, so that nothing before it can be read another way. */
const PROXY = /^\/api\/v1\/(?:namespaces\/[^/]+\/(?:pods|services)|nodes)\/[^/]+\/proxy\//;

function isBehindProxy(raw: string, at: number): boolean {
  const proxy = PROXY.exec(raw);
  return proxy !== null && at >= proxy[0].length;
}

// Security: removing a line here lets through a path that is judged as one thing and executed as another (T11).
function decodeSegment(raw: string): string {
  if (!raw.includes('%')) return raw;
  const segment = decodeUtf8(raw);
  for (let i = 0; i < segment.length; i++) {
    const code = segment.charCodeAt(i);
    if (code === SLASH) throw malformed('the path has an encoded slash in', raw);
    if (code === PERCENT)
      throw malformed('the path has an encoded percent sign, so that decoding it again would change it, in', raw);
    if (code === BACKSLASH) throw malformed('the path has an encoded backslash in', raw);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
      throw malformed('the path has an encoded control character in', raw);
  }
  return segment;
}

function decodeUtf8(raw: string): string {
  try {
    return decodeURIComponent(raw);
  } catch {
    throw malformed('the path has an escape that is not UTF-8 in', raw);
  }
}

function malformed(sentence: string, part: string): Refusal {
  return new Refusal('REQUEST_MALFORMED', `${sentence} \`${printable(part)}\``);
}
