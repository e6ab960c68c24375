/** From a request that is authenticated and allowed to its answer: discovery, OpenAPI, health, and the resources. */

import { type Answer, text } from './answer.ts';
import type { Call, Parts } from './call.ts';
import { discoveryDocument, servedPaths } from './discovery.ts';
import type { Kind } from './kinds.ts';
import { clauses } from './negotiate.ts';
import { openApiIndex, openApiV2, openApiV3 } from './openapi.ts';
import { answerResource } from './resources.ts';
import { methodNotAllowed, noSuchResource, StatusError } from './status.ts';
import { answerSubresource } from './subresources.ts';

/** The version that the stand-in is like: its data were recorded from it. */
export const versionInfo = {
  major: '1',
  minor: '35',
  emulationMajor: '1',
  emulationMinor: '35',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '34',
  gitVersion: 'v1.35.4+standin',
  gitCommit: '',
  gitTreeState: '',
  buildDate: '1970-01-01T00:00:00Z',
  goVersion: '',
  compiler: '',
  platform: 'standin',
} as const;

/** @throws {StatusError} */
export function route(parts: Parts, call: Call): Answer {
  const { info } = call;
  if (!info.isResourceRequest) return nonResource(parts, call);
  const kind = kindOf(parts, call);
  if (kind === undefined) return text('404 page not found\n', 404);
  if (info.subresource !== '') return answerSubresource(parts, call, kind);
  return answerResource(parts, call, kind);
}

/**
 * The kind that a path asks for; undefined where even its group is not served.
 *
 * @throws {StatusError} 404 for an unknown resource or the wrong scope, 405 for a method that a path does not take
 */
export function kindOf(parts: Parts, call: Pick<Call, 'info' | 'method'>): Kind | undefined {
  const { info } = call;
  const { kinds } = parts.cluster;
  if (!kinds.isServed(info.group)) return undefined;
  if (!kinds.isServed(info.group, info.version)) throw noSuchResource();
  const kind = kinds.find(info.group, info.version, info.resource);
  if (kind === undefined) throw noSuchResource();
  const isNamespaceItself = info.resource === 'namespaces' && info.group === '';
  if (!kind.isNamespaced && info.namespace !== '' && !isNamespaceItself) throw noSuchResource();
  if (kind.isNamespaced && info.namespace === '' && kind.verbs.includes('list')) {
    if (info.name !== '') throw noSuchResource();
    if (info.verb !== 'list' && info.verb !== 'watch') throw methodNotAllowed();
  }
  const needsName = ['update', 'patch'].includes(info.verb);
  if (needsName && info.name === '') throw methodNotAllowed();
  if (info.verb === 'create' && info.name !== '' && info.subresource === '') throw methodNotAllowed();
  if (info.verb === '') throw methodNotAllowed();
  return kind;
}

function nonResource(parts: Parts, call: Call): Answer {
  const { path } = call.info;
  if (call.method !== 'GET' && call.method !== 'HEAD') throw methodNotAllowed();
  if (/^\/(healthz|livez|readyz)(\/ping)?$/.test(path)) return text('ok');
  if (path === '/') return json(servedPaths(parts.cluster.kinds));
  if (path === '/version' || path === '/version/') return json(versionInfo);
  if (path.startsWith('/openapi/')) return openApi(parts, call);
  const found = discoveryDocument(parts.cluster.kinds, path, call.accept, call.host);
  if (found === undefined) {
    const [, root, group = ''] = path.split('/');
    if (root === 'apis' && parts.cluster.kinds.isServed(group) && group !== '') throw noSuchResource();
    return text('404 page not found\n', 404);
  }
  const headers =
    found.etag === undefined ? undefined : { etag: found.etag, vary: 'Accept', 'cache-control': 'public' };
  const answer = { is: 'text', status: 200, text: JSON.stringify(found.body), contentType: found.contentType } as const;
  return headers === undefined ? answer : { ...answer, headers };
}

function json(body: object): Answer {
  return { is: 'text', status: 200, text: JSON.stringify(body), contentType: 'application/json' };
}

function openApi(parts: Parts, call: Call): Answer {
  const { kinds } = parts.cluster;
  const { path, query } = call.info;
  if (path === '/openapi/v3' || path === '/openapi/v3/') return { ...text(JSON.stringify(openApiIndex(kinds))) };
  if (!takesJson(call.accept))
    throw new StatusError(406, 'NotAcceptable', 'only the following media types are accepted: application/json');
  const document = path === '/openapi/v2' ? openApiV2(kinds) : openApiV3(kinds, path.slice('/openapi/v3/'.length));
  if (document === undefined) return { is: 'text', status: 404, text: '', contentType: '' };
  const hash = query.get('hash');
  if (hash !== null && hash !== document.hash) {
    const location = `${path}?hash=${document.hash}`;
    return { is: 'text', status: 301, text: '', contentType: 'text/plain', headers: { location } };
  }
  const lasting = hash === null ? { 'cache-control': 'no-cache, private' } : { 'cache-control': 'public, immutable' };
  const headers = { etag: `"${document.hash}"`, vary: 'Accept', ...lasting };
  return { is: 'text', status: 200, text: document.text, contentType: 'application/json', headers };
}

function takesJson(accept: string | undefined): boolean {
  return clauses(accept).some(({ type }) => ['application/json', '*/*', 'application/*'].includes(type));
}
