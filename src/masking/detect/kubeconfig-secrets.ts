/**
 * Fields of a kubeconfig's user, and of the configuration of its `auth-provider`, that are secret however they look.
 *
 * Source: k8s.io/client-go/tools/clientcmd/api/v1, AuthInfo; the former plugins `oidc`, `gcp` and `azure` of k8s.io/client-go
 */
export const KUBECONFIG_SECRETS: ReadonlySet<string> = new Set([
  'token',
  'password',
  'client-key-data',
  'client-secret',
  'id-token',
  'refresh-token',
  'access-token',
]);
