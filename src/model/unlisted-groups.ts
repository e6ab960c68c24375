/**
 * The kind of a reply in each of the API groups whose resources are not in discovery: each metric is a resource, and their servers list a placeholder, or those that they know just now. They are
 * only read, and a rule that permits it names the group: `apiGroups: ["*"]` was written without any of these names in sight.
 *
 * Source: https://github.com/kubernetes/metrics/tree/v0.35.4/pkg/apis
 */
export const UNLISTED_GROUPS: ReadonlyMap<string, string> = new Map([
  ['external.metrics.k8s.io', 'ExternalMetricValueList'],
  ['custom.metrics.k8s.io', 'MetricValueList'],
]);
