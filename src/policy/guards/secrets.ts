import { truth } from '../truth.ts';
import { isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';

/** Nothing masks the values of a Secret yet, so nothing that touches one is forwarded: reads show it, and so do the replies to writes. */
export const secretsGuard: Guard = {
  id: 'secrets',
  reason: 'values of Secrets cannot be masked yet, so every operation on them is closed',
  advice: 'take what is no secret from a ConfigMap; once this guard is open callers see the values',
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
