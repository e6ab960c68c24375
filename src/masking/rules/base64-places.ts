import type { PlacePattern } from '../places/place.ts';

/**
 * Where the API server takes base64 alone, so that a mask there must be in it. Of custom resources a schema may ask for it too (`format: byte`), which a mask is not: what
 * is masked there is not written back.
 *
 * Source: the fields of type `[]byte` in k8s.io/api
 */
const places: readonly { readonly apiGroup: string; readonly resource: string; readonly steps: readonly string[] }[] = [
  { apiGroup: '', resource: 'secrets', steps: ['data'] },
  { apiGroup: '', resource: 'configmaps', steps: ['binaryData'] },
  { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests', steps: ['spec', 'request'] },
  { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests', steps: ['status', 'certificate'] },
  ...['mutatingwebhookconfigurations', 'validatingwebhookconfigurations'].map((resource) => ({
    apiGroup: 'admissionregistration.k8s.io',
    resource,
    steps: ['webhooks', '*', 'clientConfig', 'caBundle'],
  })),
  { apiGroup: 'apiregistration.k8s.io', resource: 'apiservices', steps: ['spec', 'caBundle'] },
  {
    apiGroup: 'apiextensions.k8s.io',
    resource: 'customresourcedefinitions',
    steps: ['spec', 'conversion', 'webhook', 'clientConfig', 'caBundle'],
  },
];

/** The places of a kind whose values are base64. */
export function base64Places(apiGroup: string, resource: string): readonly PlacePattern[] {
  return places
    .filter((one) => one.apiGroup === apiGroup && one.resource === resource)
    .map(({ steps }) => ({ steps, action: { kind: 'base64' } }));
}
