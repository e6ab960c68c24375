import type { Operation } from '../../../model/operation.ts';

/** The path of a kind's list in a namespace; everywhere, or in no namespace, where that is empty. */
export function listPath(group: string, version: string, namespace: string, resource: string): string {
  const root = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  return namespace === '' ? `${root}/${resource}` : `${root}/namespaces/${namespace}/${resource}`;
}

/** The path of the object itself, also where the operation is on a subresource of it. */
export function objectPath({ apiGroup, apiVersion, namespace, resource, name }: Operation): string {
  return `${listPath(apiGroup, apiVersion, resource === 'namespaces' ? '' : namespace, resource)}/${name}`;
}
