// Lines of shell that wait until a controller has said what a row after them shows.

const addresses = (what: string, path: string) => `"$(kubectl get ${what} -o jsonpath='{${path}}' 2>/dev/null)"`;

/** Until the deployment `app` has one pod, and the Service `app` that pod's address alone, in both kinds that say so. */
export const ENDPOINT_SETTLED = `until
  address=${addresses('pods -l app=app', '.items[*].status.podIP')} && [[ $address =~ ^[0-9.]+$ ]] &&
  [ "$address" = ${addresses('endpoints app', '.subsets[*].addresses[*].ip')} ] &&
  [ "$address" = ${addresses('endpointslices -l kubernetes.io/service-name=app', '.items[*].endpoints[?(@.conditions.ready==true)].addresses[*]')} ]
do sleep 0.2; done`;

/** Until a quota has been counted: before that nothing that it counts can be made. */
export const QUOTA_SETTLED = `until kubectl get quota made -o jsonpath='{.status.used}' | grep -q services; do sleep 0.2; done`;
