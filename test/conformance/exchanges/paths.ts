/** Where the exchanges work: one namespace. */
export const core = '/api/v1/namespaces/conformance';
export const apps = '/apis/apps/v1/namespaces/conformance';

export function configMap(
  name: string,
  data: Readonly<Record<string, string>>,
  labels?: Readonly<Record<string, string>>,
): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, ...(labels === undefined ? {} : { labels }) }, data };
}
