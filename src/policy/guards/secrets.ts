import { truth } from '../truth.ts';
import { isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';

/** Values of Secrets are masked, but a mask that comes back is refused, not put back: until a client can read, change and write a Secret, nothing that touches one is forwarded. */
export const secretsGuard: Guard = {
  id: 'secrets',
  reason: 'a mask cannot be put back yet where a Secret is written, so every operation on them is closed',
  advice:
    'take what is no secret from a ConfigMap; once this guard is open callers see masks, and what holds one is not written',
  covers:
    'every verb on `secrets` of the core group and their subresources, and on `imagestreams/secrets` of OpenShift, which shows them',
  stops: { method: 'GET', uri: '/api/v1/namespaces/shop/secrets/db' },
  passes: { method: 'GET', uri: '/api/v1/namespaces/shop/configmaps/db' },
  test: ({ operation }) =>
    truth(
      isKind(operation, '', 'secrets') ||
        (isKind(operation, 'image.openshift.io', 'imagestreams') && operation.subresource === 'secrets'),
    ),
};
