import { and, truth } from '../truth.ts';
import { changes, isKind } from './asked-of.ts';
import type { Guard } from './guard.ts';

/** Reads of Secrets are for rules, and show masks. A mask that comes back is refused, not put back: until a client can read, change and write a Secret, nothing that changes one is forwarded. */
export const secretsGuard: Guard = {
  id: 'secrets',
  reason: 'a mask cannot be put back yet where a Secret is written, so every change of one is closed',
  advice:
    'reads are for rules, and show masks in place of values; once this guard is open, what holds a mask is still not written',
  covers: 'create, update, patch, delete and deletecollection of `secrets` of the core group',
  stops: {
    method: 'PATCH',
    uri: '/api/v1/namespaces/shop/secrets/db',
    mediaType: 'application/merge-patch+json',
    body: { metadata: { labels: { a: 'b' } } },
  },
  passes: { method: 'GET', uri: '/api/v1/namespaces/shop/secrets/db' },
  test: (question) => and(truth(isKind(question.operation, '', 'secrets')), changes(question)),
};
