/** Whether a status is one whose `Location` a client may follow. */
function isPointing(status: number): boolean {
  return status === 201 || (status >= 300 && status < 400);
}

/**
 * The headers of a reply with `Location` as a path of the target: of a place at the server itself, its address and base path are left out, which callers do
 * not know and must not use. A place elsewhere, and one that is relative to the request, stay as they are; nothing is followed (T42).
 *
 * The API server answers so itself (`…/proxy` without its final slash), and passes on what is redirected behind its proxies.
 *
 * Source: `proxyRedirectsforRootPath`, https://github.com/kubernetes/apimachinery/blob/v0.35.4/pkg/util/proxy/upgradeaware.go
 */
export function ownLocation(
  status: number,
  headers: readonly string[],
  server: { readonly origin: string; readonly basePath: string },
): readonly string[] {
  if (!isPointing(status)) return headers;
  const at = headers.findIndex((name, i) => i % 2 === 0 && name.toLowerCase() === 'location');
  if (at === -1) return headers;
  const place = pathAt(headers[at + 1] as string, server);
  return place === undefined ? headers : headers.with(at + 1, place);
}

/** The path, query and fragment of a place at the server, below its base path, byte for byte. */
function pathAt(location: string, { origin, basePath }: { readonly origin: string; readonly basePath: string }) {
  const [, authority, path] = /^((?:https:)?\/\/[^/?#]*)?(\/.*)?$/i.exec(location) ?? [];
  if (path === undefined) return undefined;
  if (authority !== undefined && originOf(authority) !== origin) return undefined;
  const isBelow = path.startsWith(`${basePath}/`);
  return isBelow ? path.slice(basePath.length) : path;
}

function originOf(authority: string): string | undefined {
  const text = authority.startsWith('//') ? `https:${authority}` : authority;
  return URL.canParse(text) ? new URL(text).origin : undefined;
}
