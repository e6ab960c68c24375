import { Refusal } from '../../model/refusal.ts';
import type { DiscoveredKind } from './discovery/discovered-kinds.ts';
import { printable } from './printable.ts';
import type { RequestInfo } from './request/request-info.ts';

/**
 * Refuses a kind through a path of the other scope: of a cluster-scoped kind a namespace in the path says nothing, so a rule on that
 * namespace must not reach it (CVE-2019-11247); and a namespaced object has no path without its namespace. To list and watch a namespaced
 * kind in all namespaces is no such thing.
 *
 * @throws {Refusal} KIND_UNKNOWN
 */
export function checkScope(info: RequestInfo, kind: DiscoveredKind): void {
  if (kind.isNamespaced) {
    const isAcross = info.parts.length === 1 && (info.verb === 'list' || info.verb === 'watch');
    if (info.namespace === '' && !isAcross)
      throw new Refusal('KIND_UNKNOWN', `\`${printable(info.resource)}\` are in namespaces, and the path names none`);
    return;
  }
  // A path to a namespace itself names it in both places.
  const isNamespaceItself = info.resource === 'namespaces' && info.namespace === info.name;
  if (info.namespace !== '' && !isNamespaceItself) {
    throw new Refusal('KIND_UNKNOWN', `\`${printable(info.resource)}\` are in no namespace, and the path names one`);
  }
}
