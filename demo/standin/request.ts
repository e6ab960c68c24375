/**
 * What a request asks, as the API server's RequestInfo has it: the path and the query as verb, group, version, resource, subresource,
 * namespace and name. The stand-in judges (RBAC) and dispatches by it.
 *
 * Source: k8s.io/apiserver pkg/endpoints/request/requestinfo.go
 */

export interface RequestInfo {
  readonly isResourceRequest: boolean;
  readonly path: string;
  readonly verb: string;
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly resource: string;
  readonly subresource: string;
  readonly name: string;
  readonly query: URLSearchParams;
}

const namespaceSubresources = ['status', 'finalize'];

/** Reads a request line. The path is taken as it is: nothing is cleaned up, each segment is decoded once. */
export function requestInfo(method: string, target: string): RequestInfo {
  const question = target.indexOf('?');
  const path = question < 0 ? target : target.slice(0, question);
  const query = new URLSearchParams(question < 0 ? '' : target.slice(question + 1));
  const bare = { path, query, namespace: '', resource: '', subresource: '', name: '' };
  const none = { ...bare, isResourceRequest: false, verb: method.toLowerCase(), group: '', version: '' };
  const segments = path
    .replace(/^\/+|\/+$/g, '')
    .split('/')
    .map(decoded);
  const groupless = segments[0] === 'api';
  if (!(groupless && segments.length >= 3) && !(segments[0] === 'apis' && segments.length >= 4)) return none;
  const [group = '', version = ''] = groupless ? ['', segments[1]] : [segments[1], segments[2]];
  let parts = segments.slice(groupless ? 2 : 3);
  let verb =
    ({ POST: 'create', GET: 'get', HEAD: 'get', PUT: 'update', PATCH: 'patch', DELETE: 'delete' } as const)[method] ??
    '';
  let isLegacyWatch = false;
  if (parts[0] === 'watch' && parts.length > 1) {
    isLegacyWatch = true;
    parts = parts.slice(1);
  }
  let namespace = '';
  if (parts[0] === 'namespaces' && parts.length > 1) {
    namespace = parts[1] ?? '';
    if (parts.length > 2 && !namespaceSubresources.includes(parts[2] ?? '')) parts = parts.slice(2);
  }
  const [resource = '', name = '', subresource = ''] = parts;
  if (verb === 'get' && (name === '' || isLegacyWatch)) verb = isLegacyWatch || isWatch(query) ? 'watch' : 'list';
  if (verb === 'delete' && name === '') verb = 'deletecollection';
  return { isResourceRequest: true, path, query, verb, group, version, namespace, resource, subresource, name };
}

/** Go's reading of a boolean query value: the first value counts, and `watch` without a value is true. */
export function isWatch(query: URLSearchParams): boolean {
  const value = query.get('watch');
  return value !== null && !['0', 'false', 'False', 'FALSE', 'f', 'F'].includes(value);
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
