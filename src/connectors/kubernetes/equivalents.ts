import type { Equivalent } from '../../model/operation.ts';
import type { RequestInfo } from './request/request-info.ts';

/**
 * How a request equals a delete by its path and verb alone: an eviction deletes a pod, and so does the request for one that a controller acts on (`lifecycle.k8s.io`,
 * whatever its intent is now), `deletecollection` many objects at once, and `namespaces/finalize` lets a namespace go while it still has contents. What equals a delete by its body is found there.
 */
export function equivalents(info: RequestInfo): readonly Equivalent[] {
  if (info.verb === 'deletecollection') return ['deletecollection'];
  const isWrite = info.verb === 'update' || info.verb === 'patch' || info.verb === 'create';
  if (info.apiGroup === 'lifecycle.k8s.io') {
    const isEviction = info.resource === 'evictionrequests' || info.resource === 'evictions';
    return isEviction && info.subresource === '' && isWrite ? ['eviction'] : [];
  }
  if (info.apiGroup !== '') return [];
  if (info.resource === 'pods' && info.subresource === 'eviction' && info.verb === 'create') return ['eviction'];
  return info.resource === 'namespaces' && info.subresource === 'finalize' && isWrite ? ['finalizers'] : [];
}
