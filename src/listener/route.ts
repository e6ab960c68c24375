/*
 * Which target a request is for: by the path prefix `/k8s/<target>`, by host name, or by a port of the target's own.
 *
 * Bytes are compared, nothing is decoded: what is behind the prefix is handed on as it came, and a prefix that is written in any other way
 * leads to no target. What leads to no target is still served, so that its caller is authenticated before it hears so.
 */

/** Where targets are found on one port. */
export interface Routes {
  /** Every request of this port is for this target; the other two are not looked at. */
  readonly portTarget: string | undefined;
  /** Names that may stand in `/k8s/<name>/…`. */
  readonly pathTargets: Pick<ReadonlySet<string>, 'has'>;
  /** Lower-case host names, each with its target. */
  readonly hostTargets: ReadonlyMap<string, string>;
}

/** Where a request came in. */
export interface Arrival {
  /** The request target as received. */
  readonly uri: string;
  /** `Host` or `:authority` as received. */
  readonly authority: string | undefined;
  /** The name in the TLS handshake. */
  readonly serverName: string | undefined;
}

/** A target, and the request target behind its prefix. Without a target, the request target is whole. */
export interface Route {
  readonly target: string | undefined;
  /** What stood before the request target: `/k8s/<target>`, or nothing. */
  readonly prefix: string;
  readonly uri: string;
}

const PATH_PREFIX = '/k8s/';

/**
 * The target of a request. `undefined` where there is none, and where the host name and the name in the TLS handshake lead to different
 * targets: one of the two was then not meant for this one.
 */
export function routeOf(routes: Routes, { uri, authority, serverName }: Arrival): Route {
  if (routes.portTarget !== undefined) return { target: routes.portTarget, prefix: '', uri };
  if (routes.hostTargets.size > 0) {
    const byHost = routes.hostTargets.get(hostName(authority));
    const byServerName = serverName === undefined ? byHost : routes.hostTargets.get(serverName.toLowerCase());
    if (byHost !== byServerName) return { target: undefined, prefix: '', uri };
    if (byHost !== undefined) return { target: byHost, prefix: '', uri };
  }
  if (!uri.startsWith(PATH_PREFIX)) return { target: undefined, prefix: '', uri };
  const end = nameEnd(uri);
  const target = uri.slice(PATH_PREFIX.length, end);
  return routes.pathTargets.has(target)
    ? { target, prefix: uri.slice(0, end), uri: uri.slice(end) }
    : { target: undefined, prefix: '', uri };
}

function nameEnd(uri: string): number {
  for (let i = PATH_PREFIX.length; i < uri.length; i++) {
    if (uri[i] === '/' || uri[i] === '?') return i;
  }
  return uri.length;
}

function hostName(authority: string | undefined): string {
  return authority === undefined ? '' : authority.toLowerCase().replace(/:\d+$/, '');
}
