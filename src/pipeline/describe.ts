import type { Operation } from '../model/operation.ts';

/** What is asked, in the words that Kubernetes itself uses: ``delete pods `web` in namespace `prod` ``. */
export function describe(operation: Operation): string {
  return operation.isResourceRequest ? resourceWords(operation) : `${operation.verb} path \`${operation.path}\``;
}

function resourceWords({ verb, apiGroup, resource, subresource, name, namespace }: Operation): string {
  const kind = `${resource}${subresource === '' ? '' : `/${subresource}`}${apiGroup === '' ? '' : `.${apiGroup}`}`;
  const named = name === '' ? '' : ` \`${name}\``;
  const where = namespace === '' || resource === 'namespaces' ? '' : ` in namespace \`${namespace}\``;
  return `${verb} ${kind}${named}${where}`;
}
