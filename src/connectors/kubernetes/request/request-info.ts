/*
 * What a method and a request target mean to the API server.
 *
 * A port of `RequestInfoFactory.NewRequestInfo` of k8s.io/apiserver, the same from v0.35.4 to v0.37.2, with `api` and `apis` as prefixes, as kube-apiserver
 * configures it. It is equal in every field for every request that is not refused; the vectors of test/vectors/request-info.jsonl come
 * from that very code, and test/oracle/requestinfo runs both side by side. What was rejected: parsing with `URL`, which resolves dot
 * segments, turns backslashes into slashes and takes `//host` for another host.
 *
 * Invariant: nothing here repairs. The string that comes in is the string that goes upstream.
 *
 * Source: https://github.com/kubernetes/apiserver/blob/v0.37.2/pkg/endpoints/request/requestinfo.go
 */
import type { Operation } from '../../../model/operation.ts';
import { Refusal } from '../../../model/refusal.ts';
import { printable } from '../printable.ts';
import { listOptions } from './list-options.ts';
import { pathSegments } from './path-segments.ts';
import { parseQuery, type Query } from './query.ts';
import { refuseAmbiguousKeys } from './query-keys.ts';

type RequestInfoField =
  | 'isResourceRequest'
  | 'path'
  | 'verb'
  | 'apiPrefix'
  | 'apiGroup'
  | 'apiVersion'
  | 'namespace'
  | 'resource'
  | 'subresource'
  | 'name'
  | 'parts'
  | 'fieldSelector'
  | 'labelSelector';

/** The API server's `RequestInfo`, field by field, and the query that it was read from. */
export type RequestInfo = Pick<Operation, RequestInfoField | 'query'>;

/**
 * The HTTP methods that Kubernetes' API takes, each with its verb. OPTIONS has none, so that there is nothing that a rule could name: it is taken through the proxies alone, which
 * rules name as powers.
 */
const VERBS: ReadonlyMap<string, string> = new Map([
  ['GET', 'get'],
  ['HEAD', 'get'],
  ['POST', 'create'],
  ['PUT', 'update'],
  ['PATCH', 'patch'],
  ['DELETE', 'delete'],
  ['OPTIONS', ''],
]);

/** Segments before the resource that are verbs themselves: the way of watching before `?watch`, and the proxies of Kubernetes 1.0. */
const SPECIAL_VERBS: ReadonlySet<string> = new Set(['proxy', 'watch']);
const NAMESPACE_SUBRESOURCES: ReadonlySet<string> = new Set(['status', 'finalize']);
const SELECTED_VERBS: ReadonlySet<string> = new Set(['list', 'watch', 'deletecollection']);
const PROXIED: ReadonlySet<string> = new Set(['pods', 'services', 'nodes']);

/**
 * The API server's `RequestInfo` for a method and a request target.
 *
 * @param uri the request target as it came, path and query, in ASCII
 * @throws {Refusal} METHOD_NOT_ALLOWED; REQUEST_MALFORMED a path or query that two readers could read two ways; QUERY_AMBIGUOUS a key twice
 * or misspelt; CREDENTIALS_AMBIGUOUS a token in the query
 */
export function requestInfo(method: string, uri: string): RequestInfo {
  const methodVerb = VERBS.get(method);
  if (methodVerb === undefined) throw methodNotAllowed(method);
  const question = uri.indexOf('?');
  const { path, segments } = pathSegments(question === -1 ? uri : uri.slice(0, question));
  const query = parseQuery(question === -1 ? '' : uri.slice(question + 1));
  const info = ofSegments(method, methodVerb, path, segments, query);
  if (methodVerb === '' && !isProxy(info)) throw methodNotAllowed(method);
  // What stands behind a proxy reads the query by rules of its own.
  if (query.size > 0 && !isProxy(info)) refuseAmbiguousKeys(query);
  return info;
}

/** Whether the request goes to what runs on a node or in a pod, behind the API server. */
export function isProxy(info: RequestInfo): boolean {
  return (
    info.apiPrefix === 'api' && PROXIED.has(info.resource) && (info.subresource === 'proxy' || info.verb === 'proxy')
  );
}

function ofSegments(
  method: string,
  methodVerb: string,
  path: string,
  segments: readonly string[],
  query: Query,
): RequestInfo {
  const apiPrefix = segments[0];
  const isPrefixed = segments.length >= 3 && (apiPrefix === 'api' || apiPrefix === 'apis');
  if (!isPrefixed) return nonResource(method, path, '', query);
  const isGrouped = apiPrefix === 'apis';
  if (isGrouped && segments.length < 4) return nonResource(method, path, apiPrefix, query);

  let start = isGrouped ? 3 : 2;
  const isSpecial = SPECIAL_VERBS.has(segments[start] as string);
  if (isSpecial && segments.length === start + 1) {
    throw new Refusal('REQUEST_MALFORMED', `the path ends where a resource must follow: \`${printable(path)}\``);
  }
  let verb = isSpecial ? (segments[start++] as string) : methodVerb;

  let namespace = '';
  if (segments[start] === 'namespaces' && segments.length > start + 1) {
    namespace = segments[start + 1] as string;
    const isResourceInside = segments.length > start + 2 && !NAMESPACE_SUBRESOURCES.has(segments[start + 2] as string);
    if (isResourceInside) start += 2;
  }
  const parts = segments.slice(start);
  let name = parts[1] ?? '';
  if (name === '' && verb === 'get') {
    const options = listOptions(query);
    verb = options.isWatch ? 'watch' : 'list';
    name = options.name;
  }
  if (name === '' && verb === 'delete') verb = 'deletecollection';
  const isSelected = !isSpecial && SELECTED_VERBS.has(verb);

  return {
    isResourceRequest: true,
    path,
    verb,
    apiPrefix: apiPrefix as string,
    apiGroup: isGrouped ? (segments[1] as string) : '',
    apiVersion: segments[isGrouped ? 2 : 1] as string,
    namespace,
    resource: parts[0] as string,
    subresource: verb === 'proxy' ? '' : (parts[2] ?? ''),
    name,
    parts,
    fieldSelector: (isSelected && query.get('fieldSelector')?.[0]) || '',
    labelSelector: (isSelected && query.get('labelSelector')?.[0]) || '',
    query,
  };
}

function nonResource(method: string, path: string, apiPrefix: string, query: Query): RequestInfo {
  return {
    isResourceRequest: false,
    path,
    verb: method.toLowerCase(),
    apiPrefix,
    apiGroup: '',
    apiVersion: '',
    namespace: '',
    resource: '',
    subresource: '',
    name: '',
    parts: [],
    fieldSelector: '',
    labelSelector: '',
    query,
  };
}

function methodNotAllowed(method: string): Refusal {
  return new Refusal('METHOD_NOT_ALLOWED', `method \`${printable(method)}\` is not one that the API has`, {
    advice: 'use GET, HEAD, POST, PUT, PATCH or DELETE, and OPTIONS through a proxy subresource alone',
  });
}
