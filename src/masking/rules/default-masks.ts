import type { PlacePattern } from '../places/place.ts';

/** A mask that is there without being written. Its example and its near miss are objects as the API server writes them, and are tested. */
export interface DefaultMask {
  readonly id: string;
  /** What it masks, as the object of "masks …". */
  readonly masks: string;
  readonly reason: string;
  /** Whose objects: the resource with its subresource, where it is not all. */
  readonly of?: readonly { readonly apiGroup: string; readonly resource: string }[];
  readonly patterns?: readonly PlacePattern[];
  /** An object in which the value between `«` and `»` is masked. */
  readonly example: { readonly apiGroup: string; readonly resource: string; readonly object: string };
  /** An object in which nothing is. */
  readonly nearMiss: { readonly apiGroup: string; readonly resource: string; readonly object: string };
}

const core = (resource: string) => ({ apiGroup: '', resource });

function at(rule: string, path: readonly string[], form: 'text' | 'base64'): PlacePattern {
  return { steps: path, action: { kind: 'mask', rule, form, compare: 'field' } };
}

/**
 * The masks that stand for everybody, beside the detectors, each of which is a default mask under its own id. A closed table: its ids are what
 * `unsafe.openMasks` names.
 */
export const DEFAULT_MASKS: readonly DefaultMask[] = [
  {
    id: 'secret-values',
    masks: 'the values of a Secret’s `data` and `stringData`, and the same in its last-applied-configuration',
    reason: 'who may see that a Secret is there, and which keys it has, need not see what it keeps',
    of: [core('secrets'), { apiGroup: 'image.openshift.io', resource: 'imagestreams/secrets' }],
    patterns: [
      at('secret-values', ['data', '*'], 'base64'),
      at('secret-values', ['stringData', '*'], 'text'),
      // The Secrets of an image stream come as a list that is got as one object.
      at('secret-values', ['items', '*', 'data', '*'], 'base64'),
    ],
    example: {
      ...core('secrets'),
      object:
        '{"kind":"Secret","metadata":{"name":"db","uid":"1"},"data":{"password":"«aHVudGVyMg==»"},"type":"Opaque"}',
    },
    nearMiss: {
      ...core('secrets'),
      object: '{"kind":"Secret","metadata":{"name":"db","uid":"1","labels":{"app":"shop"}},"type":"Opaque"}',
    },
  },
  {
    id: 'embedded-secret',
    masks: 'the same values where an object that calls itself a Secret stands inside another object',
    reason: 'templates and backups carry whole Secrets',
    example: {
      apiGroup: 'example.com',
      resource: 'backups',
      object: '{"kind":"Backup","spec":{"objects":[{"data":{"a":"«aHVudGVyMg==»"},"kind":"Secret"}]}}',
    },
    nearMiss: {
      apiGroup: 'example.com',
      resource: 'backups',
      object: '{"kind":"Backup","spec":{"objects":[{"data":{"a":"hunter2"},"kind":"ConfigMap"}]}}',
    },
  },
  {
    id: 'env-value',
    masks:
      'the `value` beside a `name` that says it is secret, as environment variables have them, and the header `Authorization` of a probe',
    reason: 'passwords are written into workloads by hand, where every reader of pods sees them',
    example: {
      ...core('pods'),
      object: '{"kind":"Pod","spec":{"containers":[{"env":[{"name":"DB_PASSWORD","value":"«hunter2»"}]}]}}',
    },
    nearMiss: {
      ...core('pods'),
      object:
        '{"kind":"Pod","spec":{"containers":[{"env":[{"name":"DB_HOST","value":"hunter2"},{"name":"DB_PASSWORD","value":"$(OTHER)"}]}]}}',
    },
  },
  {
    id: 'token-reply',
    masks: 'the token that a TokenRequest makes, and that a TokenReview is asked about',
    reason: 'it is a credential of the cluster itself',
    of: [core('serviceaccounts/token'), { apiGroup: 'authentication.k8s.io', resource: 'tokenreviews' }],
    patterns: [at('token-reply', ['status', 'token'], 'text'), at('token-reply', ['spec', 'token'], 'text')],
    example: {
      ...core('serviceaccounts/token'),
      object:
        '{"kind":"TokenRequest","spec":{"audiences":["a"]},"status":{"token":"«abc»","expirationTimestamp":null}}',
    },
    nearMiss: { ...core('serviceaccounts'), object: '{"kind":"ServiceAccount","secrets":[{"name":"token-x"}]}' },
  },
  {
    id: 'certificate-reply',
    masks: 'the certificate that a CertificateSigningRequest was given',
    reason: 'with the key of whoever asked, it is a credential of the cluster itself',
    of: [
      { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests' },
      { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests/status' },
      { apiGroup: 'certificates.k8s.io', resource: 'certificatesigningrequests/approval' },
    ],
    patterns: [at('certificate-reply', ['status', 'certificate'], 'base64')],
    example: {
      apiGroup: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      object: '{"kind":"CertificateSigningRequest","status":{"certificate":"«LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t»"}}',
    },
    nearMiss: {
      apiGroup: 'certificates.k8s.io',
      resource: 'certificatesigningrequests',
      object: '{"kind":"CertificateSigningRequest","spec":{"request":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNU"}}',
    },
  },
];
