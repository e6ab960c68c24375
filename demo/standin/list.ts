/**
 * Lists: filtered, in pages, at a revision. The next page of a list is of the same state as its first; a revision is answered as it is asked
 * for (any, not older, exact) or refused.
 */

import { apiVersionOf, type Kind } from './kinds.ts';
import { type JsonObject, type KubeObject, without } from './object.ts';
import type { RequestInfo } from './request.ts';
import { fieldSelector, labelSelector, type Matches } from './selectors.ts';
import { badRequest, type FieldProblem, forbiddenField, invalid } from './status.ts';
import type { Store } from './store.ts';

/** The objects that a list or a watch is about. @throws {StatusError} 400 */
export function matcher(info: RequestInfo, kind: Kind): Matches {
  const labels = labelSelector(info.query.get('labelSelector') ?? '');
  const fields = fieldSelector(info.query.get('fieldSelector') ?? '', kind);
  const isNamed = (object: KubeObject): boolean => info.name === '' || object.metadata.name === info.name;
  return (object) => isNamed(object) && labels(object) && fields(object);
}

/** @throws {StatusError} 422 where the options of a list or watch do not fit each other */
export function checkListOptions(query: URLSearchParams, isWatch: boolean): void {
  const problems: FieldProblem[] = [];
  const [match, version] = [query.get('resourceVersionMatch') ?? '', query.get('resourceVersion') ?? ''];
  const sendsInitial = query.get('sendInitialEvents');
  if (sendsInitial !== null && !isWatch)
    problems.push(forbiddenField('sendInitialEvents', 'sendInitialEvents is forbidden for list'));
  else if (sendsInitial !== null && match !== 'NotOlderThan') {
    problems.push(
      forbiddenField('resourceVersionMatch', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    );
  } else if (match !== '' && isWatch && sendsInitial === null) {
    problems.push(
      forbiddenField(
        'resourceVersionMatch',
        'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
      ),
    );
  } else if (match !== '' && !isWatch && version === '') {
    problems.push(
      forbiddenField('resourceVersionMatch', 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
    );
  } else if (match === 'Exact' && version === '0') {
    problems.push(
      forbiddenField('resourceVersionMatch', 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    );
  }
  if (problems.length > 0) throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions' }, problems);
}

/** @throws {StatusError} 400 */
export function revisionOf(text: string): number {
  if (/^\d*$/.test(text)) return Number(text);
  throw badRequest(
    `invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  );
}

/** @throws {StatusError} 400, 410, 422, 504 */
export function listObjects(
  store: Store,
  kind: Kind,
  info: RequestInfo,
): KubeObject & { readonly items: readonly KubeObject[] } {
  checkListOptions(info.query, false);
  const token = info.query.get('continue') ?? '';
  const from = token === '' ? undefined : continueFrom(token);
  const asked = revisionOf(info.query.get('resourceVersion') ?? '');
  if (from !== undefined && asked > 0)
    throw badRequest('specifying resource version is not allowed when using continue');
  const isExact = info.query.get('resourceVersionMatch') === 'Exact';
  const revision = from?.rv ?? (isExact ? asked : store.revision);
  store.reaches(asked);
  const all =
    revision === store.revision ? store.list(kind, info.namespace) : store.listAt(kind, info.namespace, revision);
  const keyOf = (object: KubeObject): string =>
    `${info.namespace === '' && kind.isNamespaced ? `${object.metadata.namespace}/` : ''}${object.metadata.name}`;
  const rest = from === undefined ? all : all.filter((object) => keyOf(object) > from.after);
  const matches = matcher(info, kind);
  const found = rest.filter(matches);
  const limit = Number(info.query.get('limit') ?? 0);
  const items = limit > 0 ? found.slice(0, limit) : found;
  const last = items.at(-1);
  const isFiltered = (info.query.get('labelSelector') ?? '') !== '' || (info.query.get('fieldSelector') ?? '') !== '';
  const remaining = found.length - items.length;
  const paging =
    remaining > 0 && last !== undefined
      ? { continue: continueToken(revision, keyOf(last)), ...(isFiltered ? {} : { remainingItemCount: remaining }) }
      : {};
  const metadata = { resourceVersion: String(revision), ...paging } as JsonObject;
  // A built-in kind's items do not repeat what the list says.
  const shown =
    kind.custom === undefined ? items.map((each) => without(each, 'kind', 'apiVersion') as KubeObject) : items;
  return { kind: `${kind.kind}List`, apiVersion: apiVersionOf(kind), metadata, items: shown };
}

function continueToken(revision: number, key: string): string {
  const token = JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: `/${key}\u0000` });
  return Buffer.from(token).toString('base64url');
}

function continueFrom(token: string): { readonly rv: number; readonly after: string } {
  try {
    const { v, rv, start } = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
    if (v === 'meta.k8s.io/v1' && Number.isInteger(rv) && typeof start === 'string') {
      return { rv, after: start.replace(/^\//, '').replace(/\0$/, '') };
    }
  } catch {
    // Told below, with the other ways to be wrong.
  }
  throw badRequest('invalid continue token: continue key is not valid: it is not a token that this server gave');
}
